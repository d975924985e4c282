#include "conformance/deploy/across_deploy_era.hpp"

#include <algorithm>
#include <tuple>

#include "conformance/ask/http_sse.hpp"
#include "conformance/probe/status.hpp"
#include "wire/mcp/pagination.hpp"

namespace weir::conformance {

namespace {

using Of = WatchedCall::Of;
using Fate = WatchedCall::Fate;

constexpr int kStreams = 2;
constexpr int kToldVersions = 6;
constexpr int kServedInARow = 5;
constexpr int kWrongInARow = 3;  ///< Then a session is given up that was not said to be over.
constexpr std::size_t kWatchedCalls = 20'000;
constexpr std::chrono::milliseconds kPump{20};
constexpr std::chrono::milliseconds kSlowEnough{80};
constexpr std::int64_t kSilenceMs = 500;  ///< Below this a missing heartbeat tells nothing.

std::int64_t ms_since(wire::Clock::time_point begin, wire::Clock::time_point end = wire::Clock::now()) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end - begin).count();
}

/// Whether this status ends a conversation: the specification says 404; http-sse leaves it open.
bool ends_session(Era era, int status) {
  return era == Era::http_sse ? is_client_error(status) : era == Era::streamable && status == 404;
}

Fate fate_of(const wire::Error& error) {
  switch (error.code) {
    case wire::ErrorCode::reset:
    case wire::ErrorCode::closed:
    case wire::ErrorCode::malformed_head:
    case wire::ErrorCode::malformed_framing:
      return Fate::cut;
    case wire::ErrorCode::timeout:
      return Fate::silent;
    case wire::ErrorCode::rejected:
    case wire::ErrorCode::malformed_message:
      return Fate::http_error;
    default:
      return Fate::not_connected;
  }
}

Fate fate_of(const wire::mcp::Reply& reply, Era era, bool in_session) {
  const int status = reply.http.head.status;
  if (reply.is_result()) { return Fate::answered; }
  if (in_session && ends_session(era, status)) { return Fate::session_over; }
  if (status >= 400) { return Fate::http_error; }
  if (reply.is_error()) { return Fate::refused; }
  const wire::EndClass end = reply.stream_end.value_or(reply.http.end);
  return end == wire::EndClass::open ? Fate::silent : Fate::cut;
}

}  // namespace

/// A probe that remembers the last head that was an error, for conversations that did not begin.
struct EraClients::Client {
  Client(const DeployStage& on, const Survey& survey)
      : era(survey.era), stage(on), probe(on.target, &survey, on.deadline) {
    probe.http().on_head([this](const wire::Exchange& exchange) {
      status = exchange.head.status >= 400 ? exchange.head.status : 0;
      hop = status ? hop_of(exchange, {}) : "";
      in_session =
          exchange.request.headers.has("Mcp-Session-Id") || (era == Era::http_sse && exchange.request.method == "POST");
    });
  }

  WatchedCall begin(Of of) {
    status = 0;
    in_session = false;
    WatchedCall call;
    call.of = of;
    call.begin_ms = stage.now_ms();
    return call;
  }
  void end(WatchedCall& call, const wire::Error& error) const {
    call.fate = fate_of(error);
    call.status = status;
    call.hop = hop.empty() || call.fate != Fate::http_error ? "" : hop_of({}, error.detail);
    call.hop = call.hop.empty() || call.hop == "server" ? hop : call.hop;
    call.text = error.detail;
    call.end_ms = stage.now_ms();
  }
  void end(WatchedCall& call, const wire::mcp::Reply& reply) const {
    call.fate = fate_of(reply, era, call.of != Of::new_client);
    call.status = reply.http.head.status;
    call.hop = call.fate == Fate::http_error ? hop_of(reply.http, reply.http.body) : "";
    call.text = call.fate == Fate::answered ? "" : reply.describe();
    call.end_ms = stage.now_ms();
  }
  void ask(WatchedCall& call, wire::mcp::Dialogue& within, const ToolCall* tool) {
    auto reply = tool ? within.request("tools/call", {{"name", tool->name}, {"arguments", tool->arguments}})
                      : within.request(harmless_method(probe));
    reply ? end(call, *reply) : end(call, reply.error());
  }

  Era era;
  const DeployStage& stage;
  int status = 0;
  std::string hop;
  bool in_session = false;  ///< The last answer was to a request in a session.
  Probe probe;
  std::optional<wire::mcp::Dialogue> dialogue;
  std::vector<Held> held;
};

EraClients::EraClients(DeployStage& stage, const Survey& survey) : stage_(stage), survey_(survey) {
  seen_.era = survey.era;
}

