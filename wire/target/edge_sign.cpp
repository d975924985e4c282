#include "wire/target/edge_sign.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "wire/base/text.hpp"

namespace weir::wire {

namespace {

using Kind = EdgeSign::Kind;

/// What an answer must have; empty or 0 asks nothing. Words compare without case, values by their beginning.
struct Mark {
  int status = 0;
  std::string_view header = {};
  std::string_view value = {};
  std::string_view body = {};
  bool function_url = false;  ///< Asked of one: its ids without those of a gateway, or its host.
};

constexpr std::string_view kAlb = "ALB", kGateway = "API Gateway", kFunctionUrl = "Lambda function URL",
                           kCloudFront = "CloudFront", kWaf = "AWS WAF", kNginx = "nginx", kHaproxy = "HAProxy",
                           kEnvoy = "Envoy", kCloudflare = "Cloudflare", kCaddy = "Caddy", kApache = "Apache httpd";

constexpr std::string_view kElb = "awselb/", kErrorType = "x-amzn-errortype";

constexpr std::string_view kLookAtTargets =
    "Look at the health of the target group: register a target, or repair its health check.";
constexpr std::string_view kCheckUpstream =
    "Check that the service runs where the proxy looks for it, and that the proxy may reach that port.";
constexpr std::string_view kCheckLambda =
    "Read the function's log: it failed, or returned something else than {statusCode, headers, body}.";
constexpr std::string_view kKeepShort =
    "Answer within the limit: stream progress, or move long work behind a task; see where the time goes in the log.";
constexpr std::string_view kRaiseProxyTimeout =
    "Find out why the service keeps silent, then let it send a byte sooner or raise the proxy's read timeout.";

struct Row {
  Mark mark;
  EdgeSign sign;
};

/// The first row that matches counts: special ones stand before general ones.
constexpr std::array kRows = {
    // --- changed on the way
    Row{{.status = 401, .header = "x-amzn-remapped-www-authenticate", .function_url = true},
        {"function-url.remapped-challenge", kFunctionUrl,
         "WWW-Authenticate was renamed to x-amzn-remapped-www-authenticate",
         "Give the header back its name in front of the function URL (a CloudFront function), or stand behind a load "
         "balancer.",
         Kind::rewritten}},
    Row{{.status = 401, .header = "x-amzn-remapped-www-authenticate"},
        {"api-gateway.remapped-challenge", kGateway, "WWW-Authenticate was renamed to x-amzn-remapped-www-authenticate",
         "Give the header back its name in front of the gateway (a CloudFront function), or answer 401 from a gateway "
         "response or authorizer instead of the integration.",
         Kind::rewritten}},

    // --- AWS WAF
    Row{{.header = "x-amzn-waf-action"},
        {"waf.challenge", kWaf, "a rule answers with a challenge that only browsers solve",
         "Exempt the MCP path from the challenge or CAPTCHA rules of the web ACL.", Kind::refusal}},
    Row{{.status = 403, .header = "server", .value = "CloudFront", .body = "Request blocked"},
        {"waf.cloudfront-403", kWaf, "a rule of CloudFront's web ACL, or its geo restriction, blocks the request",
         "Read the web ACL's sampled requests and exempt the MCP path from the rule that matched: bodies with code or "
         "HTML trip the managed rules.",
         Kind::refusal}},

    // --- Application Load Balancer
    Row{{.status = 301, .header = "server", .value = kElb},
        {"alb.301", kAlb, "a listener rule redirects",
         "Use the URL that the redirect names: POST bodies are lost on "
         "the way.",
         Kind::redirect}},
    Row{{.status = 302, .header = "server", .value = kElb},
        {"alb.302", kAlb, "a listener rule redirects, or authenticates by a login page",
         "Let the listener pass the MCP path on without authenticate-oidc or authenticate-cognito.", Kind::redirect}},
    Row{{.status = 400, .header = "server", .value = kElb},
        {"alb.400", kAlb, "the request is malformed, or a header is larger than 16 KB",
         "Shorten the headers (tokens, cookies), and check the desync mitigation mode.", Kind::refusal}},
    Row{{.status = 401, .header = "server", .value = kElb},
        {"alb.401", kAlb, "the listener's own authentication refuses the request",
         "Check the token against the listener's JWT or OIDC action: issuer, audience, expiry, RS256.", Kind::refusal}},
    Row{{.status = 403, .header = "server", .value = kElb},
        {"alb.403", kAlb, "the web ACL of the load balancer blocks the request",
         "Read the web ACL's sampled requests and exempt the MCP path from the rule that matched.", Kind::refusal}},
    Row{{.status = 405, .header = "server", .value = kElb},
        {"alb.405", kAlb, "the load balancer takes no TRACE", "Use GET, POST or DELETE.", Kind::refusal}},
    Row{{.status = 408, .header = "server", .value = kElb},
        {"alb.408", kAlb, "the request did not come whole within the idle timeout",
         "Send the body at once, or raise idle_timeout.timeout_seconds.", Kind::timeout}},
    Row{{.status = 413, .header = "server", .value = kElb},
        {"alb.413", kAlb, "a request to a Lambda target is larger than 1 MB",
         "Send less, or put the function behind a function URL or API Gateway (6 MB).", Kind::refusal}},
    Row{{.status = 414, .header = "server", .value = kElb},
        {"alb.414", kAlb, "the URL or a query string is too long", "Move the arguments into the body.", Kind::refusal}},
    Row{{.status = 460, .header = "server", .value = kElb},
        {"alb.460", kAlb, "the client closed before the idle timeout while it waited for an answer",
         "Raise the client's timeout, or answer sooner.", Kind::timeout}},
    Row{{.status = 463, .header = "server", .value = kElb},
        {"alb.463", kAlb, "X-Forwarded-For holds more than 30 addresses",
         "Let the proxies before the load balancer replace X-Forwarded-For instead of growing it.", Kind::refusal}},
    Row{{.status = 464, .header = "server", .value = kElb},
        {"alb.464", kAlb, "the protocol version of the request does not fit the target group's",
         "Set the target group's protocol version to HTTP1.", Kind::refusal}},
    Row{{.status = 500, .header = "server", .value = kElb},
        {"alb.500", kAlb, "the web ACL or the identity provider fails, or a token's claims exceed 11 KB",
         "Look at the web ACL and the listener's authentication action.", Kind::no_target}},
    Row{{.status = 501, .header = "server", .value = kElb},
        {"alb.501", kAlb, "the Transfer-Encoding is not one that the load balancer knows",
         "Send chunked, or a Content-Length.", Kind::refusal}},
    Row{{.status = 502, .header = "server", .value = kElb},
        {"alb.502", kAlb, "the target closes the connection or answers what is not HTTP",
         "Check the target's port and protocol, and that its keep-alive outlasts the load balancer's idle timeout; a "
         "Lambda target must answer in 1 MB of JSON.",
         Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = kElb},
        {"alb.503", kAlb, "the target group has no target in service", kLookAtTargets, Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = kElb},
        {"alb.504", kAlb, "no target took the connection in 10 s, or none answered within the idle timeout",
         "Let the security group of the targets take the load balancer in; let the service answer sooner, or raise "
         "idle_timeout.timeout_seconds.",
         Kind::timeout}},
    Row{{.status = 505, .header = "server", .value = kElb},
        {"alb.505", kAlb, "the HTTP version is not supported", "Use HTTP/1.1 or HTTP/2.", Kind::refusal}},
    Row{{.status = 561, .header = "server", .value = kElb},
        {"alb.561", kAlb, "the identity provider answered the listener's authentication with an error",
         "Check the client id, secret and endpoints of the listener's OIDC action.", Kind::refusal}},
    Row{{.header = "server", .value = kElb},
        {"alb.fixed-response", kAlb, "a listener rule answers itself, by a fixed response",
         "Add a listener rule that forwards this host and path to the target group.", Kind::no_route}},

    // --- Lambda function URL
    Row{{.status = 403, .header = kErrorType, .value = "AccessDeniedException", .body = "Forbidden"},
        {"function-url.403", kFunctionUrl,
         "the function URL asks for a signature (AuthType AWS_IAM), or its policy lets nobody in",
         "Set AuthType NONE with a policy that allows lambda:InvokeFunctionUrl, or sign the requests.", Kind::refusal}},
    Row{{.status = 429, .body = R"("Reason")"},
        {"function-url.429", kFunctionUrl, "the function's concurrency is used up",
         "Raise the reserved or the account's concurrency, and let clients wait for Retry-After.", Kind::refusal}},
    Row{{.status = 413, .function_url = true},
        {"function-url.413", kFunctionUrl, "the request is larger than 6 MB", "Send less, or pass a link.",
         Kind::refusal}},
    Row{{.status = 502, .function_url = true},
        {"function-url.502", kFunctionUrl, "the function failed, or answered more than 6 MB", kCheckLambda,
         Kind::no_target}},
    Row{{.status = 503, .function_url = true},
        {"function-url.503", kFunctionUrl, "the function cannot be reached", kCheckLambda, Kind::no_target}},
    Row{{.status = 504, .function_url = true},
        {"function-url.504", kFunctionUrl, "the function ran into its timeout",
         "Raise the function's timeout, or answer sooner.", Kind::timeout}},

    // --- API Gateway
    Row{{.status = 403, .body = "Missing Authentication Token"},
        {"api-gateway.missing-route", kGateway, "there is no such route; the words about a token mislead",
         "Check the path, the stage in it, the method, and that the API was deployed.", Kind::no_route}},
    Row{{.status = 403, .header = kErrorType, .value = "IncompleteSignatureException"},
        {"api-gateway.signature", kGateway,
         "there is no such route, or it wants a signature: Authorization was read as "
         "one",
         "Check the path and the stage; a route with IAM authorization takes no bearer token.", Kind::no_route}},
    Row{{.status = 403, .header = kErrorType, .value = "InvalidSignatureException"},
        {"api-gateway.invalid-signature", kGateway, "the signature of the request is wrong",
         "Sign for execute-api in the API's region, or take IAM authorization off the route.", Kind::refusal}},
    Row{{.status = 403, .header = kErrorType, .value = "AccessDeniedException"},
        {"api-gateway.access-denied", kGateway, "an authorizer or the resource policy denies the request",
         "Read the authorizer's log, and the resource policy of the API.", Kind::refusal}},
    Row{{.status = 403, .header = kErrorType, .value = "ForbiddenException"},
        {"api-gateway.forbidden", kGateway,
         "the API key is missing or wrong, a web ACL blocks, or the stage is not "
         "there",
         "Send the x-api-key of a usage plan of this stage, and check the stage in the path.", Kind::refusal}},
    Row{{.status = 403, .header = "apigw-requestid", .body = R"({"message":"Forbidden"})"},
        {"api-gateway.http-forbidden", kGateway, "an authorizer of the HTTP API denies the request",
         "Read the authorizer's log.", Kind::refusal}},
    Row{{.status = 401, .header = kErrorType, .value = "UnauthorizedException"},
        {"api-gateway.unauthorized", kGateway, "the authorizer found no token that it takes",
         "Send the header that the authorizer reads; let a gateway response add WWW-Authenticate to its 401.",
         Kind::refusal}},
    Row{{.status = 404, .header = "apigw-requestid", .body = R"({"message":"Not Found"})"},
        {"api-gateway.http-no-route", kGateway, "the HTTP API has no such route",
         "Add a route for POST, GET and DELETE of this path, or $default; check the stage.", Kind::no_route}},
    Row{{.status = 413, .header = kErrorType},
        {"api-gateway.413", kGateway, "the request is larger than 10 MB", "Send less, or pass a link.", Kind::refusal}},
    Row{{.status = 413, .body = R"({"message":"Request Too Long"})"},
        {"api-gateway.too-long", kGateway, "the request is larger than 10 MB", "Send less, or pass a link.",
         Kind::refusal}},
    Row{{.status = 415, .header = kErrorType},
        {"api-gateway.415", kGateway, "no integration takes this Content-Type",
         "Use a proxy integration, or let passthrough behaviour take application/json.", Kind::refusal}},
    Row{{.status = 429, .header = kErrorType, .value = "LimitExceededException"},
        {"api-gateway.quota", kGateway, "the quota of the usage plan is used up",
         "Raise the quota of the API key's usage plan.", Kind::refusal}},
    Row{{.status = 429, .header = kErrorType},
        {"api-gateway.throttled", kGateway, "requests come faster than the throttle of stage, route or account lets in",
         "Raise rate and burst, and let clients back off.", Kind::refusal}},
    Row{{.status = 429, .body = R"({"message":"Too Many Requests"})"},
        {"api-gateway.429", kGateway, "requests come faster than the throttle of stage, route or account lets in",
         "Raise rate and burst, and let clients back off.", Kind::refusal}},
    Row{{.status = 500, .header = kErrorType, .value = "AuthorizerConfigurationException"},
        {"api-gateway.authorizer-failed", kGateway, "the authorizer failed", "Read the authorizer's log.",
         Kind::no_target}},
    Row{{.status = 500, .header = kErrorType},
        {"api-gateway.500", kGateway, "the gateway may not invoke the integration, or cannot read its answer",
         "Check the permission lambda:InvokeFunction and the integration's request mapping.", Kind::no_target}},
    Row{{.status = 502, .header = kErrorType},
        {"api-gateway.502", kGateway, "the integration failed, or its answer has the wrong shape", kCheckLambda,
         Kind::no_target}},
    Row{{.status = 504, .body = "Endpoint request timed out"},
        {"api-gateway.504", kGateway, "the integration did not answer within its timeout (29 s unless raised)",
         kKeepShort, Kind::timeout}},
    Row{{.status = 504, .body = "Network error communicating with endpoint"},
        {"api-gateway.network", kGateway, "the gateway cannot reach the integration's endpoint",
         "Check the VPC link, the listener behind it and its security group.", Kind::timeout}},
    Row{{.status = 504, .header = kErrorType},
        {"api-gateway.504-other", kGateway, "the integration did not answer in time", kKeepShort, Kind::timeout}},
    Row{{.status = 503, .body = R"({"message":"Service Unavailable"})"},
        {"api-gateway.503", kGateway, "the integration did not answer within 30 s, or cannot be reached", kKeepShort,
         Kind::timeout}},
    Row{{.status = 502, .header = "x-amz-apigw-id"},
        {"api-gateway.502-other", kGateway, "the integration failed, or its answer has the wrong shape", kCheckLambda,
         Kind::no_target}},
    Row{{.status = 503, .header = "x-amz-apigw-id"},
        {"api-gateway.503-other", kGateway, "the integration cannot be reached", kCheckUpstream, Kind::no_target}},
    Row{{.status = 500, .header = "apigw-requestid", .body = R"({"message":"Internal Server Error"})"},
        {"api-gateway.http-500", kGateway, "the integration failed, or its answer has the wrong shape", kCheckLambda,
         Kind::no_target}},
    Row{{.status = 413, .header = "apigw-requestid", .body = "Request Entity Too Large"},
        {"api-gateway.http-413", kGateway, "the request is larger than 10 MB", "Send less, or pass a link.",
         Kind::refusal}},

    // --- CloudFront
    Row{{.status = 301, .header = "server", .value = kCloudFront},
        {"cloudfront.301", kCloudFront, "the viewer protocol policy redirects http to https", "Use the https URL.",
         Kind::redirect}},
    Row{{.status = 403, .header = "server", .value = kCloudFront},
        {"cloudfront.403", kCloudFront, "the distribution refuses the request: the method, the host name or the region",
         "Allow POST, DELETE and OPTIONS in the cache behaviour, and add the host name to the distribution.",
         Kind::refusal}},
    Row{{.status = 413, .header = "server", .value = kCloudFront},
        {"cloudfront.413", kCloudFront, "the request is too large", "Send less.", Kind::refusal}},
    Row{{.status = 502, .header = "server", .value = kCloudFront},
        {"cloudfront.502", kCloudFront, "the origin's TLS or DNS fails, or its answer is not HTTP",
         "Check the origin's name, certificate and port as the distribution sees them.", Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = kCloudFront},
        {"cloudfront.503", kCloudFront, "an edge function fails, or capacity is short",
         "Read the log of the edge function.", Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = kCloudFront},
        {"cloudfront.504", kCloudFront, "the origin did not answer within the response timeout (30 s unless raised)",
         "Let the origin's security group take CloudFront in; raise the origin response timeout, or answer sooner.",
         Kind::timeout}},
    Row{{.header = "server", .value = kCloudFront, .body = "Generated by cloudfront"},
        {"cloudfront.error", kCloudFront, "the distribution answers itself",
         "Read the distribution's log for x-amz-cf-id.", Kind::refusal}},

    // --- nginx: its own page, or a status that only it gives for an upstream
    Row{{.status = 400, .body = "plain HTTP request was sent to HTTPS port"},
        {"nginx.plain-http", kNginx, "the port speaks TLS and was asked in plain HTTP", "Use the https URL.",
         Kind::redirect}},
    Row{{.status = 413, .header = "server", .value = "nginx", .body = "Request Entity Too Large"},
        {"nginx.413", kNginx, "the body is larger than client_max_body_size (1 MB unless raised)",
         "Raise client_max_body_size for the MCP location.", Kind::refusal}},
    Row{{.status = 403, .header = "server", .value = "nginx", .body = "<center>nginx"},
        {"nginx.403", kNginx, "a rule of nginx denies the request", "Read its allow, deny and auth_request rules.",
         Kind::refusal}},
    Row{{.status = 404, .header = "server", .value = "nginx", .body = "<center>nginx"},
        {"nginx.404", kNginx, "no location passes this path on", "Add a location with proxy_pass for the MCP path.",
         Kind::no_route}},
    Row{{.status = 405, .header = "server", .value = "nginx", .body = "<center>nginx"},
        {"nginx.405", kNginx, "the location serves files and takes no POST",
         "Add a location with proxy_pass for the MCP path.", Kind::no_route}},
    Row{{.status = 500, .header = "server", .value = "nginx", .body = "<center>nginx"},
        {"nginx.500", kNginx, "nginx itself failed: auth_request got neither 2xx, 401 nor 403, or a loop of rewrites",
         "Read nginx's error log; an auth service must answer 401 or 403, never 500.", Kind::no_target}},
    Row{{.status = 502, .header = "server", .value = "nginx"},
        {"nginx.502", kNginx, "the proxy cannot reach the service behind it, or that breaks off", kCheckUpstream,
         Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = "nginx"},
        {"nginx.503", kNginx, "no upstream is available, or limit_req or limit_conn holds back", kCheckUpstream,
         Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "nginx"},
        {"nginx.504", kNginx, "the service behind it said nothing for proxy_read_timeout (60 s unless raised)",
         kRaiseProxyTimeout, Kind::timeout}},
    Row{{.status = 502, .header = "server", .value = "openresty"},
        {"openresty.502", "openresty", "the proxy cannot reach the service behind it, or that breaks off",
         kCheckUpstream, Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = "openresty"},
        {"openresty.503", "openresty", "no upstream is available", kCheckUpstream, Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "openresty"},
        {"openresty.504", "openresty", "the service behind it said nothing for proxy_read_timeout (60 s unless raised)",
         kRaiseProxyTimeout, Kind::timeout}},

    // --- HAProxy names no server; its pages have words of their own
    Row{{.status = 400, .body = "Your browser sent an invalid request"},
        {"haproxy.400", kHaproxy, "the request is malformed or its headers are too large",
         "Shorten the headers, or raise tune.bufsize.", Kind::refusal}},
    Row{{.status = 403, .body = "Request forbidden by administrative rules"},
        {"haproxy.403", kHaproxy, "an http-request rule denies the request", "Read the http-request deny rules.",
         Kind::refusal}},
    Row{{.status = 408, .body = "Your browser didn't send a complete request in time"},
        {"haproxy.408", kHaproxy, "the request did not come whole within timeout http-request",
         "Send the body at once, or raise timeout http-request.", Kind::timeout}},
    Row{{.status = 429, .body = "You have sent too many requests in a given amount of time"},
        {"haproxy.429", kHaproxy, "a stick table limits the rate", "Raise the rate in the http-request rule.",
         Kind::refusal}},
    Row{{.status = 502, .body = "The server returned an invalid or incomplete response"},
        {"haproxy.502", kHaproxy, "the service breaks off or answers what is not HTTP",
         "Check the service's port and protocol, and that its keep-alive outlasts HAProxy's.", Kind::no_target}},
    Row{{.status = 503, .body = "No server is available to handle this request"},
        {"haproxy.503", kHaproxy, "no server of the backend is up", kCheckUpstream, Kind::no_target}},
    Row{{.status = 504, .body = "The server didn't respond in time"},
        {"haproxy.504", kHaproxy, "the service said nothing for timeout server", kRaiseProxyTimeout, Kind::timeout}},

    // --- Envoy
    Row{{.status = 504, .body = "upstream request timeout"},
        {"envoy.504", kEnvoy, "the route's timeout passed (15 s unless raised)",
         "Set the route's timeout to 0 for streams, and keep an idle timeout.", Kind::timeout}},
    Row{{.status = 408, .body = "stream timeout"},
        {"envoy.408", kEnvoy, "the stream idle timeout passed (300 s unless raised)",
         "Let the service send a comment sooner, or raise stream_idle_timeout.", Kind::timeout}},
    Row{{.status = 503, .body = "no healthy upstream"},
        {"envoy.no-upstream", kEnvoy, "no host of the cluster is healthy", kCheckUpstream, Kind::no_target}},
    Row{{.status = 503, .body = "upstream connect error or disconnect/reset before headers"},
        {"envoy.reset", kEnvoy, "the service refuses the connection or breaks off before an answer",
         "Check the service's port and protocol, and that its keep-alive outlasts Envoy's.", Kind::no_target}},
    Row{{.status = 502, .header = "server", .value = "envoy"},
        {"envoy.502", kEnvoy, "the service behind it breaks the protocol", kCheckUpstream, Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = "envoy"},
        {"envoy.503", kEnvoy, "the service behind it takes no requests", kCheckUpstream, Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "envoy"},
        {"envoy.504-other", kEnvoy, "the service behind it did not answer in time", kRaiseProxyTimeout, Kind::timeout}},
    Row{{.status = 502, .header = "server", .value = "istio-envoy"},
        {"istio.502", kEnvoy, "the service behind it breaks the protocol", kCheckUpstream, Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = "istio-envoy"},
        {"istio.503", kEnvoy, "the service behind it takes no requests", kCheckUpstream, Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "istio-envoy"},
        {"istio.504", kEnvoy, "the service behind it did not answer in time", kRaiseProxyTimeout, Kind::timeout}},

    // --- Cloudflare
    Row{{.header = "cf-mitigated"},
        {"cloudflare.challenge", kCloudflare, "a rule answers with a challenge that only browsers solve",
         "Skip bot protection and challenges for the MCP path.", Kind::refusal}},
    Row{{.status = 403, .header = "server", .value = "cloudflare", .body = "<html"},
        {"cloudflare.403", kCloudflare, "a firewall or bot rule blocks the request",
         "Read the security events and skip the rule for the MCP path.", Kind::refusal}},
    Row{{.status = 413, .header = "server", .value = "cloudflare"},
        {"cloudflare.413", kCloudflare, "the body is larger than the plan allows", "Send less.", Kind::refusal}},
    Row{{.status = 502, .header = "server", .value = "cloudflare"},
        {"cloudflare.502", kCloudflare, "the origin answers with an error or not at all", kCheckUpstream,
         Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "cloudflare"},
        {"cloudflare.504", kCloudflare, "the origin did not answer in time", kRaiseProxyTimeout, Kind::timeout}},
    Row{{.status = 520, .header = "server", .value = "cloudflare"},
        {"cloudflare.520", kCloudflare, "the origin breaks off or answers what is not HTTP", kCheckUpstream,
         Kind::no_target}},
    Row{{.status = 521, .header = "server", .value = "cloudflare"},
        {"cloudflare.521", kCloudflare, "the origin refuses the connection", kCheckUpstream, Kind::no_target}},
    Row{{.status = 522, .header = "server", .value = "cloudflare"},
        {"cloudflare.522", kCloudflare, "the origin takes no connection within 15 s", kCheckUpstream, Kind::no_target}},
    Row{{.status = 523, .header = "server", .value = "cloudflare"},
        {"cloudflare.523", kCloudflare, "there is no route to the origin", kCheckUpstream, Kind::no_target}},
    Row{{.status = 524, .header = "server", .value = "cloudflare"},
        {"cloudflare.524", kCloudflare, "the origin said nothing for 100 s", kRaiseProxyTimeout, Kind::timeout}},
    Row{{.status = 525, .header = "server", .value = "cloudflare"},
        {"cloudflare.525", kCloudflare, "TLS with the origin fails", "Check the origin's certificate and TLS versions.",
         Kind::no_target}},
    Row{{.status = 526, .header = "server", .value = "cloudflare"},
        {"cloudflare.526", kCloudflare, "the origin's certificate is not valid", "Renew the origin's certificate.",
         Kind::no_target}},

    // --- others
    Row{{.status = 502, .header = "server", .value = "caddy"},
        {"caddy.502", kCaddy, "the proxy cannot reach the service behind it", kCheckUpstream, Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = "caddy"},
        {"caddy.503", kCaddy, "no upstream is available", kCheckUpstream, Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "caddy"},
        {"caddy.504", kCaddy, "the service behind it did not answer in time", kRaiseProxyTimeout, Kind::timeout}},
    Row{{.status = 400, .body = "speaking plain HTTP to an SSL-enabled"},
        {"apache.plain-http", kApache, "the port speaks TLS and was asked in plain HTTP", "Use the https URL.",
         Kind::redirect}},
    Row{{.status = 502, .header = "server", .value = "apache"},
        {"apache.502", kApache, "the proxy cannot reach the service behind it", kCheckUpstream, Kind::no_target}},
    Row{{.status = 503, .header = "server", .value = "apache"},
        {"apache.503", kApache, "no worker of the proxy is available", kCheckUpstream, Kind::no_target}},
    Row{{.status = 504, .header = "server", .value = "apache"},
        {"apache.504", kApache, "the service behind it did not answer within ProxyTimeout", kRaiseProxyTimeout,
         Kind::timeout}},
    Row{{.status = 400, .body = "HTTP request to an HTTPS server"},
        {"go.plain-http", "server", "the port speaks TLS and was asked in plain HTTP", "Use the https URL.",
         Kind::redirect}},
};

constexpr auto kSigns = [] {
  std::array<EdgeSign, kRows.size()> signs{};
  std::transform(kRows.begin(), kRows.end(), signs.begin(), [](const Row& row) { return row.sign; });
  return signs;
}();

bool same_letter(char a, char b) { return lower(a) == lower(b); }

/// The pages that hops write are short; a body of megabytes is not searched.
constexpr std::size_t kPageBytes = 8 * 1024;

/// Blanks do not count where JSON may be spaced: {"message": "Forbidden"}.
bool holds(std::string_view body, std::string_view words) {
  body = body.substr(0, kPageBytes);
  if (std::search(body.begin(), body.end(), words.begin(), words.end(), same_letter) != body.end()) { return true; }
  if (!words.starts_with('{')) { return false; }
  const auto without_blanks = [](std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](unsigned char c) { return std::isspace(c) != 0; });
    return out;
  };
  return without_blanks(body).find(without_blanks(words)) != std::string::npos;
}

