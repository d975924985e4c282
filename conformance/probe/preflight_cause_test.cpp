#include "conformance/probe/preflight_cause.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace weir::conformance {

using ::testing::HasSubstr;
using wire::ErrorCode;
using wire::mcp::Attempt;
using wire::mcp::Detection;
using wire::mcp::Era;

namespace {

CauseContext context() { return {.url = wire::parse_url("https://mcp.example.com/mcp").value()}; }

Attempt failing(Era era, ErrorCode code, std::string detail = "detail") {
  Attempt attempt;
  attempt.era = era;
  attempt.question = era == Era::http_sse ? "GET event stream" : "POST initialize";
  attempt.error = wire::Error{code, std::move(detail)};
  return attempt;
}

Attempt answering(Era era, int status, std::string type = "text/plain", std::string body = "",
                  wire::Headers headers = {}) {
  Attempt attempt = failing(era, ErrorCode::internal);
  attempt.error.reset();
  auto& exchange = attempt.exchange.emplace();
  exchange.head.status = status;
  exchange.head.headers = std::move(headers);
  exchange.head.headers.add("Content-Type", std::move(type));
  exchange.body = std::move(body);
  return attempt;
}

Cause of(std::vector<Attempt> attempts) {
  const Detection detection{std::move(attempts)};
  auto cause = cause_of(detection, context());
  EXPECT_FALSE(cause.message.empty() || cause.fix.empty()) << cause.name;
  EXPECT_TRUE(cause.fix.ends_with('.')) << cause.fix;
  cause.telling = nullptr;
  return cause;
}

/// Every era gets the same.
Cause of_all(const Attempt& like) {
  std::vector<Attempt> attempts;
  for (Era era : {Era::stateless, Era::streamable, Era::http_sse}) {
    attempts.push_back(like);
    attempts.back().era = era;
  }
  return of(std::move(attempts));
}

}  // namespace

TEST(PreflightCause, names_an_answer_that_is_lost_with_its_connection_before_a_path_without_GET) {
  auto cut = answering(Era::streamable, 200, "text/event-stream");
  cut.exchange->end = wire::EndClass::fin_without_terminator;
  const auto cause = of({cut, answering(Era::http_sse, 404)});
  EXPECT_EQ(cause.name, "answer-cut-short");
  EXPECT_THAT(cause.message, HasSubstr("ended before the body"));
}

TEST(PreflightCause, has_a_name_for_every_way_to_get_no_answer) {
  const std::map<ErrorCode, std::string> names = {{ErrorCode::resolve_failed, "resolve-failed"},
                                                  {ErrorCode::connect_refused, "connect-refused"},
                                                  {ErrorCode::connect_timeout, "connect-timeout"},
                                                  {ErrorCode::unreachable, "unreachable"},
                                                  {ErrorCode::tls_failed, "tls-failed"},
                                                  {ErrorCode::tls_untrusted, "tls-untrusted"},
                                                  {ErrorCode::tls_expired, "tls-expired"},
                                                  {ErrorCode::tls_name_mismatch, "tls-name-mismatch"},
                                                  {ErrorCode::timeout, "silent"},
                                                  {ErrorCode::reset, "reset"},
                                                  {ErrorCode::closed, "empty-reply"},
                                                  {ErrorCode::malformed_head, "not-http"},
                                                  {ErrorCode::internal, "failed"}};
  for (const auto& [code, name] : names) {
    const auto cause = of_all(failing(Era::streamable, code));
    EXPECT_EQ(cause.name, name);
    EXPECT_THAT(cause.message, HasSubstr("mcp.example.com:443")) << name;
  }
}

TEST(PreflightCause, takes_the_error_that_came_first_on_the_way) {
  EXPECT_EQ(
      of({failing(Era::stateless, ErrorCode::timeout), failing(Era::streamable, ErrorCode::connect_refused)}).name,
      "connect-refused");
}

TEST(PreflightCause, asks_for_credentials_where_a_login_page_stands_in_front) {
  for (const char* page :
       {"https://id.example.com/login?to=%2Fmcp", "/access/login", "https://x.example/OAuth/Authorize"}) {
    const auto cause = of_all(answering(Era::streamable, 302, "text/html", "", {{"Location", page}}));
    EXPECT_EQ(cause.name, "login-page") << page;
    EXPECT_THAT(cause.message, HasSubstr("a login page stands in front"));
    EXPECT_THAT(cause.fix, HasSubstr("Give credentials"));
  }
  EXPECT_EQ(
      of_all(answering(Era::streamable, 302, "text/html", "", {{"Location", "https://new.example.com/mcp"}})).name,
      "redirected-elsewhere");
}

