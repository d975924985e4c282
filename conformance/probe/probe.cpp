#include "conformance/probe/probe.hpp"

#include <algorithm>

#include "conformance/probe/curl.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"
#include "wire/mcp/collector.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kEvidenceLines = 60;
constexpr std::size_t kEvidenceBytes = 400;

/// In http-sse a server may mix up the streams of its clients, which is the finding of one check. Ids that no other
/// conversation of this process uses keep it from being one of all the others.
std::int64_t first_id_of(Era era) {
  static std::atomic<std::int64_t> next{100'001};
  return era == Era::http_sse ? next.fetch_add(1000) : 1;
}

std::string sent_line(const wire::Request& request) {
  std::string line = fmt::format("> {} {}", request.method, request.url.target());
  if (!request.body.empty()) { line += " " + wire::excerpt(std::string_view(request.body)); }
  return line;
}

std::string received_line(const wire::Exchange& exchange) {
  return fmt::format("< HTTP {} {} {} ({}, {} bytes)", exchange.head.status,
                     wire::media_type(exchange.head.headers.get("content-type")),
                     wire::excerpt(std::string_view(exchange.body)), to_string(exchange.end), exchange.body.size());
}

template <class T>
bool has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// Nothing was heard at all.
bool is_of_connection(wire::ErrorCode code) {
  switch (code) {
    case wire::ErrorCode::rejected:
    case wire::ErrorCode::malformed_json:
    case wire::ErrorCode::malformed_message:
      return false;
    default:
      return true;
  }
}

/// Why what came in place of a result is no error either: cut short, without an integer code, or no JSON-RPC at all.
std::string unreadable_in(const wire::mcp::Reply& reply) {
  constexpr int kFirstRefusal = 400;
  if (reply.is_result()) { return {}; }
  if (reply.http.is_json() && reply.http.end == wire::EndClass::fin_mid_chunk) {
    return "the answer is cut short (see http.length.reached)";
  }
  constexpr const char* kShape =
      "the error has not the shape of JSON-RPC (see jsonrpc.error.shape, jsonrpc.version.present): ";
  if (reply.http.head.status >= kFirstRefusal) { return {}; }  // A refusal by status may say in any words why.
  for (const auto& seen : reply.messages) {
    const auto& message = seen.message;
    const bool without_code = message.kind == jsonrpc::Kind::error && !message.error.code;
    if (without_code || message.kind == jsonrpc::Kind::invalid) {
      return kShape + wire::excerpt(message.raw, kEvidenceBytes);
    }
  }
  for (const auto& text : reply.undecodable) {
    if (text.starts_with('{') && wire::parse_json(text)) { return kShape + text; }
  }
  return {};
}

/// Tells the server that a session is over, as a client should; what it answers does not matter. Whether it answers.
bool end_session(wire::HttpClient& client, const wire::mcp::DialogueOptions& options, const std::string& session,
                 const std::string& revision) {
  constexpr std::chrono::milliseconds kPatience{500};
  wire::Request request{.method = "DELETE", .url = options.url, .headers = options.headers, .body = {}};
  request.headers.set("Mcp-Session-Id", session);
  request.headers.set("MCP-Protocol-Version", revision);
  const auto answer = client.exchange(request, wire::Deadline::in(kPatience));
  return answer || answer.error().code != wire::ErrorCode::timeout;
}

/// Whether a request got an event stream that ended in good order, without an event: its answer, if there is one, came
/// elsewhere. One with an id may be taken up again.
bool ends_unanswered(const wire::Exchange& exchange) {
  const std::string& body = exchange.request.body;
  const bool asks = exchange.request.method == "POST" && body.find("\"id\"") != std::string::npos &&
                    body.find("\"method\"") != std::string::npos;
  const bool in_order = exchange.end == wire::EndClass::clean || exchange.end == wire::EndClass::close_delimited;
  return asks && in_order && exchange.ok() && exchange.is_event_stream() &&
         std::none_of(exchange.items.begin(), exchange.items.end(), [](const wire::SseItem& item) {
           const auto* event = std::get_if<wire::SseEvent>(&item);
           return event && (!event->data.empty() || event->has_id);
         });
}

}  // namespace

bool Survey::declares(std::string_view capability) const { return capabilities.contains(capability); }

const Survey* Target::survey(Era era) const {
  const auto found = std::find_if(surveys.begin(), surveys.end(), [&](const Survey& s) { return s.era == era; });
  return found == surveys.end() ? nullptr : &*found;
}

bool Target::none_opened() const {
  return !surveys.empty() && std::all_of(surveys.begin(), surveys.end(),
                                         [](const Survey& survey) { return survey.open_error.has_value(); });
}

