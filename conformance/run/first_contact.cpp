#include "conformance/run/first_contact.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/attribution.hpp"
#include "conformance/probe/curl.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

constexpr std::string_view kSilent = "silent";
constexpr std::size_t kPathBytes = 120;

/// What another one of several targets may answer in another way, and one that slept once it is awake.
bool may_pass_at_once(const Target& target, const reports::PreflightFailure& failure) {
  constexpr std::array<std::string_view, 5> kCauses = {"empty-reply", "no-healthy-target", "reset", "server-error",
                                                       kSilent};
  return (failure.cause == "unauthorized" && has_credentials(target.headers)) ||
         std::find(kCauses.begin(), kCauses.end(), failure.cause) != kCauses.end();
}

/// HTTP+SSE: the stream came from the server, and a page of somebody else answers the path which it named. An answer
/// that speaks of sessions is of a server, though maybe of another replica.
std::string unrouted_path(const Target& target, const Survey& survey) {
  const wire::Exchange& answer = *survey.refusal;
  const std::string_view path = answer.request.url.path;
  const int status = answer.head.status;
  const bool is_page = wire::media_type(answer.head.headers.get("Content-Type")) == "text/html" || answer.body.empty();
  if (survey.era != Era::http_sse || path == target.url.path || !is_page || (status != kNotFound && status != 405)) {
    return "";
  }
  const std::string server = wire::printable(answer.head.headers.get("Server"));
  return fmt::format("POST {} is answered {}{} by a page: the endpoint event names this path, and it leads nowhere",
                     wire::bounded(path, kPathBytes), status, server.empty() ? "" : " (Server: " + server + ")");
}

/// HTTP+SSE: what the server misses is in the query of the URI that it was asked at.
std::string lost_query(const Survey& survey) {
  const wire::Exchange& answer = *survey.refusal;
  const wire::Url& url = answer.request.url;
  const std::string name = url.query.substr(0, url.query.find('='));
  const std::string said = wire::lower(answer.body);
  const bool misses = said.find("required") != std::string::npos || said.find("missing") != std::string::npos;
  if (survey.era != Era::http_sse || name.empty() || !misses || said.find(wire::lower(name)) == std::string::npos) {
    return "";
  }
  return fmt::format("POST {}?{}=... is answered {} '{}': the query of the URI is lost on the way",
                     wire::bounded(url.path, kPathBytes), wire::bounded(name, kPathBytes), answer.head.status,
                     wire::excerpt(std::string_view(answer.body), 80));
}

/// Some servers count wrong credentials, and lock out who has many; and silence is long.
int tries_of(std::string_view cause) { return cause == "unauthorized" || cause == kSilent ? 2 : 3; }

/// The first request that came to somebody who then said nothing, or not all of an answer.
const wire::mcp::Attempt* cut_short(const wire::mcp::Detection& detection) {
  const auto& attempts = detection.attempts;
  const auto found = std::find_if(attempts.begin(), attempts.end(), [](const wire::mcp::Attempt& attempt) {
    const bool lost = attempt.error &&
                      (attempt.error->code == wire::ErrorCode::reset || attempt.error->code == wire::ErrorCode::closed);
    return lost || (attempt.exchange && attempt.exchange->end != wire::EndClass::clean &&
                    attempt.exchange->end != wire::EndClass::open);
  });
  return found == attempts.end() ? nullptr : &*found;
}

/// Where nothing listens any more, and somebody did at first: what is there is ended by what it was asked.
void tell_who_ended(const Target& target, const std::optional<wire::mcp::Attempt>& last,
                    std::optional<reports::PreflightFailure>& failure) {
  if (!last || !failure || failure->cause != "connect-refused") { return; }
  const bool with = has_credentials(last->request.headers);
  const std::string detail =
      last->error ? last->error->detail : fmt::format("HTTP {}, and the answer is cut", last->exchange->head.status);
  failure->cause = "ended-by-request";
  failure->message =
      fmt::format("{}:{} took {}{} and ended without a whole answer ({}): since then nothing listens on that port",
                  target.url.host, target.url.port, last->question, with ? " with the credentials" : "", detail);
  failure->fix = fmt::format(
      "Look into the log of the service: its process dies of the first request{}; catch the error there and answer by "
      "{}.",
      with ? " that brings these credentials" : "", with ? "401 or a result" : "an error");
  failure->evidence.insert(failure->evidence.begin(), fmt::format("{}: {}", last->question, detail));
  failure->curl = curl_command(last->request, {.insecure = target.client.insecure, .ca_file = target.client.ca_file});
}

}  // namespace

