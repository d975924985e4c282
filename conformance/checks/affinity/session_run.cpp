#include "conformance/checks/affinity/session_run.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/ask/hops.hpp"
#include "conformance/ask/http_sse.hpp"
#include "conformance/ask/ready.hpp"
#include "conformance/ask/session.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {
namespace {

/// Other clients turn a round robin as well: a message of the handshake may miss its replica many times in a row, and
/// each attempt that is refused costs next to nothing.
constexpr int kAttempts = 40;
/// A server that does not know a session may leave its POST unanswered: so long is it waited for at least, and for a
/// few times as long as the stream's own head took.
constexpr std::chrono::milliseconds kPostPatience{500};
constexpr int kTimesTheHead = 5;
constexpr std::chrono::milliseconds kLongPatience{1500};
constexpr std::chrono::milliseconds kHandshakeSpan{10'000};
/// Of requests that each cost a wait, so many lost ones are enough beside a few that were served.
constexpr int kEnoughLost = 4;
constexpr int kEnoughServed = 3;

std::string words_of(const jsonrpc::Message& error) {
  return fmt::format("JSON-RPC error {} '{}'", error.error.code.value_or(0),
                     wire::excerpt(std::string_view(error.error.message), 80));
}

/// The error that an answer holds; empty where there is none.
std::string error_in(const wire::Exchange& answer) {
  for (const auto& text : message_texts(answer)) {
    const auto parsed = jsonrpc::parse(text);
    if (parsed && !parsed->messages.empty() && parsed->messages.front().kind == jsonrpc::Kind::error) {
      return words_of(parsed->messages.front());
    }
  }
  return {};
}

enum class Fate { served, lost, failed };

/// A conversation that goes on although messages are lost.
class LossyConversation {
 public:
  LossyConversation(Probe& probe, bool with_cookies, std::chrono::milliseconds patience)
      : probe_(probe), with_cookies_(with_cookies), patience_(patience) {}

  std::optional<Finding> open() { return probe_.is(Era::http_sse) ? open_sse() : open_streamable(); }

  /// Brings the handshake to its end; what is lost of it counts.
  bool settle() {
    if (probe_.is(Era::http_sse) && !insist(initialize_body())) { return false; }
    return insist(jsonrpc::notification("notifications/initialized"));
  }

  /// Some servers answer a ping whoever asks: every third question is one that none answers without a session.
  void ask(int number) {
    const bool list = number % 3 == 0 && probe_.survey().declares("tools");
    ++run_.requests;
    run_.asked_served +=
        post(jsonrpc::request(id_of(number), list ? "tools/list" : harmless_method(probe_))) == Fate::served;
  }

  /// http-sse: a POST that is taken says nothing of whether its session is known: an error may follow on the stream.
  /// The first answer is waited for as long as any.
  void hear() {
    constexpr std::chrono::milliseconds kHeard{300};
    if (!stream_) { return; }
    const wire::Deadline until = probe_.in(kHeard), first = probe_.in(probe_.target().answer_timeout);
    while (auto event = stream_->next_event(run_.heard > 0 ? until : first)) {
      const auto parsed = jsonrpc::parse(event->data);
      for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        const bool is_asked = message.id && message.id->is_number();
        run_.heard += message.is_reply() ? 1 : 0;
        if (message.kind != jsonrpc::Kind::error || !is_asked || message.error.code == jsonrpc::kMethodNotFound) {
          continue;
        }
        --run_.served;
        --run_.asked_served;
        ++run_.lost;
        ++run_.refusals[words_of(message)];
      }
    }
  }

  bool heard_enough() const { return stream_.has_value() && run_.lost >= kEnoughLost && run_.served >= kEnoughServed; }

  const SessionRun& run() const { return run_; }

 private:
  std::optional<Finding> open_streamable() {
    if (!probe_.survey().open_error && !probe_.survey().sessions) { return not_applicable(kNoSessions); }
    auto dialogue = probe_.dialogue([](wire::mcp::DialogueOptions& options) { options.send_initialized = false; });
    if (!dialogue) { return probe_.broken(dialogue.error(), "a conversation"); }
    if (!dialogue->session_id()) { return not_applicable(kNoSessions); }
    run_.cookies.take(dialogue->opening().http.head.headers);
    dialogue_ = std::move(*dialogue);
    return std::nullopt;
  }

  std::optional<Finding> open_sse() {
    auto stream = open_stream(probe_);
    if (!stream) { return probe_.broken(stream.error(), "an event stream"); }
    const auto endpoint = read_endpoint(probe_, *stream);
    if (!endpoint) { return untestable(endpoint.error().detail); }
    run_.cookies.take(stream->exchange().head.headers);
    const auto head = std::chrono::microseconds(stream->exchange().timings.head_us * kTimesTheHead);
    patience_ = std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(head), patience_,
                           std::max(patience_, probe_.target().answer_timeout));
    const wire::Url base = stream->exchange().request.url;
    const auto url = wire::resolve(base, *endpoint);
    if (!url || url->origin() != base.origin()) {
      return untestable("the endpoint event names no address on this origin: " +
                        wire::excerpt(std::string_view(*endpoint), 80));
    }
    post_url_ = *url;
    stream_ = std::move(*stream);
    return std::nullopt;
  }