TEST(PreflightCause, names_the_field_that_hides_an_answer) {
  const std::string events = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
  const auto misnamed = of_all(answering(Era::streamable, 200, "text/plain", events));
  EXPECT_EQ(misnamed.name, "stream-misnamed");
  EXPECT_THAT(misnamed.message, HasSubstr("its Content-Type is 'text/plain'"));
  EXPECT_EQ(of_all(answering(Era::streamable, 200, "application/json", "\x1f\x8b\x08")).name, "compressed-unasked");
}

TEST(PreflightCause, leaves_a_502_to_the_gateway) {
  const auto cause = of_all(answering(Era::streamable, 502, "text/html", "<html>502</html>"));
  EXPECT_THAT(cause.message, HasSubstr("a gateway in front"));
  EXPECT_THAT(cause.fix, HasSubstr("log of the gateway"));
}

TEST(PreflightCause, tells_missing_from_refused_credentials) {
  const Detection detection{
      {answering(Era::streamable, 401, "text/plain", "", {{"WWW-Authenticate", "Bearer realm=\"x\""}})}};
  const auto without = cause_of(detection, context());
  EXPECT_EQ(without.name, "unauthorized");
  EXPECT_THAT(without.message, HasSubstr("none were given"));
  EXPECT_THAT(without.message, HasSubstr("Bearer realm=\"x\", without resource_metadata"));
  EXPECT_THAT(without.fix, HasSubstr("--bearer-env"));
  auto given = context();
  given.credentials = true;
  const auto with = cause_of(detection, given);
  EXPECT_THAT(with.message, HasSubstr("the credentials are refused"));
}

TEST(PreflightCause, believes_a_gate_before_a_page) {
  EXPECT_EQ(of({answering(Era::streamable, 401), answering(Era::http_sse, 200, "text/html", "<html>")}).name,
            "unauthorized");
  EXPECT_EQ(of({answering(Era::streamable, 404), answering(Era::http_sse, 200, "text/html", "<html>")}).name,
            "html-not-mcp");
  EXPECT_EQ(of({answering(Era::streamable, 200, "application/json", "{}"),
                answering(Era::http_sse, 200, "text/event-stream")})
                .name,
            "event-stream-without-endpoint");
}

TEST(PreflightCause, tells_a_hanging_post_from_a_wrong_path) {
  const auto cause = of({failing(Era::streamable, ErrorCode::timeout), answering(Era::http_sse, 405)});
  EXPECT_EQ(cause.name, "silent");
  EXPECT_THAT(cause.message, HasSubstr("gets no answer for 5 s, while GET event stream gave 405"));
}

TEST(PreflightCause, tells_a_stream_that_is_held_back_from_a_path_that_takes_no_post) {
  const auto refused =
      answering(Era::streamable, 405, "application/json",
                R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Method not allowed"}})");
  const auto cause = of({refused, failing(Era::http_sse, ErrorCode::timeout)});
  EXPECT_EQ(cause.name, "stream-held-back");
  EXPECT_THAT(cause.message, HasSubstr("GET event stream gets no answer for 5 s"));
  EXPECT_NE(of({refused, answering(Era::http_sse, 404)}).name, "stream-held-back");
}

TEST(PreflightCause, tells_a_stream_of_which_the_head_alone_comes_from_one_that_is_not_mcp) {
  const auto refused = answering(Era::streamable, 405);
  const auto mute = answering(Era::http_sse, 200, "text/event-stream");
  const auto cause = of({refused, mute});
  EXPECT_EQ(cause.name, "stream-held-back");
  EXPECT_THAT(cause.message, HasSubstr("brings not one byte"));
  EXPECT_THAT(of({answering(Era::streamable, 200), mute}).message, HasSubstr("not one byte comes on it"));
  auto talking = mute;
  talking.exchange->body_bytes = 20;
  EXPECT_THAT(of({refused, talking}).message, HasSubstr("not MCP: no `endpoint` event"));
}