bool is_function_url(const Exchange& exchange) {
  const Headers& headers = exchange.head.headers;
  const bool gateway = headers.has("x-amz-apigw-id") || headers.has("apigw-requestid");
  return (headers.has("x-amzn-requestid") && !gateway) ||
         exchange.request.url.host.find(".lambda-url.") != std::string::npos;
}

bool matches(const Mark& mark, const Exchange& exchange) {
  if (mark.status != 0 && mark.status != exchange.head.status) { return false; }
  if (!mark.header.empty()) {
    const auto value = exchange.head.headers.find(mark.header);
    if (!value || !starts_with_ignoring_case(*value, mark.value)) { return false; }
  }
  return (mark.body.empty() || holds(exchange.body, mark.body)) && (!mark.function_url || is_function_url(exchange));
}

struct Trace {
  std::string_view header;
  std::string_view value;  ///< A part of it.
  std::string_view hop;
};

/// From the client inwards.
constexpr std::array kTraces = {
    Trace{"cf-ray", "", kCloudflare},
    Trace{"x-amz-cf-id", "", kCloudFront},
    Trace{"x-amz-apigw-id", "", kGateway},
    Trace{"apigw-requestid", "", kGateway},
    Trace{"set-cookie", "AWSALBTG=", "ALB (weighted target groups)"},
    Trace{"set-cookie", "AWSALB=", "ALB (stickiness)"},
    Trace{"set-cookie", "AWSALBAPP-", "ALB (stickiness by the application's cookie)"},
    Trace{"server", "awselb/", kAlb},
    Trace{"server", "nginx", kNginx},
    Trace{"server", "openresty", "openresty"},
    Trace{"server", "envoy", kEnvoy},
    Trace{"x-envoy-upstream-service-time", "", kEnvoy},
    Trace{"via", "varnish", "Varnish"},
};

}  // namespace

std::optional<EdgeSign> edge_sign(const Exchange& exchange) {
  const auto found =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return matches(row.mark, exchange); });
  return found == kRows.end() ? std::nullopt : std::optional(found->sign);
}

std::vector<std::string_view> hops_passed(const Headers& headers) {
  std::vector<std::string_view> hops;
  for (const Trace& trace : kTraces) {
    const bool there = headers.has(trace.header) && holds(headers.joined(trace.header), trace.value);
    if (there && std::find(hops.begin(), hops.end(), trace.hop) == hops.end()) { hops.push_back(trace.hop); }
  }
  return hops;
}

std::span<const EdgeSign> edge_signs() { return kSigns; }

}  // namespace weir::wire
