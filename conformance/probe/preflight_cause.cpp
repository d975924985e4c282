#include "conformance/probe/preflight_cause.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/preflight_stream.hpp"
#include "conformance/probe/preflight_wanted.hpp"
#include "conformance/probe/status.hpp"
#include "conformance/probe/unread_answer.hpp"
#include "wire/base/text.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/target/edge_sign.hpp"
#include "wire/target/load_permission.hpp"

namespace weir::conformance {

using wire::ErrorCode;
using wire::mcp::Attempt;
using wire::mcp::Detection;
using wire::mcp::Era;

namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_media(const Attempt& attempt, std::string_view type) {
  return wire::media_type(attempt.exchange->head.headers.get("content-type")) == type;
}

// --- no answer ---------------------------------------------------------------------------------------------------

struct ErrorRule {
  ErrorCode code;
  std::string_view name;
  std::string_view message;  ///< {0} host and port, {1} the error's own sentence, {2} seconds waited
  std::string_view fix;
};

/// In the order in which they tell more: what stopped earlier stands first.
constexpr std::array kErrorRules = {
    ErrorRule{ErrorCode::resolve_failed, "resolve-failed", "the name of {0} has no address ({1})",
              "Check the spelling, and that the DNS record exists where this runs."},
    ErrorRule{ErrorCode::connect_refused, "connect-refused", "{0} refuses connections: nothing listens on that port",
              "Check the port, that the service runs, and that it listens on more than loopback."},
    ErrorRule{ErrorCode::connect_timeout, "connect-timeout", "{0} does not answer connection attempts ({1})",
              "Check security groups and firewalls, and that the load balancer is reachable from here."},
    ErrorRule{ErrorCode::unreachable, "unreachable", "there is no route to {0} ({1})",
              "Check the network of this machine and whether the address is private."},
    ErrorRule{ErrorCode::tls_expired, "tls-expired", "the certificate of {0} is not valid now ({1})",
              "Renew the certificate (and check the clock of this machine)."},
    ErrorRule{ErrorCode::tls_name_mismatch, "tls-name-mismatch", "the certificate of {0} is for another name ({1})",
              "Use the name that the certificate is for, or put a certificate for this name on the listener."},
    ErrorRule{ErrorCode::tls_untrusted, "tls-untrusted", "the certificate of {0} is not trusted ({1})",
              "Serve the whole chain from a public authority, or pass the private root with --ca FILE."},
    ErrorRule{ErrorCode::tls_failed, "tls-failed", "TLS with {0} fails ({1})",
              "Check the listener's protocol and its TLS policy, and whether it wants a client certificate."},
    ErrorRule{ErrorCode::malformed_head, "not-http", "what {0} answers is not HTTP/1.1 ({1})",
              "Check that the port is the HTTP port of the service."},
    ErrorRule{ErrorCode::reset, "reset", "{0} resets the connection instead of answering ({1})",
              "Look into the log of the service or the proxy before it: something ends the request on purpose."},
    ErrorRule{ErrorCode::closed, "empty-reply", "{0} closes the connection without an answer ({1})",
              "Look into the log of the service: it crashes on the request, or expects TLS or another protocol."},
    ErrorRule{ErrorCode::timeout, "silent", "{0} accepts the connection and then says nothing for {2}",
              "Check that the process behind the port is alive and not blocked; its load balancer will say 504."},
    ErrorRule{ErrorCode::limit_exceeded, "not-http", "the answer of {0} exceeds every bound ({1})",
              "Check that the URL is an MCP endpoint."},
};

// --- an answer, but not an endpoint's ----------------------------------------------------------------------------

struct Words {
  std::string message;
  std::string fix;
};

struct AnswerRule {
  std::string_view name;
  bool (*matches)(const Attempt&);
  Words (*words)(const Attempt&, const CauseContext&);
  bool wrong_path = false;
  bool dead = false;
};

int status_of(const Attempt& attempt) { return attempt.exchange->head.status; }

using SignKind = wire::EdgeSign::Kind;

std::optional<wire::EdgeSign> sign_of(const Attempt& a) { return wire::edge_sign(*a.exchange); }

template <SignKind kind>
bool is_sign(const Attempt& a) {
  const auto sign = sign_of(a);
  return sign && sign->kind == kind;
}

/// What the hop itself says by its answer, where one gave it.
std::optional<Words> words_of_hop(const Attempt& a) {
  const auto sign = sign_of(a);
  if (!sign) { return std::nullopt; }
  return Words{fmt::format("{}: {}", said(a), sign->meaning), std::string(sign->fix)};
}

bool is_plain_http_to_tls(const Attempt& a) {
  const auto sign = sign_of(a);
  return sign && sign->id.ends_with(".plain-http");
}

Words plain_http_to_tls(const Attempt& a, const CauseContext& c) {
  return {fmt::format("port {} speaks TLS, and the URL says http ({})", c.url.port, said(a)),
          fmt::format("Use https://{}{}.", c.url.authority(), c.url.target())};
}

/// RFC 9728 section 5.1: where the token can be had.
std::string challenge_of(const Attempt& a) {
  const auto challenge = a.exchange->head.headers.find("www-authenticate");
  if (!challenge && sign_of(a)) { return std::string(sign_of(a)->meaning); }
  if (!challenge) { return "without a WWW-Authenticate header to say how"; }
  const auto metadata = contains(*challenge, "resource_metadata");
  return fmt::format("WWW-Authenticate: {}{}", wire::excerpt(*challenge, 400),
                     metadata ? "" : ", without resource_metadata");
}

Words unauthorized(const Attempt& a, const CauseContext& c) {
  if (c.credentials) {
    return {fmt::format("the credentials are refused: {} ({})", said(a), challenge_of(a)),
            "Check that the token or key is current and meant for this endpoint (audience, stage, environment)."};
  }
  return {fmt::format("the endpoint asks for credentials, and none were given: {} ({})", said(a), challenge_of(a)),
          "Pass a token with --bearer-env VAR, a key with --api-key-env VAR, or both in a profile."};
}

Words no_route(const Attempt& a, const CauseContext& c) {
  const auto sign = sign_of(a);
  return {fmt::format("{} has no route {}: {}; {}", sign->hop, c.url.path, said(a), sign->meaning),
          std::string(sign->fix)};
}

Words refused_on_the_way(const Attempt& a, const CauseContext&) { return *words_of_hop(a); }

Words forbidden(const Attempt& a, const CauseContext& c) {
  if (auto words = words_of_hop(a)) { return *std::move(words); }
  return {said(a) + (c.credentials ? ", with the given credentials" : ", and no credentials were given"),
          c.credentials
              ? "Check what the key or token may do, and allow lists of addresses, hosts and origins."
              : "Pass a key with --api-key-env VAR or a token with --bearer-env VAR; else check allow lists."};
}

/// RFC 9110 section 15.5.20, and how SDKs word their allow-list against DNS rebinding.
bool is_host_refused(const Attempt& a) {
  const std::string_view body = a.exchange->body;
  return status_of(a) == 421 ||
         ((status_of(a) == 403 || status_of(a) == 400) &&
          (contains(body, "Invalid Host") || contains(body, "host header") || contains(body, "Host header") ||
           contains(body, "Host not allowed") || contains(body, "only allowed at ")));
}

Words host_refused(const Attempt& a, const CauseContext& c) {
  const bool by_address = c.url.host == "127.0.0.1" || c.url.host == "[::1]" || c.url.host == "::1";
  if (by_address && contains(a.exchange->body, "localhost")) {
    wire::Url named = c.url;
    named.host = "localhost";
    return {fmt::format("the server answers to the name localhost alone: {} '{}'", said(a),
                        wire::excerpt(std::string_view(a.exchange->body), 60)),
            fmt::format("Use {}.", named.str())};
  }
  return {fmt::format("the server refuses the host name {}: {} '{}'", c.url.authority(), said(a),
                      wire::excerpt(std::string_view(a.exchange->body), 60)),
          "Add the public name to the server's allowed hosts; SDKs allow localhost alone by default."};
}

Words unpaid(const Attempt& a, const CauseContext&) {
  return {fmt::format("{}: payment is asked for before a conversation can begin", said(a)),
          "Ask for payment of calls alone: initialize, discovery and lists tell a client what there is to pay for."};
}

Words rate_limited(const Attempt& a, const CauseContext&) {
  const auto after = a.exchange->head.headers.get("retry-after");
  const auto sign = sign_of(a);
  return {fmt::format("{} limits the rate: {}{}", sign ? sign->hop : "the endpoint", said(a),
                      after.empty() ? "" : fmt::format(", Retry-After: {}", wire::excerpt(after, 40))),
          "Wait, or exempt the address of this machine or its key from the limit."};
}

bool is_gateway_timeout(const Attempt& a) { return status_of(a) == 504 || is_sign<SignKind::timeout>(a); }
Words gateway_timeout(const Attempt& a, const CauseContext&) {
  return words_of_hop(a).value_or(
      Words{fmt::format("{}: a proxy waits in vain for the service behind it", said(a)),
            "Check that the service answers at all, and that its security group lets the proxy in."});
}

/// 502 and 503 of things that stand in front.
bool is_no_target(const Attempt& a) {
  return (status_of(a) == 502 || status_of(a) == 503) && is_sign<SignKind::no_target>(a);
}
Words no_target(const Attempt& a, const CauseContext&) { return *words_of_hop(a); }

Words server_error(const Attempt& a, const CauseContext&) {
  if (status_of(a) == kBadGateway && !sign_of(a)) {
    return {fmt::format("{}: a gateway in front gets no good answer from the service behind it", said(a)),
            "Look into the log of the gateway, and whether the service behind it runs, listens and speaks HTTP."};
  }
  return words_of_hop(a).value_or(
      Words{fmt::format("{} {}", said(a), wire::excerpt(std::string_view(a.exchange->body), 80)),
            "Look into the log of the service: it fails on a plain first request."});
}

bool is_redirected(const Attempt& a) { return is_redirect(status_of(a)) && a.exchange->head.headers.has("location"); }
/// To an inner port, or an inner address. Nobody goes there to see: a redirect leads Weir nowhere.
bool leads_inside(const wire::Url& from, const wire::Url& to) {
  return (to.host == from.host && to.port != from.port) ||
         (wire::is_private_address(to.host) && !wire::is_private_address(from.host));
}
Words redirected(const Attempt& a, const CauseContext& c) {
  const auto location = a.exchange->head.headers.get("location");
  const auto to = wire::resolve(c.url, location);
  const bool same_origin = to && to->origin() == c.url.origin();
  if (same_origin && status_of(a) < 304 && a.era != Era::http_sse) {  // RFC 9110 sections 15.4.2 to 15.4.4.
    return {fmt::format("{} to {}, after which clients repeat a POST as a GET", said(a), wire::excerpt(location, 160)),
            fmt::format("Use {}; let redirects be 307 or 308, which keep the method.", to->str())};
  }
  return {fmt::format("{} to {}, {}", said(a), wire::excerpt(location, 160),
                      same_origin ? "which goes round in a circle" : "another origin"),
          same_origin ? "Check the redirect rules of the proxy and of the service for this path."
          : to && leads_inside(c.url, *to)
              ? "Give the server its public URL: it redirects to where it listens inside."
              : "Use that URL: clients do not carry credentials or POST bodies to another origin."};
}

/// How the pages are called that ask people who they are.
bool is_login(const Attempt& a) {
  constexpr std::array<std::string_view, 9> kNames = {"login", "log-in", "signin", "sign-in",  "sign_in",
                                                      "/sso",  "/saml",  "oauth",  "authorize"};
  if (!is_redirected(a)) { return false; }
  const std::string location = wire::lower(a.exchange->head.headers.get("location"));
  return std::any_of(kNames.begin(), kNames.end(), [&](auto name) { return contains(location, name); });
}
Words login(const Attempt& a, const CauseContext& c) {
  const auto to = wire::excerpt(a.exchange->head.headers.get("location"), 160);
  if (c.credentials) {
    return {fmt::format("a login page stands in front, and the credentials do not lead past it: {} to {}", said(a), to),
            "Check that the token or key is current and meant for this endpoint (audience, stage, environment)."};
  }
  return {
      fmt::format("a login page stands in front: {} to {}", said(a), to),
      "Give credentials: a token with --bearer-env VAR, a key with --api-key-env VAR, or both in a profile; and let "
      "the endpoint answer 401 to clients without them, which cannot fill in a page."};
}

std::optional<wire::jsonrpc::Message> json_rpc_of(const Attempt& a) {
  const auto parsed = wire::jsonrpc::parse(a.exchange->body);
  // Many a REST service answers with a member `error`; JSON-RPC names itself.
  if (!parsed || parsed->messages.empty() || !wire::find(parsed->messages.front().raw, "jsonrpc")) {
    return std::nullopt;
  }
  return parsed->messages.front();
}
bool is_refused(const Attempt& a) { return a.era == Era::streamable && json_rpc_of(a).has_value(); }
Words refused(const Attempt& a, const CauseContext&) {
  return {fmt::format("the endpoint speaks JSON-RPC but does not initialize: {}", a.why),
          "Read the error; if the server speaks another era or revision, name it with --era or --revision."};
}

bool is_bare_stream(const Attempt& a) {
  return a.era == Era::http_sse && status_of(a) == 200 && a.exchange->is_event_stream();
}
Words bare_stream(const Attempt& a, const CauseContext&) {
  auto [message, fix] = words_of_bare_stream(a);
  return {std::move(message), std::move(fix)};
}

/// A POST that was answered as the GET of HTTP+SSE is. Where the GET itself met the end of the connection, whatever
/// answered the POST did not live through the questions.
bool is_stream_by_post(const Attempt& a) {
  if (a.era == Era::http_sse || status_of(a) != 200 || !a.exchange->is_event_stream()) { return false; }
  const auto& items = a.exchange->items;
  return std::any_of(items.begin(), items.end(), [](const auto& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event && event->type == "endpoint";
  });
}
Words stream_by_post(const Attempt& a, const CauseContext&) {
  return {
      fmt::format("{} as HTTP+SSE begins, with an `endpoint` event, and the stream of a GET beside it did not come",
                  said(a)),
      "Look into the log of the service: a server object that all streams share ends the process, or the stream, at "
      "the second client. Make one for each stream, and answer POST to this path by 405."};
}

/// The lines of an event stream with a JSON-RPC message in them, under another name.
bool is_misnamed_stream(const Attempt& a) {
  const std::string_view body = a.exchange->body;
  constexpr std::array<std::string_view, 5> kFields = {"event:", "data:", "id:", "retry:", ":"};
  const bool lines = std::any_of(kFields.begin(), kFields.end(), [&](auto field) { return body.starts_with(field); });
  return a.exchange->ok() && !a.exchange->is_event_stream() && lines && contains(body, "\"jsonrpc\"");
}
Words misnamed_stream(const Attempt& a, const CauseContext&) {
  const auto type = a.exchange->head.headers.get("content-type");
  return {fmt::format("{}: the body is an event stream, and its Content-Type is {}", said(a),
                      type.empty() ? "missing" : fmt::format("'{}'", wire::excerpt(type, 60))),
          "Send Content-Type: text/event-stream with event streams."};
}

bool is_unreadable(const Attempt& a) { return a.era == Era::streamable && unread_answer(*a.exchange).has_value(); }
Words unreadable(const Attempt& a, const CauseContext&) {
  auto unread = *unread_answer(*a.exchange);
  return {fmt::format("{}, and no client can read the answer: {}", said(a), unread.why), std::move(unread.fix)};
}

bool is_wanting(const Attempt& a) { return a.era == Era::streamable && wanted_early(*a.exchange).has_value(); }
Words wanting(const Attempt& a, const CauseContext&) {
  auto wanted = *wanted_early(*a.exchange);
  return {fmt::format("initialize is refused for want of {}: {} '{}'", wanted.what, said(a),
                      wire::excerpt(std::string_view(a.exchange->body), 100)),
          std::move(wanted.fix)};
}

bool is_misframed(const Attempt& a) {
  return a.exchange->end == wire::EndClass::malformed && !a.exchange->framing_notes.empty();
}
Words misframed(const Attempt& a, const CauseContext&) {
  return {fmt::format("{}, and the frame of its body is broken: {}", said(a),
                      wire::excerpt(a.exchange->framing_notes.back().what, 120)),
          "Let what writes the body frame it: a hop that changes a body must write Content-Length, or chunks, anew."};
}

Words cut_short(const Attempt& a, const CauseContext&) {
  return {said(a) + ", and the connection ended before the body",
          "Write the whole answer before the connection is closed, and not behind it."};
}

/// RFC 9110 section 12.5.3: without Accept-Encoding a coding is allowed, but few clients of event streams expect one.
bool is_compressed(const Attempt& a) {
  constexpr std::string_view kGzip = "\x1f\x8b";
  return std::string_view(a.exchange->body).starts_with(kGzip);
}
Words compressed(const Attempt& a, const CauseContext&) {
  return {fmt::format("{}: the body is gzip, which was not asked for, under Content-Encoding '{}'", said(a),
                      wire::excerpt(a.exchange->head.headers.get("content-encoding"), 40)),
          "Compress only for clients that send Accept-Encoding, and name the coding in Content-Encoding."};
}

bool is_html(const Attempt& a) { return a.exchange->ok() && is_media(a, "text/html"); }
Words html(const Attempt& a, const CauseContext& c) {
  return {fmt::format("{} with an HTML page, not an MCP endpoint ({})", said(a),
                      wire::excerpt(std::string_view(a.exchange->body), 60)),
          fmt::format("Check the path {}: a web application or its fallback page answers there.", c.url.path)};
}

Words unsupported(const Attempt& a, const CauseContext&) {
  return {fmt::format("{} to a JSON body with Accept: application/json, text/event-stream", said(a)),
          "The endpoint must take application/json and give application/json or text/event-stream."};
}

/// Ours, which lists both types, has mostly not arrived; another Accept shows who reads it wrongly.
bool is_accept_lost(const Attempt& a) { return a.era == Era::streamable && status_of(a) == 406; }
Words accept_lost(const Attempt& a, const CauseContext&) {
  return {fmt::format("{} '{}', and the request has Accept: {}", said(a),
                      wire::excerpt(std::string_view(a.exchange->body), 120),
                      wire::excerpt(a.exchange->request.headers.get("accept"), 80)),
          "Let what stands before the server pass Accept on as it came (a CDN's policy of headers, a proxy that sets "
          "its own); it names both application/json and text/event-stream."};
}

Words not_found(const Attempt& a, const CauseContext& c) {
  return {fmt::format("there is nothing at {}: {}", c.url.path, said(a)),
          "Use the path that the server mounts MCP at."};
}

bool is_json(const Attempt& a) { return a.exchange->ok() && is_foreign_json(*a.exchange); }
Words json_not_mcp(const Attempt& a, const CauseContext&) {
  return {fmt::format("{} with JSON that is no JSON-RPC: {}", said(a),
                      wire::excerpt(std::string_view(a.exchange->body), 100)),
          "Check the path: a REST route answers there, or a wrapper strips the JSON-RPC envelope."};
}

Words not_mcp(const Attempt& a, const CauseContext&) {
  return {fmt::format("what answers is not an MCP endpoint: {} {}", said(a),
                      wire::excerpt(std::string_view(a.exchange->body), 80)),
          "Check the URL, and the methods that the proxy lets through (MCP needs POST)."};
}

template <int status>
bool is_status(const Attempt& a) {
  return status_of(a) == status;
}

/// The first rule that some attempt matches gives the cause: what a gate said stands before what a page looked like.
constexpr std::array kAnswerRules = {
    AnswerRule{"plain-http-on-tls-port", is_plain_http_to_tls, plain_http_to_tls},
    AnswerRule{"unauthorized", is_status<401>, unauthorized},
    AnswerRule{"not-found", [](const Attempt& a) { return status_of(a) == 403 && is_sign<SignKind::no_route>(a); },
               no_route, true},
    AnswerRule{"host-refused", is_host_refused, host_refused},
    AnswerRule{"forbidden", is_status<403>, forbidden},
    AnswerRule{"payment-required", is_status<402>, unpaid},
    AnswerRule{"rate-limited", is_status<429>, rate_limited},
    AnswerRule{"gateway-timeout", is_gateway_timeout, gateway_timeout, false, true},
    AnswerRule{"no-healthy-target", is_no_target, no_target, false, true},
    AnswerRule{"login-page", is_login, login},
    AnswerRule{"redirected-elsewhere", is_redirected, redirected},
    AnswerRule{"refused-on-the-way",
               [](const Attempt& a) { return a.era != Era::http_sse && is_sign<SignKind::refusal>(a); },
               refused_on_the_way},
    AnswerRule{"compressed-unasked", is_compressed, compressed},
    AnswerRule{"stream-misnamed", is_misnamed_stream, misnamed_stream},
    AnswerRule{"framing-broken", is_misframed, misframed, false, true},
    AnswerRule{"answer-unreadable", is_unreadable, unreadable},
    AnswerRule{"answer-cut-short", [](const Attempt& a) { return is_cut_short(*a.exchange); }, cut_short, false, true},
    AnswerRule{"accept-lost", is_accept_lost, accept_lost},
    AnswerRule{"wanted-early", is_wanting, wanting},
    AnswerRule{"initialize-refused", is_refused, refused},
    AnswerRule{"server-error", [](const Attempt& a) { return status_of(a) >= 500; }, server_error, false, true},
    AnswerRule{"one-stream-alone", is_stream_by_post, stream_by_post, false, true},
    AnswerRule{"event-stream-without-endpoint", is_bare_stream, bare_stream, true, true},
    AnswerRule{"html-not-mcp", is_html, html, true},
    AnswerRule{"not-found", is_sign<SignKind::no_route>, no_route, true},
    AnswerRule{"unsupported-media",
               [](const Attempt& a) { return a.era != Era::http_sse && (status_of(a) == 415 || status_of(a) == 406); },
               unsupported},
    AnswerRule{"json-not-mcp", is_json, json_not_mcp, true},
    AnswerRule{"not-found", [](const Attempt& a) { return status_of(a) == 404 || status_of(a) == 410; }, not_found,
               true},
    AnswerRule{"not-mcp", [](const Attempt&) { return true; }, not_mcp, true},
};

std::vector<const Attempt*> answers_of(const Detection& detection) {
  std::vector<const Attempt*> with_answer;
  for (Era era : {Era::streamable, Era::stateless, Era::http_sse}) {
    if (const auto* attempt = detection.attempt(era); attempt && attempt->exchange) { with_answer.push_back(attempt); }
  }
  return with_answer;
}

/// POSTs hang, or their answer is no HTTP, while the GET is merely refused, as endpoints without a GET stream refuse
/// it: that is the news.
const Attempt* failing_post(const Detection& detection) {
  const auto* get = detection.attempt(Era::http_sse);
  if (get && get->exchange && get->exchange->ok()) { return nullptr; }
  for (Era era : {Era::streamable, Era::stateless}) {
    const auto* post = detection.attempt(era);
    if (!post || !post->error) { continue; }
    if (post->error->code == ErrorCode::timeout || post->error->code == ErrorCode::malformed_head) { return post; }
  }
  return nullptr;
}

}  // namespace