void Worker::leave() {
  for (auto& [era, dialogue] : conversations) {
    if (delete_hangs || !dialogue.session_id()) { continue; }
    delete_hangs = !end_session(client, dialogue.options(), *dialogue.session_id(), dialogue.revision());
  }
  conversations.clear();
}

Probe::Probe(const Target& target, const Survey* survey, wire::Deadline deadline, const std::atomic<bool>* stop,
             Worker* worker, std::string asker)
    : target_(target),
      survey_(survey),
      deadline_(deadline),
      stop_(stop),
      own_worker_(worker ? nullptr : std::make_unique<Worker>(target.client)),
      worker_(worker ? worker : own_worker_.get()),
      number_(Ledger::next_asker()) {
  worker_->client.on_head([this](const wire::Exchange& exchange) {
    throttled_ = throttled_ || exchange.head.status == kTooManyRequests;
    heard(exchange);
    if (target_.ledger) { target_.ledger->answered(number_, exchange); }
  });
  worker_->client.on_done([tap = target.tap, asker = std::move(asker), era = era(), ledger = target.ledger,
                           number = number_](const wire::Exchange& exchange) {
    tap->take(asker, era, exchange);
    if (ledger) { ledger->over(number, exchange); }
    if (ledger && says_too_often(exchange)) { ledger->limited(number); }
    if (ledger && ends_unanswered(exchange)) { ledger->unanswered(number); }
  });
  worker_->client.on_request([this](const wire::Request& request) {
    note(sent_line(request));
    if (target_.ledger) { target_.ledger->sent(number_, request); }
    const std::string session(request.headers.get("Mcp-Session-Id"));
    if (!pinned_) {
      last_request_ = request;
      last_in_ended_session_ = has(ended_, session);
    }
    if (request.method == "DELETE") {
      if (was_issued(session)) { ended_.push_back(session); }
      std::erase_if(sessions_, [&](const auto& held) { return held.first == session; });
    }
  });
}

Probe::~Probe() {
  worker_->client.on_request({});
  worker_->client.on_head({});
  if (spoiled_) { worker_->conversations.erase(era()); }
  for (const auto& [session, revision] : sessions_) {
    if (out_of_time() || worker_->delete_hangs) { break; }
    const wire::mcp::DialogueOptions options{.url = target_.url, .headers = target_.headers};
    worker_->delete_hangs = !end_session(worker_->client, options, session, revision);
  }
}

const std::string& Probe::revision() const {
  static const std::string kNone;
  return survey_ ? survey_->revision : kNone;
}

bool Probe::out_of_time() const { return deadline_.passed() || (stop_ && stop_->load()); }

wire::Deadline Probe::in(std::chrono::milliseconds span) const {
  if (stop_ && stop_->load()) { return {wire::Clock::now()}; }
  return wire::Deadline::in(span).or_sooner(deadline_);
}

void Probe::pause(std::chrono::milliseconds span) const { target_.client.run.pause(in(span).left()); }

wire::Request Probe::request(std::string method, const wire::Url& url) const {
  return {.method = std::move(method), .url = url, .headers = target_.headers, .body = {}};
}

wire::Result<wire::Exchange> Probe::send(const wire::Request& request) { return send(request, answer_deadline()); }

wire::Result<wire::Exchange> Probe::send(const wire::Request& request, wire::Deadline deadline) {
  auto exchange = this->exchange(request, deadline.or_sooner(deadline_));
  if (exchange) {
    heard(true);
    heard(*exchange);
    note(received_line(*exchange));
  } else {
    heard_error(exchange.error());
  }
  return exchange;
}

wire::Result<wire::Exchange> Probe::exchange(const wire::Request& request, wire::Deadline deadline) {
  if (!survey_ || !survey_->streams_stay_open || request.method != "POST") {
    return worker_->client.exchange(request, deadline);
  }
  auto stream = worker_->client.open(request, deadline);
  if (!stream) { return tl::unexpected(stream.error()); }
  read_answer(*stream, deadline);
  return std::move(*stream).finish();
}

void Probe::read_answer(wire::HttpStream& stream, wire::Deadline deadline) const {
  constexpr std::chrono::milliseconds kEndPatience{100};
  if (!survey_ || !survey_->streams_stay_open || !stream.exchange().is_event_stream()) {
    stream.read_to_end(deadline);
    return;
  }
  wire::mcp::Reply reply;
  wire::mcp::Collector collector(reply, wire::mcp::awaited_by(stream.exchange().request.body));
  while (!collector.answered()) {
    const auto item = stream.next_item(deadline);
    if (!item) { return; }
    collector.take(*item);
  }
  stream.read_to_end(in(kEndPatience).or_sooner(deadline));
}

