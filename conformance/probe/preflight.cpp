#include "conformance/probe/preflight.hpp"

#include "conformance/probe/beside.hpp"
#include "conformance/probe/curl.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/probe/preflight_cause.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {

using wire::mcp::Attempt;

namespace {

constexpr std::chrono::milliseconds kSecondLook{2000};  ///< At most; the answers of a dead target are not waited for.
/// Where SDKs mount by themselves, and where an application is that was mounted at the path which it adds itself.
constexpr std::array<std::string_view, 7> kWellKnownPaths = {"/mcp", "/sse",     "/mcp/",   "/sse/",
                                                             "/",    "/mcp/mcp", "/mcp/sse"};
constexpr std::string_view kNoPath = "/weir-no-such-path";

std::string evidence_line(const Attempt& attempt) {
  return fmt::format("{}: {}", attempt.question,
                     attempt.why.empty() && attempt.error ? attempt.error->detail : attempt.why);
}

std::chrono::milliseconds second_look(const Target& target) { return std::min(target.answer_timeout, kSecondLook); }

/// TLS spoken to a plain port, or the reverse: the error alone does not tell, a look at the other kind does.
bool speaks_other_kind(const Target& target) {
  wire::ClientOptions options = target.client;
  options.insecure = true;
  options.connect_timeout = std::min<std::chrono::milliseconds>(options.connect_timeout, kSecondLook);
  wire::HttpClient client(options);
  wire::Url url = target.url;
  url.scheme = url.tls() ? "http" : "https";
  const auto deadline = wire::Deadline::in(second_look(target));
  if (url.tls()) { return client.connect(url, deadline).has_value(); }
  return client.exchange({.method = "GET", .url = url}, deadline).has_value();
}

void look_at_other_kind(const Target& target, Cause& cause) {
  const bool after_tls = target.url.tls() && cause.name == "tls-failed";
  const bool after_plain =
      !target.url.tls() && (cause.name == "not-http" || cause.name == "empty-reply" || cause.name == "reset");
  if (!(after_tls || after_plain) || !speaks_other_kind(target)) { return; }
  wire::Url other = target.url;
  other.scheme = after_tls ? "http" : "https";
  cause.name = after_tls ? "tls-on-plain-http-port" : "plain-http-on-tls-port";
  cause.message = fmt::format("port {} of {} speaks {}, and the URL says {}", target.url.port, target.url.host,
                              after_tls ? "plain HTTP" : "TLS", target.url.scheme);
  cause.fix = fmt::format("Use {}.", other.str());
  cause.dead = false;
}

/// The first well-known path of the origin that speaks MCP, as "but /mcp answers as streamable MCP".
std::string look_at_well_known_paths(const Target& target) {
  std::vector<std::pair<std::string_view, std::future<wire::mcp::Detection>>> looks;
  for (std::string_view path : kWellKnownPaths) {
    if (path == target.url.path) { continue; }
    wire::Url url = target.url;
    url.path = path;
    url.query.clear();
    url.has_query = false;
    looks.emplace_back(
        path, begin([&target, url] {
          return wire::mcp::detect(
              {.url = url, .headers = target.headers, .client = target.client, .timeout = second_look(target)});
        }));
  }
  std::string found;
  for (auto& [path, look] : looks) {
    const auto eras = look.get().eras();
    if (found.empty() && !eras.empty()) {
      found = fmt::format("but {} answers as {} MCP", path, to_string(eras.front()));
    }
  }
  return found;
}

/// "health /health answers 200 while MCP is dead": a deploy that its load balancer takes for good.
std::string look_at_health(const Target& target) {
  wire::HttpClient client(target.client);
  const std::vector<wire::HealthRoute> guess = {{.path = "/health"}};
  const auto& routes = target.profile.health.empty() ? guess : target.profile.health;
  const auto deadline = wire::Deadline::in(second_look(target));
  for (const auto& route : routes) {
    const auto url = wire::resolve(target.url, route.path);
    if (!url || *url == target.url) { continue; }
    // A guessed path may be answered by a fallback page, and credentials go to the target's own origin only.
    const bool own = url->origin() == target.url.origin();
    const auto answer =
        client.exchange({.method = "GET", .url = *url, .headers = own ? target.headers : wire::Headers{}}, deadline);
    const bool page = answer && wire::media_type(answer->head.headers.get("content-type")) == "text/html";
    if (answer && answer->head.status == route.status && !(page && target.profile.health.empty())) {
      return fmt::format("health {} answers {} while MCP is dead", route.path, answer->head.status);
    }
  }
  return {};
}

/// "every path of this origin gives the same answer": a stub, or a route that takes all, stands where MCP should.
void look_at_no_path(const Target& target, Cause& cause) {
  if (!cause.telling || !cause.telling->exchange || cause.telling->exchange->body.empty()) { return; }
  const wire::Exchange& said = *cause.telling->exchange;
  wire::HttpClient client(target.client);
  wire::Request request = cause.telling->request;
  request.url.path = kNoPath;
  request.headers.remove("Authorization");
  const auto other = client.exchange(request, wire::Deadline::in(second_look(target)));
  if (!other || other->head.status != said.head.status || other->body != said.body) { return; }
  cause.message += fmt::format("; so it is at every path: {} gives the same", kNoPath);
  cause.fix =
      "Look at what takes every path before the server: a stub, a health handler or a default rule of the balancer; "
      "route this path to the MCP server.";
}

/// A head that clients refuse for its Transfer-Encoding is HTTP all the same, and mostly says it twice.
void look_at_framing(const wire::mcp::Detection& detection, Cause& cause) {
  const auto refused = std::find_if(detection.attempts.begin(), detection.attempts.end(), [](const Attempt& attempt) {
    return attempt.error && attempt.error->detail.find("bad Transfer-Encoding") != std::string::npos;
  });
  if (cause.name != "not-http" || refused == detection.attempts.end()) { return; }
  cause.name = "framing-broken";
  cause.message = fmt::format("no client can read the answer to {}: its Transfer-Encoding is not one 'chunked' ({})",
                              refused->question, refused->error->detail);
  cause.fix =
      "Set Transfer-Encoding in one place: a server or middleware that writes it beside the framework or the proxy "
      "says it twice; leave the field to what writes the chunks.";
}

/// Accept has arrived after all where another spelling of the same wish is served.
void look_at_accept(const Target& target, Cause& cause) {
  if (cause.name != "accept-lost" || !cause.telling) { return; }
  wire::HttpClient client(target.client);
  const auto deadline = wire::Deadline::in(second_look(target));
  for (const std::string_view accept : {"text/event-stream, application/json", "application/json", "*/*"}) {
    wire::Request request = cause.telling->request;
    request.headers.set("Accept", std::string(accept));
    const auto answer = client.exchange(request, deadline);
    if (!answer || !answer->ok()) { continue; }
    cause.name = "accept-misread";
    cause.message = fmt::format("HTTP 406 for Accept: {}, and HTTP {} for Accept: {}",
                                cause.telling->request.headers.get("Accept"), answer->head.status, accept);
    cause.fix =
        "Read Accept as a set of types whose order means nothing (RFC 9110 section 12.5.1), and serve whoever lists "
        "both application/json and text/event-stream, as each client of MCP must.";
    return;
  }
}

bool was_connected(const wire::mcp::Detection& detection) {
  return std::any_of(detection.attempts.begin(), detection.attempts.end(), [](const Attempt& attempt) {
    return attempt.exchange || (attempt.error && (attempt.error->code == wire::ErrorCode::timeout ||
                                                  attempt.error->code == wire::ErrorCode::reset ||
                                                  attempt.error->code == wire::ErrorCode::closed));
  });
}

/// Whether HTTP is spoken, whatever it says.
bool answered(const wire::mcp::Detection& detection) {
  return std::any_of(detection.attempts.begin(), detection.attempts.end(),
                     [](const Attempt& attempt) { return attempt.exchange.has_value(); });
}

reports::PreflightFailure explain(const Target& target, const wire::mcp::Detection& detection) {
  Cause cause = cause_of(
      detection, {.url = target.url, .credentials = has_credentials(target.headers), .timeout = target.answer_timeout});
  look_at_framing(detection, cause);
  look_at_other_kind(target, cause);
  look_at_accept(target, cause);
  auto health = cause.dead && was_connected(detection) ? begin([&target] {
    const MemoryBound bound;
    return look_at_health(target);
  })
                                                       : std::future<std::string>{};
  if (cause.name == "json-not-mcp" || cause.name == "html-not-mcp") { look_at_no_path(target, cause); }
  if (cause.wrong_path) {
    if (const auto found = look_at_well_known_paths(target); !found.empty()) {
      cause.message += ", " + found;
      cause.fix = fmt::format("Use {}{}.", target.url.origin(), found.substr(4, found.find(' ', 4) - 4));
    }
  }
  if (health.valid()) {
    if (const auto alive = health.get(); !alive.empty()) { cause.message += "; " + alive; }
  }
  reports::PreflightFailure failure{.cause = std::move(cause.name),
                                    .message = std::move(cause.message),
                                    .fix = std::move(cause.fix),
                                    .evidence = {},
                                    .curl = {}};
  for (const auto& attempt : detection.attempts) { failure.evidence.push_back(evidence_line(attempt)); }
  if (cause.telling) {
    failure.curl =
        curl_command(cause.telling->request, {.insecure = target.client.insecure, .ca_file = target.client.ca_file});
  }
  return failure;
}

/// The longest that an answer of a target which limits the rate asks for.
std::optional<std::chrono::seconds> longest_wait(const wire::mcp::Detection& detection) {
  std::optional<std::chrono::seconds> longest;
  for (const auto& attempt : detection.attempts) {
    if (!attempt.exchange || attempt.exchange->head.status != kTooManyRequests) { continue; }
    longest = std::max(longest.value_or(std::chrono::seconds(0)), retry_after(attempt.exchange->head.headers));
  }
  return longest;
}

}  // namespace

Preflight preflight(const Target& target, std::optional<Era> only) {
  const MemoryBound bound;
  Preflight result;
  const bool plain = target.profile.era == Era::none;
  result.detection = wire::mcp::detect({.url = target.url,
                                        .headers = target.headers,
                                        .client = target.client,
                                        .timeout = target.answer_timeout,
                                        .only = plain ? std::nullopt : only,
                                        .plain_after = plain ? std::optional(kSecondLook) : std::nullopt});
  if (result.detection.eras().empty() && !(plain && answered(result.detection))) {
    result.failure = explain(target, result.detection);
    if (result.failure->cause == "rate-limited") { result.retry_after = longest_wait(result.detection); }
  }
  return result;
}

}  // namespace weir::conformance