TEST(PreflightCause, quotes_the_line_that_should_have_been_an_event) {
  auto stream = answering(Era::http_sse, 200, "text/event-stream");
  stream.exchange->body_bytes = 20;
  stream.exchange->items.emplace_back(
      wire::SseOddity{.kind = wire::SseOddityKind::unknown_field, .excerpt = "endpoint: /messages"});
  const auto cause = of({answering(Era::streamable, 405), stream});
  EXPECT_THAT(cause.message, HasSubstr("the line 'endpoint: /messages', which is no field"));
  EXPECT_THAT(cause.fix, HasSubstr("`event: endpoint`"));
}

TEST(PreflightCause, tells_a_redirect_to_where_the_server_listens_inside) {
  const auto to = [](const char* location) {
    return of_all(answering(Era::streamable, 301, "text/html", "", {{"Location", location}})).fix;
  };
  EXPECT_THAT(to("http://10.0.3.17:8000/mcp"), HasSubstr("listens inside"));
  EXPECT_THAT(to("https://mcp.example.com:8443/mcp"), HasSubstr("listens inside"));
  EXPECT_THAT(to("https://other.example.com/mcp"), HasSubstr("Use that URL"));
}

TEST(PreflightCause, takes_a_406_to_both_types_for_a_field_that_was_lost) {
  auto refused = answering(Era::streamable, 406, "application/json",
                           R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Not Acceptable"}})");
  refused.exchange->request.headers.set("Accept", "application/json, text/event-stream");
  const auto cause = of({refused, answering(Era::http_sse, 405)});
  EXPECT_EQ(cause.name, "accept-lost");
  EXPECT_THAT(cause.message, HasSubstr("the request has Accept: application/json, text/event-stream"));
}

TEST(PreflightCause, tells_a_stream_that_is_held_back_where_its_route_knows_no_post) {
  const auto cause = of({answering(Era::streamable, 404, "text/html"), failing(Era::http_sse, ErrorCode::timeout)});
  EXPECT_EQ(cause.name, "stream-held-back");
  EXPECT_TRUE(cause.wrong_path);
}

TEST(PreflightCause, tells_what_a_refused_stream_says_where_its_route_knows_no_post) {
  const auto no_post =
      answering(Era::streamable, 404, "application/json", R"({"message":"Route POST:/sse not found"})");
  const auto refused = answering(Era::http_sse, 400, "application/json", R"({"error":{"code":"INVALID_CONFIG"}})");
  const auto cause = of({no_post, refused});
  EXPECT_EQ(cause.name, "stream-refused");
  EXPECT_THAT(cause.message, HasSubstr("GET event stream gave 400"));
  EXPECT_EQ(of({no_post, answering(Era::http_sse, 401, "application/json", "{}")}).name, "unauthorized");
  EXPECT_EQ(of({no_post, answering(Era::http_sse, 404, "application/json", "{}")}).name, "not-found");
}

TEST(PreflightCause, knows_a_server_object_that_all_streams_share) {
  Attempt post = answering(Era::streamable, 200, "text/event-stream");
  wire::SseEvent opening;
  opening.type = "endpoint";
  opening.data = "/messages?sessionId=1";
  post.exchange->items.emplace_back(opening);
  EXPECT_EQ(of({post, failing(Era::http_sse, ErrorCode::reset)}).name, "one-stream-alone");
  EXPECT_NE(of({answering(Era::streamable, 200, "text/event-stream"), failing(Era::http_sse, ErrorCode::reset)}).name,
            "one-stream-alone");
}

TEST(PreflightCause, knows_who_stands_in_front) {
  const auto from = [](int status, std::string server) {
    return of_all(answering(Era::streamable, status, "text/html", "", {{"Server", std::move(server)}}));
  };
  EXPECT_THAT(from(503, "awselb/2.0").message, HasSubstr("no target in service"));
  EXPECT_EQ(from(503, "awselb/2.0").name, "no-healthy-target");
  EXPECT_EQ(from(502, "nginx/1.22.1").name, "no-healthy-target");
  EXPECT_EQ(from(504, "nginx").name, "gateway-timeout");
  EXPECT_EQ(from(503, "uvicorn").name, "server-error");
  EXPECT_THAT(from(403, "awselb/2.0").fix, HasSubstr("web ACL"));
}