wire::Result<wire::mcp::Dialogue> Probe::dialogue(const std::function<void(wire::mcp::DialogueOptions&)>& edit) {
  wire::mcp::DialogueOptions options{.url = target_.url,
                                     .era = era(),
                                     .revision = revision(),
                                     .headers = target_.headers,
                                     .capabilities = {},
                                     .timeout = answer_deadline().left(),
                                     .first_id = first_id_of(era())};
  if (edit) { edit(options); }
  // Some twenty checks wait for such a head, a hundred for such an answer, and have nothing to say where there is none.
  constexpr std::chrono::milliseconds kInVain{1000};
  const bool as_any = options.timeout > kInVain && options.timeout <= target_.answer_timeout;
  if (hurries_ && as_any && target_.ledger && target_.ledger->withholds_heads(target_.answer_timeout)) {
    options.stream_timeout = kInVain;
    hurried_ = true;
  }
  if (as_any && target_.ledger && target_.ledger->opens_in_vain()) { options.timeout = kInVain; }
  const bool whole = options.send_initialized;
  auto opened = wire::mcp::Dialogue::open(worker_->client, std::move(options));
  last_open_failed_ = !opened;
  // Where initialize alone is answered, no conversation is opened: the notification behind it may hang.
  if (target_.ledger && (opened ? whole : opened.error().code == wire::ErrorCode::timeout)) {
    target_.ledger->opened(opened.has_value());
  }
  if (opened) {
    heard(true);
    if (opened->post_url()) { endpoints_.push_back(*opened->post_url()); }
    // What a check then finds wrong stands in the answer to this, and not to the notification that followed.
    if (!pinned_ && era() != Era::stateless) { last_request_ = opened->opening().http.request; }
    if (opened->session_id()) { sessions_.emplace_back(*opened->session_id(), opened->revision()); }
  } else {
    heard_error(opened.error());
  }
  return opened;
}

void Probe::end_afterwards(const wire::Exchange& answer) {
  const std::string session(answer.head.headers.get("Mcp-Session-Id"));
  if (session.empty() || answer.request.headers.has("Mcp-Session-Id")) { return; }
  const Survey* survey = target_.survey(Era::streamable);
  sessions_.emplace_back(session, survey ? survey->revision : std::string(newest_revision(Era::streamable)));
}

wire::Result<std::reference_wrapper<wire::mcp::Dialogue>> Probe::shared() {
  auto& conversations = worker_->conversations;
  auto held = conversations.find(era());
  if (held != conversations.end() && held->second.stream() && held->second.stream()->ended()) {
    conversations.erase(held);
    held = conversations.end();
  }
  if (held == conversations.end()) {
    auto opened = dialogue();
    if (!opened) { return tl::unexpected(opened.error()); }
    if (opened->session_id()) {
      sessions_.pop_back();  // It is kept for the checks that follow.
    }
    held = conversations.emplace(era(), std::move(*opened)).first;
  } else {
    used_kept_ = true;
  }
  return std::ref(held->second);
}

wire::mcp::Dialogue* Probe::held() {
  const auto held = worker_->conversations.find(era());
  return held == worker_->conversations.end() ? nullptr : &held->second;
}

wire::Result<wire::mcp::Reply> Probe::call(std::string_view method, json::value params,
                                           wire::mcp::RequestOptions options) {
  auto dialogue = shared();
  if (!dialogue) { return tl::unexpected(dialogue.error()); }
  if (!options.timeout) { options.timeout = answer_deadline().left(); }
  auto reply = dialogue->get().request(method, std::move(params), std::move(options));
  if (!reply) {
    spoil();
    heard_error(reply.error());
    return reply;
  }
  spoiled_ = spoiled_ || !reply->response;
  heard(reply->http);
  note("< " + reply->describe());
  if (auto unreadable = unreadable_in(*reply); !unreadable.empty()) { unreadable_ = std::move(unreadable); }
  if (!pinned_) {
    last_request_ = reply->http.request;  // Not the GET by which the dialogue may have resumed its answer.
  }
  heard(reply->response.has_value() || reply->http.end != wire::EndClass::open);
  return reply;
}

Finding Probe::broken(const wire::Error& error, std::string expected) const {
  const bool never = survey_ && survey_->open_error;
  if (last_open_failed_ && !never && !out_of_time()) {
    return untestable("no conversation can be opened: " + error.detail);
  }
  return not_opened(error, std::move(expected));
}