  std::string initialize_body() const {
    return jsonrpc::request("weir-affinity", "initialize",
                            {{"protocolVersion", probe_.revision()},
                             {"capabilities", json::object{}},
                             {"clientInfo", {{"name", "weir"}, {"version", "1"}}}});
  }

  bool insist(const std::string& body) {
    const auto until = probe_.in(kHandshakeSpan);
    for (int i = 0; i < kAttempts && !until.passed(); ++i) {
      if (post(body) == Fate::served) { return true; }
    }
    return false;
  }

  /// Numbers, as an error under one tells of a question; 1 and its next are those of the handshake.
  static int id_of(int number) {
    constexpr int kFirst = 1000;
    return kFirst + number;
  }

  Fate post(const std::string& body) {
    wire::Request request = dialogue_ ? dialogue_->make_post(body) : json_post(probe_, post_url_, body);
    if (with_cookies_ && !run_.cookies.empty()) { request.headers.set("Cookie", run_.cookies.header()); }
    // What is not answered here says nothing of whether the target still answers at all: it is not sent by the probe.
    const auto answer = dialogue_ ? probe_.send(request) : probe_.http().exchange(request, probe_.in(patience_));
    if (answer) { run_.cookies.take(answer->head.headers); }
    return count(answer);
  }

  /// A process to which the session is new may say so by an error in an answer that is right as such, or by one that
  /// names the session under a status of its own, as "503 Service Unavailable" from those that know of replicas. Empty
  /// where it does neither.
  std::string error_of_unknown(const wire::Result<wire::Exchange>& answer) const {
    if (!answer || (answer->ok() && !dialogue_)) { return {}; }
    const int status = answer->head.status;
    if (status == kNotFound || status == kBadRequest || status == kTooManyRequests) { return {}; }
    std::string error = error_in(*answer);
    if (answer->ok() || error.empty()) { return error; }
    return error.find("ession") == std::string::npos ? std::string() : fmt::format("HTTP {}, {}", status, error);
  }

  Fate count(const wire::Result<wire::Exchange>& answer) {
    if (answer && (dialogue_ ? is_served(*answer) : answer->ok())) {
      ++run_.served;
      return Fate::served;
    }
    const std::string error = error_of_unknown(answer);
    const bool unknown = !error.empty() ? true
                         : answer       ? answer->head.status == kNotFound || answer->head.status == kBadRequest
                                        : !dialogue_ && answer.error().code == wire::ErrorCode::timeout;
    ++(unknown ? run_.lost : run_.failed);
    ++run_.refusals[!error.empty() ? error
                    : answer       ? fmt::format("HTTP {}", answer->head.status)
                                   : std::string(to_string(answer.error().code))];
    return unknown ? Fate::lost : Fate::failed;
  }

  Probe& probe_;
  const bool with_cookies_;
  std::optional<wire::mcp::Dialogue> dialogue_;  // streamable
  std::optional<wire::HttpStream> stream_;       // http-sse: it holds the session open
  wire::Url post_url_;
  std::chrono::milliseconds patience_;  // http-sse: for the answer to a POST
  SessionRun run_;
};

}  // namespace

