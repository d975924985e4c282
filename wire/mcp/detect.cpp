#include "wire/mcp/detect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <new>
#include <system_error>
#include <thread>

#include "wire/mcp/dialogue_impl.hpp"

namespace weir::wire::mcp {
namespace {

/// A stream without a first event may belong to another era, whose answer is already there; then it is waited for a few
/// times as long as that answer took, which was by a longer way, and not until the end.
constexpr std::chrono::milliseconds kQuietStream{1500};
constexpr std::chrono::milliseconds kQuietAtLeast{500};
constexpr int kQuietPaces = 5;
constexpr std::chrono::milliseconds kQuietSlice{50};
/// The session that the question opened is given back; whether that works is not the question.
constexpr std::chrono::milliseconds kDeleteTimeout{500};

/// `initialize` is asked first: of a server that serves one request in its life, it is the one that tells most.
constexpr std::chrono::milliseconds kHeadStart{100};

struct Asking {
  const DetectOptions& options;
  Deadline deadline;
  std::promise<void> initialize_over{};
  std::shared_future<void> after_initialize = initialize_over.get_future().share();
  Clock::time_point begun = Clock::now();
  std::atomic<bool> spoken{false};       ///< Some era has answered ...
  std::atomic<std::int64_t> pace_ms{0};  ///< ... after so long.

  void heard() {
    pace_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun).count();
    spoken = true;
  }
  std::atomic<int> open_posts{0};  ///< Questions by POST that no answer has refused yet.
};

Request base_request(const DetectOptions& options, std::string method, std::string body) {
  Request request;
  request.method = std::move(method);
  request.url = options.url;
  request.body = std::move(body);
  if (request.method == "POST") {
    request.headers.set("Accept", "application/json, text/event-stream");
    request.headers.set("Content-Type", "application/json");
  } else if (request.method == "GET") {
    request.headers.set("Accept", "text/event-stream");
    request.headers.set("Cache-Control", "no-cache");
  }
  return request;
}

void add_credentials(Request& request, const DetectOptions& options) {
  for (const Header& header : options.headers.fields()) { request.headers.set(header.name, header.value); }
}

/// Sends the question of `attempt` and reads what answers it.
std::optional<Reply> ask(HttpClient& client, Attempt& attempt, Deadline deadline) {
  auto stream = client.open(attempt.request, deadline);
  if (!stream) {
    attempt.error = stream.error();
    attempt.why = stream.error().detail;
    return std::nullopt;
  }
  Reply reply;
  Collector collector(reply, awaited_by(attempt.request.body));
  read_answer(*stream, collector, deadline, {}, [] {});
  reply.http = std::move(*stream).finish();
  reply.waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - collector.started());
  attempt.exchange = reply.http;
  return reply;
}

std::string quoted(std::string_view text, std::size_t max) { return fmt::format("'{}'", text_excerpt(text, max)); }

/// "HTTP 502 with text/html ('<html>...')": an answer that is no JSON-RPC, by what can be seen of it.
std::string describe_foreign(const Exchange& exchange) {
  const Headers& headers = exchange.head.headers;
  std::string text = fmt::format("HTTP {}", exchange.head.status);
  if (headers.has("www-authenticate")) { text += " with WWW-Authenticate"; }
  const std::string type = media_type(headers.get("content-type"));
  text += type.empty() ? "" : ", " + type;
  return exchange.body.empty() ? text + ", no body" : text + ", " + quoted(exchange.body, 60);
}

std::string describe_answer(const Reply& reply) {
  const bool foreign = !reply.response && reply.error_message() == nullptr && !reply.http.is_event_stream();
  return foreign ? describe_foreign(reply.http) : reply.describe();
}

/// 401 and 403 may come from a gate before the endpoint, whatever their body says.
bool is_gate(const Reply& reply) { return reply.http.head.status == 401 || reply.http.head.status == 403; }

bool mentions_meta(const jsonrpc::Message& message) {
  const std::string text = message.error.message + json::serialize(message.error.data);
  return text.find("io.modelcontextprotocol/") != std::string::npos || text.find("_meta") != std::string::npos;
}