EraClients::~EraClients() {
  stage_.over = true;
  for (auto& thread : threads_) { thread.join(); }
}

void EraClients::add(WatchedCall call) {
  const std::lock_guard lock(mutex_);
  answered_ = answered_ || call.fate == Fate::answered;
  if (call.of == Of::new_client) { served_in_a_row_ = stage_.deployed && !call.lost() ? served_in_a_row_ + 1 : 0; }
  if (seen_.calls.size() < kWatchedCalls) { seen_.calls.push_back(std::move(call)); }
}

void EraClients::pace(wire::Clock::time_point& next) const {
  next = std::max(next + stage_.pace, wire::Clock::now());
  while (!stage_.over && wire::Clock::now() < next) {
    std::this_thread::sleep_until(std::min(next, wire::Clock::now() + kPump));
  }
}

void EraClients::start() {
  auto old = std::make_shared<Client>(stage_, survey_);
  tools_ = safe_calls(old->probe);
  auto dialogue = old->probe.dialogue();
  if (!dialogue) {
    seen_.problem = "no conversation before the deploy: " + dialogue.error().detail;
    return;
  }
  pick_slow_tool(*old, *dialogue);
  old->dialogue.emplace(std::move(*dialogue));
  auto holder = std::make_shared<Client>(stage_, survey_);
  for (int i = 0; i < kStreams; ++i) {
    const auto before = wire::Clock::now();
    auto stream = HeldStream::open(holder->probe);
    if (!stream) {
      if (stream.error().verdict != reports::Verdict::not_applicable) {
        seen_.problem = "no stream before the deploy: " + stream.error().message;
      }
      break;
    }
    // When its request was sent: the first of a conversation in http-sse, the last one in the others.
    const bool first = survey_.era == Era::http_sse;
    const auto& timings = stream->stream()->exchange().timings;
    const auto opened = first ? before : wire::Clock::now() - std::chrono::microseconds(timings.head_us);
    WatchedStream seen;
    if (const auto& endpoint = stream->dialogue().endpoint_event()) { seen.endpoint_before = endpoint->data; }
    seen_.streams.push_back(std::move(seen));
    holder->held.push_back({std::move(*stream), opened, seen_.streams.size() - 1});
  }
  run([this, holder] { hold(*holder); });
  run([this, old] { keep_old_session(*old); });
  run([this] { come_as_new(); });
  if (slow_) {
    run([this] { stay_in_flight(); });
  }
}

void EraClients::run(std::function<void()> client) {
  threads_.emplace_back([this, client = std::move(client)] {
    try {
      client();
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      seen_.problem = fmt::format("a client of Weir failed: {}", error.what());
    }
  });
}

/// The slowest of the safe tools, by the faster of two calls: a busy moment makes no tool slow.
void EraClients::pick_slow_tool(Client& client, wire::mcp::Dialogue& dialogue) {
  std::int64_t longest = kSlowEnough.count();
  for (const auto& tool : tools_) {
    std::int64_t fastest = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < 2 && fastest >= longest; ++i) {
      WatchedCall call = client.begin(Of::old_session);
      client.ask(call, dialogue, &tool);
      fastest = call.fate == Fate::answered ? std::min(fastest, call.end_ms - call.begin_ms) : 0;
    }
    if (fastest >= longest) {
      longest = fastest;
      slow_ = tool;
      slow_ms_ = fastest;
      seen_.slow_tool = tool.name;
    }
  }
}

// Not at once: the request may still be on its way, and would meet the next version.
bool EraClients::in_flight() const {
  {
    const std::lock_guard lock(mutex_);
    if (!seen_.problem.empty()) { return true; }  // Nothing to wait for.
  }
  if (!answered_) { return false; }
  constexpr std::int64_t kParts = 4;
  const std::int64_t since = in_flight_since_ms_;
  const std::int64_t elapsed = since == kIdle ? 0 : stage_.now_ms() - since;
  return !slow_ || (slow_ms_ / kParts < elapsed && elapsed < slow_ms_ / 2);
}

bool EraClients::settled() const {
  const std::lock_guard lock(mutex_);
  return !seen_.problem.empty() || (streams_settled_ && old_settled_ && served_in_a_row_ >= kServedInARow);
}

void EraClients::hold(Client& client) {
  auto next = wire::Clock::now();
  while (!stage_.over) {
    bool pumped = false;
    for (auto& held : client.held) {
      if (!held.ended && !pumped) {
        held.stream.stream()->read_more(wire::Deadline::in(kPump));  // Receives for all of them.
        pumped = true;
      }
      watch_held(held);
    }
    bool settled = true;
    for (auto& held : client.held) {
      if (held.ended && !held.again) { take_up_again(client, held); }
      settled = settled && held.again;
    }
    streams_settled_ = settled;
    if (!pumped || std::any_of(client.held.begin(), client.held.end(), [](const Held& h) { return h.ended; })) {
      pace(next);
    }
  }
  for (auto& held : client.held) {
    watch_held(held);
    if (!held.ended) { judge_open(client, held); }
  }
}