TEST(PreflightCause, names_what_is_wanted_before_it_can_be_known) {
  const auto version =
      of({answering(Era::streamable, 400, "text/plain", "Bad Request: MCP-Protocol-Version header is required"),
          answering(Era::http_sse, 405)});
  EXPECT_EQ(version.name, "wanted-early");
  EXPECT_THAT(version.message, HasSubstr("for want of MCP-Protocol-Version"));
  const auto session = of({answering(
      Era::streamable, 400, "application/json",
      R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null})")});
  EXPECT_EQ(session.name, "wanted-early");
  EXPECT_THAT(session.message, HasSubstr("for want of a session"));
}

TEST(PreflightCause, names_a_paywall_before_everything) {
  EXPECT_EQ(of_all(answering(Era::streamable, 402, "application/json", R"({"x402Version":1,"accepts":[]})")).name,
            "payment-required");
}

TEST(PreflightCause, names_a_body_whose_frame_is_broken) {
  auto answer = answering(Era::streamable, 200, "application/json");
  answer.exchange->end = wire::EndClass::malformed;
  answer.exchange->framing_notes.push_back({.what = "a chunk size that is no hexadecimal number"});
  const auto cause = of({answer, answering(Era::http_sse, 405)});
  EXPECT_EQ(cause.name, "framing-broken");
  EXPECT_THAT(cause.message, HasSubstr("no hexadecimal number"));
}

TEST(PreflightCause, leaves_other_refusals_of_a_session_alone) {
  EXPECT_NE(of({answering(Era::streamable, 400, "text/plain", "Too many sessions")}).name, "wanted-early");
  EXPECT_NE(of({answering(Era::streamable, 400, "text/plain", "Unsupported MCP-Protocol-Version")}).name,
            "wanted-early");
  EXPECT_EQ(of({answering(Era::streamable, 401, "text/plain", "No valid session: log in first")}).name, "unauthorized");
  EXPECT_EQ(of({answering(Era::streamable, 404, "text/html", "<p>Not found.</p><script>let session;</script>")}).name,
            "not-found");
}

TEST(PreflightCause, names_the_allow_list_of_hosts) {
  const auto misdirected = of_all(answering(Era::streamable, 421, "text/plain", "Invalid Host header"));
  EXPECT_EQ(misdirected.name, "host-refused");
  EXPECT_THAT(misdirected.message, HasSubstr("the host name mcp.example.com"));
  EXPECT_EQ(of_all(answering(Era::streamable, 403, "application/json",
                             R"({"error":{"message":"Invalid Host: mcp.example.com"}})"))
                .name,
            "host-refused");
  EXPECT_EQ(of_all(answering(Era::streamable, 403, "text/plain", "Access is only allowed at localhost:8931")).name,
            "host-refused");
  EXPECT_EQ(of_all(answering(Era::streamable, 403, "application/json", R"({"message":"no"})")).name, "forbidden");
}

TEST(PreflightCause, says_what_the_gateway_itself_means) {
  const auto from_gateway = [](int status, std::string message, std::string type) {
    return of_all(answering(Era::streamable, status, "application/json", fmt::format(R"({{"message":"{}"}})", message),
                            {{"x-amzn-ErrorType", std::move(type)}}));
  };
  const auto route = from_gateway(403, "Missing Authentication Token", "MissingAuthenticationTokenException");
  EXPECT_EQ(route.name, "not-found");
  EXPECT_TRUE(route.wrong_path);
  EXPECT_THAT(route.message, HasSubstr("API Gateway has no route /mcp"));
  EXPECT_EQ(from_gateway(429, "Too Many Requests", "TooManyRequestsException").name, "rate-limited");
  EXPECT_EQ(from_gateway(504, "Endpoint request timed out", "InternalServerErrorException").name, "gateway-timeout");
  EXPECT_EQ(from_gateway(502, "Internal server error", "InternalServerErrorException").name, "no-healthy-target");
  EXPECT_EQ(from_gateway(413, "Request Too Long", "RequestTooLargeException").name, "refused-on-the-way");
}

TEST(PreflightCause, says_where_a_redirect_leads) {
  const auto cause =
      of_all(answering(Era::streamable, 301, "text/html", "", {{"Location", "https://other.example.com/mcp"}}));
  EXPECT_EQ(cause.name, "redirected-elsewhere");
  EXPECT_THAT(cause.message, HasSubstr("https://other.example.com/mcp, another origin"));
}

TEST(PreflightCause, makes_bytes_of_the_endpoint_printable) {
  const auto cause = of_all(answering(Era::streamable, 500, "text/plain", "\x1b[2J\nboom\xff"));
  EXPECT_EQ(cause.message.find('\x1b'), std::string::npos);
  EXPECT_EQ(cause.message.find('\n'), std::string::npos);
}

}  // namespace weir::conformance