/// 2026-07-28 transports/streamable-http "Backward Compatibility" and basic/versioning: errors by which a modern server
/// is recognised. -32602 is one only where it is about `_meta`; older servers use it for a method they do not know.
bool is_modern_error(const Reply& reply) {
  const jsonrpc::Message* message = reply.error_message();
  if (message == nullptr || !message->error.code || is_gate(reply)) { return false; }
  switch (*message->error.code) {
    case jsonrpc::kUnsupportedVersion:
    case jsonrpc::kMissingClientCapability:
    case jsonrpc::kHeaderMismatch:
      return true;
    case jsonrpc::kInvalidParams:
      return mentions_meta(*message);
    default:
      return false;
  }
}

Request modern_request(const DetectOptions& options, std::string_view method, std::string_view revision) {
  Request request = base_request(options, "POST", jsonrpc::request(1, method, stateless_params(nullptr, revision, {})));
  add_stateless_headers(request, revision);
  add_credentials(request, options);
  return request;
}

/// A server that knows no server/discover is a broken modern one, or an older one behind a gateway that passes
/// everything on. Only the former refuses a version that does not exist (2026-07-28 basic/versioning).
void ask_by_version(HttpClient& client, Asking& asking, Attempt& attempt) {
  Attempt second;
  second.request = modern_request(asking.options, "tools/list", "1900-01-01");
  const auto reply = ask(client, second, asking.deadline);
  attempt.speaks = reply && is_modern_error(*reply);
  attempt.why += fmt::format("; a request of version 1900-01-01 was answered with {}",
                             reply ? describe_answer(*reply) : second.why);
}

void ask_stateless(HttpClient& client, Asking& asking, Attempt& attempt) {
  attempt.question = "POST server/discover";
  attempt.request = modern_request(asking.options, "server/discover", newest_revision(Era::stateless));
  const auto reply = ask(client, attempt, asking.deadline);
  if (!reply) { return; }
  if (const json::array* versions = as_array(find(reply->result(), "supportedVersions"))) {
    // A server may know the method and serve older revisions alone: they have another era.
    attempt.speaks = std::any_of(versions->begin(), versions->end(), [](const json::value& version) {
      const auto text = as_string(&version);
      return text && is_revision_date(*text) && *text >= k2026_07_28;
    });
    attempt.why = fmt::format("server/discover lists the versions {}{}", excerpt(json::value(*versions)),
                              attempt.speaks ? "" : ", and none of this era");
  } else if (reply->is_result()) {
    attempt.why = "the result of server/discover has no array supportedVersions";
  } else if (is_modern_error(*reply)) {
    attempt.speaks = true;
    attempt.why = fmt::format("server/discover was refused as this era refuses: {}", reply->describe());
  } else {
    attempt.why = fmt::format("server/discover was answered with {}", describe_answer(*reply));
    const jsonrpc::Message* error = reply->is_error() ? reply->error_message() : nullptr;
    if (error != nullptr && error->error.code == jsonrpc::kMethodNotFound) { ask_by_version(client, asking, attempt); }
  }
}

void give_back_session(HttpClient& client, const DetectOptions& options, const Reply& reply,
                       std::string_view revision) {
  const auto session = reply.http.head.headers.find("mcp-session-id");
  if (!session) { return; }
  Request request = base_request(options, "DELETE", "");
  request.headers.set("Mcp-Session-Id", std::string(*session));
  request.headers.set("MCP-Protocol-Version", std::string(revision));
  add_credentials(request, options);
  (void)client.exchange(request, Deadline::in(kDeleteTimeout));
}

/// An error that answers `initialize` by its id, other than that the method does not exist or that the era is another.
bool is_initialize_error(const Reply& reply) {
  if (!reply.is_error() || is_modern_error(reply) || is_gate(reply) || !reply.response->message.error.code) {
    return false;
  }
  return *reply.response->message.error.code != jsonrpc::kMethodNotFound;
}