void EraClients::watch_held(Held& held) {
  const auto& exchange = held.stream.stream()->exchange();
  if (held.ended || exchange.end == wire::EndClass::open) { return; }
  held.ended = true;
  WatchedStream& seen = seen_.streams[held.seen];
  seen.end = exchange.end;
  seen.end_ms = ms_since(stage_.origin, held.opened + std::chrono::microseconds(exchange.timings.end_us));
}

/// As a client does whose stream has ended: in its session if that goes on, else in a new one.
void EraClients::take_up_again(Client& client, Held& held) {
  WatchedStream& seen = seen_.streams[held.seen];
  if (survey_.era == Era::http_sse && seen.reopen_problem.empty()) {
    ask_without_stream(client, held.stream.dialogue());
  }
  WatchedCall call = client.begin(Of::old_session);
  auto again = held.stream.reopen(client.probe);
  if (survey_.era == Era::streamable && again.status != 0 && !again.good) {
    call.fate = again.session_over ? Fate::session_over : Fate::http_error;
    call.status = again.status;
    call.hop = client.hop;
    call.text = "GET: " + again.text;
    call.end_ms = stage_.now_ms();
    add(std::move(call));
  }
  // What else a session of before is answered is a finding of its own; that streams can be opened is another question.
  if (again.session_over || (survey_.era == Era::streamable && is_client_error(again.status))) {
    if (auto fresh = HeldStream::open(client.probe)) {
      held.stream = std::move(*fresh);
      again.good = true;
    } else {
      again.text = fresh.error().got.empty() ? fresh.error().message : fresh.error().got;
    }
  }
  held.again = again.good;
  if (!again.good) {
    seen.reopen_problem = again.text;
    if (survey_.era == Era::http_sse) {
      seen.endpoint_after = announced_endpoint(client.probe).value_or("");  // It may be why.
    }
    return;
  }
  seen.reopened_ms = stage_.now_ms();
  if (const auto& endpoint = held.stream.dialogue().endpoint_event()) { seen.endpoint_after = endpoint->data; }
}

/// http-sse: what a POST meets whose stream has ended. Whoever accepts it cannot answer it any more.
void EraClients::ask_without_stream(Client& client, const wire::mcp::Dialogue& dialogue) {
  WatchedCall call = client.begin(Of::old_session);
  const auto answer = client.probe.send(dialogue.make_post(jsonrpc::request("weir-deploy", "ping")));
  if (!answer) {
    client.end(call, answer.error());
  } else {
    const int status = answer->head.status;
    call.status = status;
    call.fate = is_client_error(status) ? Fate::session_over : status >= 400 ? Fate::http_error : Fate::silent;
    call.hop = call.fate == Fate::http_error ? hop_of(*answer, answer->body) : "";
    call.text = describe(*answer) + (answer->ok() ? ", although its stream has ended" : "");
    call.end_ms = stage_.now_ms();
  }
  add(std::move(call));
}

void EraClients::judge_open(Client& client, Held& held) {
  WatchedStream& seen = seen_.streams[held.seen];
  seen.end_ms = stage_.now_ms();
  const auto& arrivals = held.stream.stream()->exchange().arrivals;
  std::int64_t longest_ms = 0;
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    longest_ms = std::max(longest_ms, (arrivals[i].at_us - arrivals[i - 1].at_us) / 1000);
  }
  const std::int64_t silent_ms = arrivals.empty() ? 0 : ms_since(held.opened) - arrivals.back().at_us / 1000;
  constexpr std::size_t kBeats = 3;
  if (arrivals.size() >= kBeats && silent_ms > std::max(3 * longest_ms, kSilenceMs)) {
    seen.deserted = fmt::format("nothing has come for {} ms, where something came every {} ms", silent_ms, longest_ms);
    return;
  }
  if (survey_.era == Era::stateless) {
    return;  // Any replica answers: nothing tells of the one that holds the stream.
  }
  WatchedCall call = client.begin(Of::old_session);
  client.ask(call, held.stream.dialogue(), nullptr);
  seen.alive = call.fate == Fate::answered || call.fate == Fate::refused;
  if (!seen.alive) { seen.deserted = "its conversation gives " + call.text; }
  add(std::move(call));
}