Cause cause_of(const wire::Error& error, const CauseContext& context) {
  const std::string where = fmt::format("{}:{}", context.url.host, context.url.port);
  for (const auto& rule : kErrorRules) {
    if (rule.code == error.code) {
      return {.name = std::string(rule.name),
              .message = fmt::format(fmt::runtime(rule.message), where, error.detail, spelt(context.timeout)),
              .fix = std::string(rule.fix),
              .dead = true};
    }
  }
  return {.name = "failed",
          .message = fmt::format("{} could not be asked: {}", where, error.detail),
          .fix = "Check the URL; if it is right, this is a fault of Weir."};
}

Cause cause_of(const Detection& detection, const CauseContext& context) {
  const auto answers = answers_of(detection);
  if (auto cause = cause_of_lone_stream(detection, context)) { return *std::move(cause); }
  for (const auto& rule : kAnswerRules) {
    for (const auto* attempt : answers) {
      const bool last_resort = rule.name == "not-found" || rule.name == "not-mcp";
      if (!rule.matches(*attempt) || (last_resort && failing_post(detection))) { continue; }
      auto words = rule.words(*attempt, context);
      return {.name = std::string(rule.name),
              .message = std::move(words.message),
              .fix = std::move(words.fix),
              .telling = attempt,
              .wrong_path = rule.wrong_path,
              .dead = rule.dead};
    }
  }
  for (const auto& rule : kErrorRules) {
    for (const auto& attempt : detection.attempts) {
      if (attempt.error && attempt.error->code == rule.code) {
        Cause cause = cause_of(*attempt.error, context);
        cause.telling = &attempt;
        if (!answers.empty() && rule.code == ErrorCode::timeout) {
          cause.message = fmt::format("{} gets no answer for {}, while {}", attempt.question, spelt(context.timeout),
                                      said(*answers.front()));
        }
        return cause;
      }
    }
  }
  const auto& first = detection.attempts.front();
  Cause cause = cause_of(first.error.value_or(wire::Error{}), context);
  cause.telling = &first;
  return cause;
}

}  // namespace weir::conformance