void ask_streamable(HttpClient& client, Asking& asking, Attempt& attempt) {
  const std::string_view revision = newest_revision(Era::streamable);
  attempt.question = "POST initialize";
  attempt.request =
      base_request(asking.options, "POST", jsonrpc::request(1, "initialize", initialize_params(revision, {})));
  add_credentials(attempt.request, asking.options);
  const auto reply = ask(client, attempt, asking.deadline);
  if (!reply) { return; }
  if (const auto version = as_string(find(reply->result(), "protocolVersion"))) {
    attempt.speaks = true;
    attempt.why = fmt::format("initialize negotiated {}", quoted(*version, 40));
    asking.heard();
    const bool usable = is_known_revision(*version);
    if (usable) { attempt.revision = *version; }
    give_back_session(client, asking.options, *reply, usable ? *version : revision);
  } else if (reply->is_result()) {
    attempt.why = "the result of initialize has no protocolVersion";
  } else if (is_initialize_error(*reply)) {
    attempt.speaks = true;
    attempt.why = fmt::format("initialize was refused by a server that knows it: {}", reply->describe());
  } else {
    attempt.why = fmt::format("initialize was answered with {}", describe_answer(*reply));
  }
}

/// How long an event stream is waited for that may be none of MCP's.
struct Patience {
  Clock::time_point begun;
  Deadline plain;  ///< Where it has refused all other eras.

  /// Where the URL has already spoken another one.
  bool is_quiet(const Asking& asking) const {
    const auto paces = std::chrono::milliseconds(asking.pace_ms.load() * kQuietPaces);
    return Clock::now() - begun > std::clamp(paces, kQuietAtLeast, kQuietStream);
  }
};

bool is_exhausted(const Patience& patience, const Asking& asking) {
  return asking.deadline.passed() || (asking.spoken && patience.is_quiet(asking)) ||
         (asking.open_posts == 0 && patience.plain.passed());
}

std::optional<SseEvent> next_event(HttpStream& stream, const Asking& asking, const Patience& patience) {
  while (!stream.ended() && !is_exhausted(patience, asking)) {
    if (auto event = stream.next_event(asking.deadline.or_sooner(Deadline::in(kQuietSlice)))) { return event; }
  }
  return std::nullopt;
}

std::string why_no_endpoint(const HttpStream& stream, const std::optional<std::string>& first_type,
                            Clock::duration waited) {
  const std::string first =
      first_type ? fmt::format("the first event was {}", quoted(*first_type, 40)) : std::string("no event came");
  if (stream.ended()) {
    return fmt::format("an event stream that ended ({}) without an endpoint event: {}",
                       to_string(stream.exchange().end), first);
  }
  return fmt::format("an event stream without an endpoint event within {:.2g} s: {}",
                     std::chrono::duration<double>(waited).count(), first);
}

void ask_http_sse(HttpClient& client, Asking& asking, Attempt& attempt) {
  attempt.question = "GET event stream";
  attempt.request = base_request(asking.options, "GET", "");
  add_credentials(attempt.request, asking.options);
  const auto start = Clock::now();
  auto stream = client.open(attempt.request, asking.deadline);
  if (!stream) {
    attempt.error = stream.error();
    attempt.why = stream.error().detail;
    return;
  }
  if (!stream->exchange().ok() || !stream->exchange().is_event_stream()) {
    stream->read_to_end(asking.deadline);
    attempt.why = fmt::format("GET was answered with {}", describe_foreign(stream->exchange()));
  } else {
    const Patience patience{start,
                            asking.options.plain_after ? Deadline::in(*asking.options.plain_after) : asking.deadline};
    std::optional<std::string> first_type;
    auto event = next_event(*stream, asking, patience);
    for (; event && event->type != "endpoint"; event = next_event(*stream, asking, patience)) {
      first_type = first_type.value_or(event->type);
    }
    attempt.speaks = event.has_value();
    attempt.why = event ? fmt::format("the endpoint event names {}{}", quoted(event->data, 80),
                                      first_type ? fmt::format(", but the first event was {}", quoted(*first_type, 40))
                                                 : std::string())
                        : why_no_endpoint(*stream, first_type, Clock::now() - start);
  }
  attempt.exchange = std::move(*stream).finish();
}