void EraClients::keep_old_session(Client& client) {
  auto& dialogue = *client.dialogue;
  auto next = wire::Clock::now();
  int wrong_in_a_row = 0;
  for (std::size_t i = 0; !stage_.over && survey_.era != Era::stateless; ++i) {
    if (dialogue.stream() &&
        (dialogue.drain(wire::Deadline::in(std::chrono::milliseconds(1))), dialogue.stream()->ended())) {
      break;
    }
    WatchedCall call = client.begin(Of::old_session);
    const std::size_t which = i % (tools_.size() + 1);
    client.ask(call, dialogue, which == 0 ? nullptr : &tools_[which - 1]);
    const bool wrong = stage_.deployed && call.fate == Fate::http_error && is_client_error(call.status);
    wrong_in_a_row = wrong ? wrong_in_a_row + 1 : 0;
    const bool over = call.fate == Fate::session_over || wrong_in_a_row >= kWrongInARow;
    add(std::move(call));
    if (over) { break; }
    pace(next);
  }
  old_settled_ = true;
}

void EraClients::come_as_new() {
  Client client(stage_, survey_);
  auto next = wire::Clock::now();
  for (std::size_t i = 0; !stage_.over; ++i) {
    WatchedCall call = client.begin(Of::new_client);
    if (auto dialogue = client.probe.dialogue()) {
      const std::size_t which = i % (tools_.size() + 1);
      const bool slow = which > 0 && slow_ && tools_[which - 1].name == slow_->name;
      client.ask(call, *dialogue, which == 0 || slow ? nullptr : &tools_[which - 1]);
      if (dialogue->session_id()) {
        (void)dialogue->delete_session();  // Hundreds of them would be a load of their own.
      }
    } else {
      client.end(call, dialogue.error());
    }
    // Begun with one version and refused by the next: then it is a session of before as well.
    if (client.in_session && call.fate == Fate::http_error && is_client_error(call.status)) {
      call.of = Of::old_session;
      call.fate = ends_session(survey_.era, call.status) ? Fate::session_over : call.fate;
    }
    add(std::move(call));
    pace(next);
  }
}

void EraClients::stay_in_flight() {
  Client client(stage_, survey_);
  auto next = wire::Clock::now();
  while (!stage_.over) {
    if (!client.dialogue) {
      if (auto dialogue = client.probe.dialogue()) {
        client.dialogue.emplace(std::move(*dialogue));
      } else {
        pace(next);
        continue;
      }
    }
    auto& dialogue = *client.dialogue;
    const bool left = dialogue.stream() &&
                      (dialogue.drain(wire::Deadline::in(std::chrono::milliseconds(1))), dialogue.stream()->ended());
    if (!left) {
      WatchedCall call = client.begin(Of::in_flight);
      in_flight_since_ms_ = call.begin_ms;
      client.ask(call, dialogue, &*slow_);
      in_flight_since_ms_ = kIdle;
      const bool good = call.fate == Fate::answered;
      const bool slow = call.end_ms - call.begin_ms >= kSlowEnough.count() / 2;
      add(std::move(call));
      if (good && slow) { continue; }
      if (!good) { client.dialogue.reset(); }
    } else {
      client.dialogue.reset();
    }
    pace(next);
  }
}

void EraClients::compare_versions() {
  Client client(stage_, survey_);
  for (int i = 0; i < kToldVersions; ++i) {
    auto dialogue = client.probe.dialogue();
    if (!dialogue) { return; }
    ToldVersion told{.server_info = wire::canonical(dialogue->server_info()), .tools = {}, .tool_names = {}};
    if (survey_.declares("tools")) {
      auto listing = wire::mcp::list_all(*dialogue, "tools/list", "tools");
      if (listing.error) { return; }
      std::sort(listing.items.begin(), listing.items.end(), [](const json::value& a, const json::value& b) {
        return wire::string_or(a, "name", "") < wire::string_or(b, "name", "");
      });
      for (const auto& tool : listing.items) {
        told.tool_names.emplace_back(wire::string_or(tool, "name", ""));
        told.tools += canonical_without_meta(tool);
      }
    }
    seen_.told.push_back(std::move(told));
  }
}

EraWatch EraClients::finish() {
  stage_.over = true;
  for (auto& thread : threads_) { thread.join(); }
  threads_.clear();
  if (seen_.problem.empty()) { compare_versions(); }
  std::sort(seen_.calls.begin(), seen_.calls.end(), [](const WatchedCall& a, const WatchedCall& b) {
    return std::tie(a.end_ms, a.begin_ms) < std::tie(b.end_ms, b.begin_ms);
  });
  return std::move(seen_);
}

}  // namespace weir::conformance