Preflight preflight_in_turn(const Target& target, std::optional<Era> only, wire::Deadline deadline) {
  auto looked = preflight(target, only);
  bool was_silent = false;
  std::optional<wire::mcp::Attempt> last;
  const auto keep = [&] {
    if (const auto* attempt = last ? nullptr : cut_short(looked.detection)) { last = *attempt; }
  };
  keep();
  for (int i = 1; looked.failure && !deadline.passed() && i < tries_of(looked.failure->cause); ++i) {
    const bool may_pass = may_pass_at_once(target, *looked.failure);
    const auto wait = may_pass ? std::chrono::seconds(0) : looked.retry_after;
    if (!wait || *wait >= deadline.left() / 2) { break; }
    was_silent = was_silent || looked.failure->cause == kSilent;
    target.client.run.pause(*wait);
    looked = preflight(target, only);
    keep();
  }
  tell_who_ended(target, last, looked.failure);
  looked.was_silent = was_silent;
  return looked;
}

bool is_kept_out_by_rate(const Target& target) {
  return !target.surveys.empty() && std::all_of(target.surveys.begin(), target.surveys.end(), [](const Survey& survey) {
    return survey.open_error && survey.throttled;
  });
}

reports::PreflightFailure no_conversation(const Target& target, const std::vector<std::string>& problems) {
  reports::PreflightFailure failure{
      .cause = "handshake-failed",
      .message = problems.front(),
      .fix = "Read the error: the endpoint answers as MCP does, but the handshake does not come to its end.",
      .evidence = problems,
      .curl = {}};
  const auto refused = std::find_if(target.surveys.begin(), target.surveys.end(),
                                    [](const Survey& survey) { return survey.refusal.has_value(); });
  if (failure.message.find("points to another origin") != std::string::npos) {
    failure.fix = "Let the endpoint event name a path alone, or give the server its public URL.";
  } else if (failure.message.find("came in the POST's body instead of the stream") != std::string::npos) {
    failure.fix =
        "Send each answer as a message event on the stream that the client opened by GET, and answer its POST by 202 "
        "with an empty body.";
  } else if (refused == target.surveys.end()) {
    return failure;
  } else if (auto sentence = unrouted_path(target, *refused); !sentence.empty()) {
    failure.message = std::move(sentence);
    failure.fix =
        "Route the path that the endpoint event names to the server too, as that of the stream: one location, rule or "
        "ingress path for both.";
  } else if (auto lost = lost_query(*refused); !lost.empty()) {
    failure.message = std::move(lost);
    failure.fix =
        "Forward query strings to the origin (CloudFront: an origin request policy with all of them; a proxy_pass "
        "without a URI of its own).";
  } else if (auto blame = blame_of({.answer = refused->refusal, .error = {}}, {.url = target.url})) {
    failure.fix = std::move(blame->fix);
  }
  if (failure.message == problems.front() && !refused->refusal->body.empty()) {
    failure.evidence.push_back("the answer: " + describe(*refused->refusal));
  }
  return failure;
}

/// What every check would wait for in vain.
reports::PreflightFailure no_handshake_passes(const std::vector<std::string>& problems) {
  return {.cause = "rate-limited",
          .message = "the target limits the rate of requests so far that no handshake passes: " + problems.front(),
          .fix =
              "Wait, exempt the address of this machine or its key from the limit, or let the limit bear a handshake "
              "(two requests) and a few calls.",
          .evidence = problems,
          .curl = {}};
}

reports::PreflightFailure no_token(const wire::Error& error, const wire::OAuthClient& oauth) {
  const auto problem = wire::token_problem(error);
  return {.cause = std::string(problem.name),
          .message = error.detail,
          .fix = std::string(problem.fix),
          .evidence = {fmt::format("POST {}: {}", oauth.token_url, error.detail)},
          .curl = {}};
}

}  // namespace weir::conformance