void ask_era(Asking& asking, Attempt& attempt) {
  ClientOptions bounded = asking.options.client;
  bounded.max_body_bytes = std::min(bounded.max_body_bytes, limits::kOpeningBytes);
  HttpClient client(std::move(bounded));
  switch (attempt.era) {
    case Era::none:
      break;
    case Era::stateless:
      ask_stateless(client, asking, attempt);
      break;
    case Era::streamable:
      ask_streamable(client, asking, attempt);
      break;
    case Era::http_sse:
      ask_http_sse(client, asking, attempt);
      break;
  }
  if (attempt.speaks) {
    if (!asking.spoken) { asking.heard(); }
  } else if (attempt.era != Era::http_sse && attempt.exchange) {
    --asking.open_posts;
  }
}

/// A thread that lets an exception go ends the program.
void ask_within_memory(Asking& asking, Attempt& attempt) {
  try {
    const auto account = asking.options.client.run.enter();
    ask_era(asking, attempt);
  } catch (const std::bad_alloc& error) {
    attempt.speaks = false;
    attempt.exchange.reset();
    attempt.error = Error{ErrorCode::limit_exceeded, error.what()};
  }
}

void ask_beside(Asking& asking, Attempt& attempt) {
  const bool first = attempt.era == Era::streamable;
  if (!first) { asking.after_initialize.wait_for(kHeadStart); }
  ask_within_memory(asking, attempt);
  if (first) { asking.initialize_over.set_value(); }
}

/// A server with one place for all its answers gives that of one question to another, and nothing to this one: the
/// fault is none of the era's.
void ask_alone_if_lost(Asking& asking, Attempt& attempt) {
  if (attempt.speaks || attempt.era != Era::streamable || !attempt.exchange || attempt.exchange->head.status != 200 ||
      !attempt.exchange->body.empty() || attempt.exchange->is_event_stream()) {
    return;
  }
  Attempt alone{.era = attempt.era};
  ask_within_memory(asking, alone);
  if (!alone.speaks) { return; }
  alone.why +=
      fmt::format(", asked alone; beside other questions it was answered with {}", describe_foreign(*attempt.exchange));
  attempt = std::move(alone);
}

}  // namespace

std::vector<Era> Detection::eras() const {
  std::vector<Era> spoken;
  for (const Attempt& attempt : attempts) {
    if (attempt.speaks) { spoken.push_back(attempt.era); }
  }
  return spoken;
}

const Attempt* Detection::attempt(Era era) const {
  const auto found = std::find_if(attempts.begin(), attempts.end(), [&](const Attempt& a) { return a.era == era; });
  return found == attempts.end() ? nullptr : &*found;
}

Detection detect(const DetectOptions& options) {
  Detection detection;
  for (Era era : {Era::stateless, Era::streamable, Era::http_sse}) {
    if (!options.only || options.only == era) { detection.attempts.emplace_back().era = era; }
  }
  Asking asking{options, Deadline::in(options.timeout)};
  asking.open_posts = static_cast<int>(std::count_if(detection.attempts.begin(), detection.attempts.end(),
                                                     [](const Attempt& a) { return a.era != Era::http_sse; }));
  if (!detection.attempt(Era::streamable)) { asking.initialize_over.set_value(); }
  std::vector<std::thread> threads;
  for (Attempt& attempt : detection.attempts) {
    try {
      threads.emplace_back([&asking, &attempt] { ask_beside(asking, attempt); });
    } catch (const std::system_error&) {
      // No thread is to be had: ask one after the other, within the same deadline.
      ask_beside(asking, attempt);
    }
  }
  for (std::thread& thread : threads) { thread.join(); }
  for (Attempt& attempt : detection.attempts) { ask_alone_if_lost(asking, attempt); }
  return detection;
}

}  // namespace weir::wire::mcp
