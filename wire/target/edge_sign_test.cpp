#include "wire/target/edge_sign.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace weir::wire {
namespace {

Exchange answer(int status, Headers headers, std::string body, const std::string& host = "mcp.example.com") {
  Exchange exchange;
  exchange.request.url = parse_url("https://" + host + "/mcp").value();
  exchange.head.status = status;
  exchange.head.headers = std::move(headers);
  exchange.body = std::move(body);
  return exchange;
}

std::string_view id_of(const Exchange& exchange) {
  const auto sign = edge_sign(exchange);
  return sign ? sign->id : "none";
}

/// An answer as the hop of that sign writes it.
struct Specimen {
  std::string_view id;
  int status = 0;
  std::string header;
  std::string value;
  std::string body;
  std::string host = "mcp.example.com";
};

const std::vector<Specimen>& specimens() {
  static const std::vector<Specimen> all = {
      {"function-url.remapped-challenge", 401, "x-amzn-Remapped-WWW-Authenticate", "Bearer", "",
       "abc.lambda-url.eu-west-1.on.aws"},
      {"function-url.503", 503, "x-amzn-RequestId", "1-2-3", "Service Unavailable"},
      {"api-gateway.http-500", 500, "apigw-requestid", "Xyz=", R"({"message":"Internal Server Error"})"},
      {"api-gateway.http-413", 413, "apigw-requestid", "Xyz=", R"({"message":"Request Entity Too Large"})"},
      {"api-gateway.remapped-challenge", 401, "x-amzn-Remapped-WWW-Authenticate",
       "Bearer resource_metadata=\"https://h/\"", R"({"error":"invalid_token"})"},
      {"waf.challenge", 202, "x-amzn-waf-action", "challenge", ""},
      {"waf.cloudfront-403", 403, "Server", "CloudFront", "Request blocked"},
      {"alb.301", 301, "Server", "awselb/2.0", "<html>\r\n<head><title>301 Moved Permanently</title></head></html>"},
      {"alb.302", 302, "Server", "awselb/2.0", "<html>\r\n<head><title>302 Found</title></head></html>"},
      {"alb.400", 400, "Server", "awselb/2.0", "<html>\r\n<head><title>400 Bad Request</title></head></html>"},
      {"alb.401", 401, "Server", "awselb/2.0",
       "<html>\r\n<head><title>401 Authorization Required</title></head></html>"},
      {"alb.403", 403, "Server", "awselb/2.0", "<html>\r\n<head><title>403 Forbidden</title></head></html>"},
      {"alb.405", 405, "Server", "awselb/2.0", "<html>\r\n<head><title>405 Not Allowed</title></head></html>"},
      {"alb.408", 408, "Server", "awselb/2.0", "<html>\r\n<head><title>408 Request Time-out</title></head></html>"},
      {"alb.413", 413, "Server", "awselb/2.0",
       "<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>"},
      {"alb.414", 414, "Server", "awselb/2.0",
       "<html>\r\n<head><title>414 Request-URI Too Large</title></head></html>"},
      {"alb.460", 460, "Server", "awselb/2.0", ""},
      {"alb.463", 463, "Server", "awselb/2.0", ""},
      {"alb.464", 464, "Server", "awselb/2.0", ""},
      {"alb.500", 500, "Server", "awselb/2.0",
       "<html>\r\n<head><title>500 Internal Server Error</title></head></html>"},
      {"alb.501", 501, "Server", "awselb/2.0", "<html>\r\n<head><title>501 Not Implemented</title></head></html>"},
      {"alb.502", 502, "Server", "awselb/2.0", "<html>\r\n<head><title>502 Bad Gateway</title></head></html>"},
      {"alb.503", 503, "Server", "awselb/2.0",
       "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head></html>"},
      {"alb.504", 504, "Server", "awselb/2.0", "<html>\r\n<head><title>504 Gateway Time-out</title></head></html>"},
      {"alb.505", 505, "Server", "awselb/2.0",
       "<html>\r\n<head><title>505 HTTP Version Not Supported</title></head></html>"},
      {"alb.561", 561, "Server", "awselb/2.0", ""},
      {"alb.fixed-response", 404, "Server", "awselb/2.0", "Not found"},
      {"function-url.403", 403, "x-amzn-ErrorType", "AccessDeniedException", R"({"Message":"Forbidden"})"},
      {"function-url.429", 429, "x-amzn-ErrorType", "TooManyRequestsException",
       R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Message":"Rate Exceeded."})"},
      {"function-url.413", 413, "x-amzn-ErrorType", "RequestEntityTooLarge", "", "abc.lambda-url.eu-west-1.on.aws"},
      {"function-url.502", 502, "", "", "", "abc.lambda-url.eu-west-1.on.aws"},
      {"function-url.504", 504, "", "", "", "abc.lambda-url.eu-west-1.on.aws"},
      {"api-gateway.missing-route", 403, "x-amzn-ErrorType", "MissingAuthenticationTokenException",
       R"({"message":"Missing Authentication Token"})"},
      {"api-gateway.signature", 403, "x-amzn-ErrorType", "IncompleteSignatureException", ""},
      {"api-gateway.invalid-signature", 403, "x-amzn-ErrorType", "InvalidSignatureException", ""},
      {"api-gateway.access-denied", 403, "x-amzn-ErrorType", "AccessDeniedException",
       R"({"message":"User is not authorized to access this resource with an explicit deny"})"},
      {"api-gateway.forbidden", 403, "x-amzn-ErrorType", "ForbiddenException", R"({"message":"Forbidden"})"},
      {"api-gateway.http-forbidden", 403, "apigw-requestid", "Xyz=", R"({ "message": "Forbidden" })"},
      {"api-gateway.unauthorized", 401, "x-amzn-ErrorType", "UnauthorizedException", ""},
      {"api-gateway.http-no-route", 404, "apigw-requestid", "", R"({"message":"Not Found"})"},
      {"api-gateway.413", 413, "x-amzn-ErrorType", "RequestTooLargeException", R"({"message":"Request Too Long"})"},
      {"api-gateway.too-long", 413, "", "", R"({"message":"Request Too Long"})"},
      {"api-gateway.415", 415, "x-amzn-ErrorType", "BadRequestException", R"({"message":"Unsupported Media Type"})"},
      {"api-gateway.quota", 429, "x-amzn-ErrorType", "LimitExceededException", R"({"message":"Limit Exceeded"})"},
      {"api-gateway.throttled", 429, "x-amzn-ErrorType", "TooManyRequestsException",
       R"({"message":"Too Many Requests"})"},
      {"api-gateway.429", 429, "", "", R"({"message":"Too Many Requests"})"},
      {"api-gateway.authorizer-failed", 500, "x-amzn-ErrorType", "AuthorizerConfigurationException", ""},
      {"api-gateway.500", 500, "x-amzn-ErrorType", "InternalServerErrorException", R"({"message": null})"},
      {"api-gateway.502", 502, "x-amzn-ErrorType", "InternalServerErrorException",
       R"({"message": "Internal server error"})"},
      {"api-gateway.504", 504, "x-amzn-ErrorType", "InternalServerErrorException",
       R"({"message": "Endpoint request timed out"})"},
      {"api-gateway.network", 504, "", "", "Network error communicating with endpoint"},
      {"api-gateway.504-other", 504, "x-amzn-ErrorType", "GatewayTimeoutException", R"({})"},
      {"api-gateway.503", 503, "", "", R"({"message":"Service Unavailable"})"},
      {"api-gateway.502-other", 502, "x-amz-apigw-id", "Abc=", R"({"message": "Internal server error"})"},
      {"api-gateway.503-other", 503, "x-amz-apigw-id", "Abc=", R"({})"},
      {"cloudfront.301", 301, "Server", "CloudFront", ""},
      {"cloudfront.403", 403, "Server", "CloudFront", ""},
      {"cloudfront.413", 413, "Server", "CloudFront", ""},
      {"cloudfront.502", 502, "Server", "CloudFront", ""},
      {"cloudfront.503", 503, "Server", "CloudFront", ""},
      {"cloudfront.504", 504, "Server", "CloudFront", ""},
      {"cloudfront.error", 400, "Server", "CloudFront",
       "<HR noshade size=\"1px\"> Generated by cloudfront (CloudFront)"},
      {"nginx.plain-http", 400, "Server", "nginx/1.22.1",
       "<center><h1>400 The plain HTTP request was sent to HTTPS "
       "port</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.413", 413, "Server", "nginx/1.22.1",
       "<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.403", 403, "Server", "nginx/1.22.1",
       "<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.404", 404, "Server", "nginx/1.22.1",
       "<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.405", 405, "Server", "nginx/1.22.1",
       "<center><h1>405 Not Allowed</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.500", 500, "Server", "nginx/1.22.1",
       "<center><h1>500 Internal Server Error</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.502", 502, "Server", "nginx/1.22.1",
       "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.503", 503, "Server", "nginx/1.22.1",
       "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"nginx.504", 504, "Server", "nginx/1.22.1",
       "<center><h1>504 Gateway Time-out</h1></center>\r\n<hr><center>nginx/1.22.1</center>"},
      {"openresty.502", 502, "Server", "openresty/1.21", ""},
      {"openresty.503", 503, "Server", "openresty/1.21", ""},
      {"openresty.504", 504, "Server", "openresty/1.21", ""},
      {"haproxy.400", 400, "", "", "<html><body><h1>400</h1>\nYour browser sent an invalid request.\n</body></html>"},
      {"haproxy.403", 403, "", "",
       "<html><body><h1>403</h1>\nRequest forbidden by administrative rules.\n</body></html>"},
      {"haproxy.408", 408, "", "",
       "<html><body><h1>408</h1>\nYour browser didn't send a complete request in time.\n</body></html>"},
      {"haproxy.429", 429, "", "",
       "<html><body><h1>429</h1>\nYou have sent too many requests in a given amount of time.\n</body></html>"},
      {"haproxy.502", 502, "", "",
       "<html><body><h1>502</h1>\nThe server returned an invalid or incomplete response.\n</body></html>"},
      {"haproxy.503", 503, "", "",
       "<html><body><h1>503</h1>\nNo server is available to handle this request.\n</body></html>"},
      {"haproxy.504", 504, "", "", "<html><body><h1>504</h1>\nThe server didn't respond in time.\n</body></html>"},
      {"envoy.504", 504, "", "", "upstream request timeout"},
      {"envoy.408", 408, "", "", "stream timeout"},
      {"envoy.no-upstream", 503, "", "", "no healthy upstream"},
      {"envoy.reset", 503, "", "", "upstream connect error or disconnect/reset before headers"},
      {"envoy.502", 502, "Server", "envoy", ""},
      {"envoy.503", 503, "Server", "envoy", ""},
      {"envoy.504-other", 504, "Server", "envoy", ""},
      {"istio.502", 502, "Server", "istio-envoy", ""},
      {"istio.503", 503, "Server", "istio-envoy", ""},
      {"istio.504", 504, "Server", "istio-envoy", ""},
      {"cloudflare.challenge", 403, "cf-mitigated", "", ""},
      {"cloudflare.403", 403, "Server", "cloudflare", "<html"},
      {"cloudflare.413", 413, "Server", "cloudflare", ""},
      {"cloudflare.502", 502, "Server", "cloudflare", ""},
      {"cloudflare.504", 504, "Server", "cloudflare", ""},
      {"cloudflare.520", 520, "Server", "cloudflare", ""},
      {"cloudflare.521", 521, "Server", "cloudflare", ""},
      {"cloudflare.522", 522, "Server", "cloudflare", ""},
      {"cloudflare.523", 523, "Server", "cloudflare", ""},
      {"cloudflare.524", 524, "Server", "cloudflare", ""},
      {"cloudflare.525", 525, "Server", "cloudflare", ""},
      {"cloudflare.526", 526, "Server", "cloudflare", ""},
      {"caddy.502", 502, "Server", "Caddy", ""},
      {"caddy.503", 503, "Server", "Caddy", ""},
      {"caddy.504", 504, "Server", "Caddy", ""},
      {"apache.plain-http", 400, "", "", "speaking plain HTTP to an SSL-enabled"},
      {"apache.502", 502, "Server", "Apache/2.4.62", ""},
      {"apache.503", 503, "Server", "Apache/2.4.62", ""},
      {"apache.504", 504, "Server", "Apache/2.4.62", ""},
      {"go.plain-http", 400, "", "", "HTTP request to an HTTPS server"},
  };
  return all;
}

TEST(EdgeSign, knows_each_hop_by_what_it_writes) {
  std::set<std::string_view> seen;
  for (const Specimen& one : specimens()) {
    Headers headers;
    if (!one.header.empty()) { headers.add(one.header, one.value); }
    EXPECT_EQ(id_of(answer(one.status, headers, one.body, one.host)), one.id) << one.body;
    seen.insert(one.id);
  }
  for (const EdgeSign& sign : edge_signs()) { EXPECT_TRUE(seen.count(sign.id)) << sign.id << " has no specimen"; }
}

TEST(EdgeSign, says_of_each_what_it_means_and_what_to_change) {
  std::set<std::string_view> ids;
  for (const EdgeSign& sign : edge_signs()) {
    EXPECT_TRUE(ids.insert(sign.id).second) << sign.id << " twice";
    EXPECT_FALSE(sign.hop.empty() || sign.meaning.empty()) << sign.id;
    EXPECT_TRUE(sign.fix.ends_with('.')) << sign.id;
    EXPECT_FALSE(sign.meaning.ends_with('.')) << sign.id << ": the meaning is a clause";
  }
}

TEST(EdgeSign, takes_no_answer_of_a_server_for_that_of_a_hop) {
  EXPECT_EQ(id_of(answer(200, {{"Server", "nginx/1.22.1"}}, "{}")), "none");
  EXPECT_EQ(id_of(answer(404, {{"Server", "nginx/1.22.1"}}, R"({"error":"session not found"})")), "none");
  EXPECT_EQ(id_of(answer(403, {}, R"({"message":"Forbidden"})")), "none");
  EXPECT_EQ(id_of(answer(503, {{"Server", "uvicorn"}}, "Service Unavailable")), "none");
  EXPECT_EQ(id_of(answer(401, {{"WWW-Authenticate", "Bearer"}}, "")), "none");
  // CloudFront marks the errors of an origin too; only its own have its name in Server.
  EXPECT_EQ(id_of(answer(500, {{"X-Cache", "Error from cloudfront"}, {"Server", "uvicorn"}}, "boom")), "none");
}

TEST(EdgeSign, looks_for_words_in_the_beginning_of_a_body_alone) {
  const std::string far(1024 * 1024, ' ');
  EXPECT_EQ(id_of(answer(504, {}, far + "Endpoint request timed out")), "none");
  EXPECT_EQ(id_of(answer(504, {}, "Endpoint request timed out" + far)), "api-gateway.504");
}

TEST(EdgeSign, tells_a_dead_service_from_a_refusal) {
  const auto kind = [](int status) { return edge_sign(answer(status, {{"server", "awselb/2.0"}}, ""))->kind; };
  EXPECT_EQ(kind(503), EdgeSign::Kind::no_target);
  EXPECT_EQ(kind(504), EdgeSign::Kind::timeout);
  EXPECT_EQ(kind(403), EdgeSign::Kind::refusal);
  EXPECT_EQ(kind(301), EdgeSign::Kind::redirect);
}

TEST(HopsPassed, reads_the_marks_from_the_client_inwards) {
  const Headers headers{{"Set-Cookie", "lang=en"},
                        {"Set-Cookie", "AWSALB=abc; Path=/"},
                        {"Set-Cookie", "AWSALBCORS=abc; Path=/; SameSite=None; Secure"},
                        {"X-Amz-Cf-Id", "q=="},
                        {"Server", "nginx"}};
  EXPECT_EQ(hops_passed(headers), (std::vector<std::string_view>{"CloudFront", "ALB (stickiness)", "nginx"}));
  EXPECT_TRUE(hops_passed({{"Server", "uvicorn"}}).empty());
}

}  // namespace
}  // namespace weir::wire