void CookieJar::take(const wire::Headers& answer) {
  for (const auto& field : answer.fields()) {
    const bool sets = letters_of(field.name) == "setcookie";
    const std::string pair = field.value.substr(0, field.value.find(';'));
    const auto equals = pair.find('=');
    if (sets && equals != std::string::npos && equals > 0) {
      cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
}

std::string CookieJar::header() const {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : cookies_) { pairs.push_back(name + "=" + value); }
  return fmt::format("{}", fmt::join(pairs, "; "));
}

std::string CookieJar::names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : cookies_) { names.push_back(name); }
  return fmt::format("{}", fmt::join(names, ", "));
}

bool CookieJar::has(std::string_view prefix) const {
  return std::any_of(cookies_.begin(), cookies_.end(),
                     [&](const auto& cookie) { return cookie.first.starts_with(prefix); });
}

bool SessionRun::only_silence() const {
  return refusals.size() == 1 && refusals.contains(std::string(to_string(wire::ErrorCode::timeout)));
}

std::string SessionRun::describe_refusals() const {
  std::vector<std::string> parts;
  for (const auto& [what, times] : refusals) { parts.push_back(fmt::format("{} x {}", times, what)); }
  return fmt::format("{}", fmt::join(parts, ", "));
}

tl::expected<SessionRun, Finding> run_session(Probe& probe, bool with_cookies, std::chrono::milliseconds patience) {
  LossyConversation conversation(probe, with_cookies, patience);
  if (auto finding = conversation.open()) { return tl::unexpected(std::move(*finding)); }
  const auto until = probe.in(kFreshSpan);
  if (conversation.settle()) {
    for (int i = 0; i < kFreshConnections && !conversation.heard_enough() && !probe.out_of_time(); ++i) {
      if (i >= kLeastConnections && until.passed()) { break; }
      conversation.ask(i);
    }
    conversation.hear();
  }
  return conversation.run();
}

tl::expected<AffinityVerdict, Finding> judge_affinity(Probe& probe) {
  auto patience = kPostPatience;
  auto bare = run_session(probe, false, patience);
  if (bare && bare->lost > 0 && bare->only_silence()) {
    // No status says that the session is unknown: the server may as well be slow. A second run in which nothing came
    // through tells less than the first.
    patience = std::max(patience, std::min(kLongPatience, probe.target().answer_timeout));
    auto patient = run_session(probe, false, patience);
    if (patient && patient->served > 0) { bare = std::move(patient); }
  }
  if (!bare) { return tl::unexpected(std::move(bare.error())); }
  if (bare->lost > 0) {
    if (const auto refusal = refused_at_first(probe)) {
      return tl::unexpected(
          untestable("refused right after the handshake and served later, which is no matter of "
                     "replicas: lifecycle.handshake.no-race (" +
                     *refusal + ")"));
    }
  }
  AffinityVerdict verdict{.bare = std::move(*bare), .with_cookies = {}};
  if (verdict.bare.lost > 0 && !verdict.bare.cookies.empty()) {
    if (auto with_jar = run_session(probe, true, patience)) { verdict.with_cookies = std::move(*with_jar); }
  }
  if (probe.is(Era::http_sse) && verdict.bare.served > 0 && verdict.bare.heard == 0) {
    return tl::unexpected(untestable("POSTs are taken, and none is answered on the stream"));
  }
  const bool untried = !verdict.bare.cookies.empty() && !verdict.with_cookies;
  const bool seen = verdict.bare.lost > 0 && verdict.bare.served > 0 && !untried;
  if (probe.out_of_time() && !seen) {
    return tl::unexpected(untestable("the run ended before the connections had been tried"));
  }
  if (verdict.bare.lost == 0 && verdict.bare.failed > 0) {
    return tl::unexpected(
        untestable(fmt::format("{} of {} requests failed, but not as for an unknown session: {}", verdict.bare.failed,
                               verdict.bare.asked(), verdict.bare.describe_refusals())));
  }
  return verdict;
}

std::string balancer_of(const Probe& probe, const SessionRun& run) {
  if (run.cookies.has("AWSALB")) { return "ALB"; }
  const NamedHop* hop = hop_in_front(probe.target().profile.edge, {});
  return hop ? std::string(hop->name) : "load balancer";
}

}  // namespace weir::conformance