Finding Probe::not_opened(const wire::Error& error, std::string expected) const {
  if (out_of_time()) { return untestable("the run ended before the answer came"); }
  if (last_open_failed_ && survey_ && survey_->open_error) {
    return untestable("no conversation can be opened: " + survey_->open_error->detail);
  }
  switch (error.code) {
    case wire::ErrorCode::internal:
    case wire::ErrorCode::shortage:
    case wire::ErrorCode::bad_input:
      return {reports::Verdict::error, error.detail, {}, {}};
    default:
      return fail(std::move(expected), error.detail.empty() ? std::string(to_string(error.code)) : error.detail);
  }
}

void Probe::note(std::string line) {
  if (evidence_.size() >= kEvidenceLines) { return; }
  if (line.size() > kEvidenceBytes) { line = wire::excerpt(std::string_view(line), kEvidenceBytes); }
  evidence_.push_back(evidence_.size() + 1 == kEvidenceLines ? "(later lines are left out)" : std::move(line));
}

void Probe::pin_request(wire::Request request) {
  last_in_ended_session_ = has(ended_, std::string(request.headers.get("Mcp-Session-Id")));
  last_request_ = std::move(request);
  pinned_ = true;
}

bool Probe::was_issued(std::string_view session) const {
  if (session.empty()) { return false; }
  const auto shared = worker_->conversations.find(era());
  if (shared != worker_->conversations.end() && shared->second.session_id() == session) { return true; }
  const auto is_it = [&](const auto& held) { return held.first == session; };
  if (std::any_of(sessions_.begin(), sessions_.end(), is_it) || has(ended_, std::string(session))) { return true; }
  const auto seen = target_.tap->seen(era());
  return std::any_of(seen.begin(), seen.end(),
                     [&](const auto& one) { return one->http.head.headers.get("Mcp-Session-Id") == session; });
}

bool Probe::was_announced(const wire::Url& url) const {
  const auto shared = worker_->conversations.find(era());
  if (shared != worker_->conversations.end() && shared->second.post_url() == url) { return true; }
  if (has(endpoints_, url)) { return true; }
  const auto names_it = [&](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event || event->type != "endpoint") { return false; }
    const auto named = wire::resolve(target_.url, event->data);
    return named && *named == url;
  };
  const auto seen = target_.tap->seen(era());
  return std::any_of(seen.begin(), seen.end(), [&](const auto& one) {
    return std::any_of(one->http.items.begin(), one->http.items.end(), names_it);
  });
}

Before Probe::before_last_request() const {
  if (!last_request_) { return Before::nothing; }
  if (is(Era::http_sse)) {
    const bool on_stream = last_request_->method == "POST" && was_announced(last_request_->url);
    return on_stream ? Before::stream : Before::nothing;
  }
  if (last_in_ended_session_) { return Before::ended_session; }
  return was_issued(last_request_->headers.get("Mcp-Session-Id")) ? Before::session : Before::nothing;
}

void Probe::heard(bool answer) {
  last_answer_missing_ = !answer;
  if (!answer && target_.ledger) { target_.ledger->unanswered(number_); }
}

bool Probe::throttled() const { return throttled_ || (target_.ledger && target_.ledger->throttled(number_)); }

std::optional<std::chrono::seconds> Probe::asked_to_wait() const {
  return target_.ledger ? target_.ledger->throttled(number_) : std::nullopt;
}

bool Probe::met(Trouble trouble) const {
  const auto all = target_.ledger ? target_.ledger->troubles(number_) : std::vector<Trouble>{};
  return std::find(all.begin(), all.end(), trouble) != all.end();
}

void Probe::heard(const wire::Exchange& answer) {
  constexpr std::size_t kBodyBytes = 8 * 1024;  // Pages of hops are short.
  wire::Exchange kept;
  kept.request.url = answer.request.url;
  kept.head = {.status = answer.head.status, .headers = answer.head.headers};
  kept.body = answer.body.substr(0, kBodyBytes);
  kept.end = answer.end;
  kept.timings = answer.timings;
  if (!answer.arrivals.empty()) { kept.arrivals = {answer.arrivals.back()}; }
  last_heard_ = {std::move(kept), std::nullopt};
}

void Probe::heard_error(const wire::Error& error) {
  note(fmt::format("! {}: {}", to_string(error.code), error.detail));
  if (target_.ledger) { target_.ledger->failed(number_, error); }
  // Of an answer that was refused (`rejected`, `malformed_message`) the answer tells more than the error.
  if (!last_heard_.answer || is_of_connection(error.code)) { last_heard_ = {std::nullopt, error}; }
  heard(error.code != wire::ErrorCode::timeout && error.code != wire::ErrorCode::connect_timeout);
}

}  // namespace weir::conformance
