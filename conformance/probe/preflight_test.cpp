// The one verdict that a dead or foreign target gets, against servers that are so.
#include "conformance/probe/preflight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures/mcp/server.hpp"
#include "wire/testing/certificates.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {

using ::testing::HasSubstr;

namespace {

/// For a target that answers; one that is silent gets the shorter patience.
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kShort{400};

Target target_at(const std::string& url, std::chrono::milliseconds patience = kPatience) {
  Target target;
  target.url = wire::parse_url(url).value();
  target.answer_timeout = patience;
  return target;
}

fixtures::Server serve(std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  return fixtures::Server::start(std::move(options)).value();
}

struct Case {
  std::string fault;
  std::string cause;
  std::string words;  ///< In the message.
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.fault; }

}  // namespace

class PreflightAgainst : public ::testing::TestWithParam<Case> {};

TEST_P(PreflightAgainst, names_the_cause) {
  const auto server = serve({GetParam().fault});
  const bool is_silent = GetParam().cause == "silent";
  const auto result = preflight(target_at(server.mcp_url(), is_silent ? kShort : kPatience), std::nullopt);
  ASSERT_TRUE(result.failure) << "an era was found";
  EXPECT_EQ(result.failure->cause, GetParam().cause) << result.failure->message;
  EXPECT_THAT(result.failure->message, HasSubstr(GetParam().words));
  EXPECT_FALSE(result.failure->fix.empty());
  EXPECT_EQ(result.failure->evidence.size(), 3U);
  EXPECT_THAT(result.failure->curl, ::testing::StartsWith("curl "));
}

INSTANTIATE_TEST_SUITE_P(
    Faults, PreflightAgainst,
    ::testing::Values(Case{"http.hang", "silent", "says nothing for 400 ms"},
                      Case{"http.html", "html-not-mcp", "an HTML page"},
                      Case{"http.502-awselb", "no-healthy-target", "awselb/2.0"},
                      Case{"http.503-awselb", "no-healthy-target", "no target in service"},
                      Case{"http.502-nginx", "no-healthy-target", "nginx/1.22.1"},
                      Case{"http.503-haproxy", "no-healthy-target", "503"},
                      Case{"http.504-nginx", "gateway-timeout", "nginx/1.22.1"},
                      Case{"http.504-api-gateway", "gateway-timeout", "504"},
                      Case{"http.500", "server-error", "health /health answers 200 while MCP is dead"},
                      Case{"http.401", "unauthorized", "without a WWW-Authenticate header"},
                      Case{"http.401-challenge", "unauthorized", "resource_metadata="},
                      Case{"http.403", "forbidden", "no credentials were given"},
                      Case{"http.403-awselb", "forbidden", "load balancer"},
                      Case{"http.403-no-route", "not-found", "has no route /mcp"},
                      Case{"http.406-order", "accept-misread", "HTTP 200 for Accept: text/event-stream, "},
                      Case{"http.429", "rate-limited", "Retry-After: 30"},
                      Case{"http.redirect-elsewhere", "redirected-elsewhere", "another origin"},
                      Case{"http.redirect-loop", "redirected-elsewhere", "circle"},
                      Case{"http.plain-to-tls", "plain-http-on-tls-port", "speaks TLS"},
                      Case{"http.json", "json-not-mcp", "Not implemented yet"},
                      Case{"http.415", "unsupported-media", "415"}, Case{"http.204", "not-mcp", "204"},
                      Case{"http.post-hangs", "silent", "health /health answers 200 while MCP is dead"},
                      Case{"http.404", "not-found", "404"},
                      Case{"http.bare-stream", "event-stream-without-endpoint", "the first event is 'error'"},
                      Case{"http.initialize-refused", "initialize-refused", "Method not found"},
                      Case{"http.not-http", "not-http", "not HTTP/1.1"}),
    [](const auto& each) {
      std::string name = each.param.fault;
      std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
      return name;
    });

TEST(Preflight, finds_every_era_of_a_right_endpoint) {
  const auto server = serve({});
  const auto mcp = preflight(target_at(server.mcp_url()), std::nullopt);
  EXPECT_FALSE(mcp.failure);
  EXPECT_THAT(mcp.detection.eras(), ::testing::ElementsAre(Era::stateless, Era::streamable));
  EXPECT_FALSE(preflight(target_at(server.sse_url()), std::nullopt).failure);
  EXPECT_THAT(preflight(target_at(server.mcp_url()), Era::stateless).detection.eras(),
              ::testing::ElementsAre(Era::stateless));
}

TEST(Preflight, finds_the_path_where_the_endpoint_is) {
  const auto server = serve({"http.404-but-mcp"});
  const auto result = preflight(target_at(server.origin() + "/api"), std::nullopt);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->cause, "not-found");
  EXPECT_THAT(result.failure->message, HasSubstr("but /mcp answers as "));
  EXPECT_EQ(result.failure->fix, fmt::format("Use {}.", server.mcp_url()));
}

TEST(Preflight, names_what_takes_every_path) {
  const auto of_all = serve({"http.html"});
  const auto result = preflight(target_at(of_all.mcp_url()), std::nullopt);
  ASSERT_TRUE(result.failure);
  EXPECT_THAT(result.failure->message, HasSubstr("so it is at every path: /weir-no-such-path gives the same"));
  const auto of_one = serve({"http.json-at-mcp"});
  const auto other = preflight(target_at(of_one.mcp_url()), std::nullopt);
  ASSERT_TRUE(other.failure);
  EXPECT_EQ(other.failure->cause, "json-not-mcp");
  EXPECT_THAT(other.failure->message, ::testing::Not(HasSubstr("every path")));
}

TEST(Preflight, says_that_nothing_listens) {
  std::string url;
  {
    const auto server = serve({});
    url = server.mcp_url();
  }
  const auto result = preflight(target_at(url), std::nullopt);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->cause, "connect-refused");
}

TEST(Preflight, says_that_a_name_has_no_address) {
  const auto result = preflight(target_at("http://weir.invalid/mcp"), std::nullopt);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->cause, "resolve-failed");
  EXPECT_THAT(result.failure->message, HasSubstr("weir.invalid"));
}

TEST(Preflight, sees_that_the_port_speaks_plain_http) {
  const auto server = serve({});
  const auto result = preflight(target_at(fmt::format("https://127.0.0.1:{}/mcp", server.port())), std::nullopt);
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->cause, "tls-on-plain-http-port") << result.failure->message;
  EXPECT_EQ(result.failure->fix, fmt::format("Use {}.", server.mcp_url()));
}

TEST(Preflight, tells_how_a_connection_ended_without_an_answer) {
  using wire::testing::Peer;
  const std::map<std::string, wire::testing::RawServer::Script> scripts = {
      {"reset",
       [](Peer& peer) {
         peer.read_request();
         peer.rst();
       }},
      {"empty-reply",
       [](Peer& peer) {
         peer.read_request();
         peer.fin();
         peer.wait_for_client_end();
       }},
      {"framing-broken", wire::testing::RawServer::plays("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                                         "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
                                                         "\r\n2\r\n{}\r\n0\r\n\r\n")},
      {"not-http", wire::testing::RawServer::plays("SSH-2.0-OpenSSH_9.2\r\n")},
      {"silent", [](Peer& peer) { peer.wait_for_client_end(); }}};
  for (const auto& [cause, script] : scripts) {
    const wire::testing::RawServer server(script);
    const auto result = preflight(target_at(server.origin() + "/mcp"), std::nullopt);
    ASSERT_TRUE(result.failure) << cause;
    EXPECT_EQ(result.failure->cause, cause) << result.failure->message;
  }
}

TEST(Preflight, names_what_is_wrong_with_a_certificate) {
  using wire::testing::CertificateWish;
  const auto root = wire::testing::make_root();
  const wire::testing::PemFile trusted(root);
  const std::map<std::string, CertificateWish> wishes = {
      {"", {}},
      {"tls-expired", {.valid_from_s = -7200, .valid_until_s = -3600}},
      {"tls-name-mismatch", {.alternative_names = "DNS:other.example"}}};
  for (const auto& [cause, wish] : wishes) {
    const auto leaf = wire::testing::make_identity(wish, &root);
    const wire::testing::PemFile served(leaf, true);
    fixtures::ServerOptions options;
    options.tls_certificate = options.tls_key = served.path();
    const auto server = fixtures::Server::start(options);
    ASSERT_TRUE(server) << server.error().detail;
    Target target = target_at(server->mcp_url());
    target.answer_timeout = std::chrono::seconds(5);
    target.client.ca_file = trusted.path();
    EXPECT_EQ(preflight(target, std::nullopt).failure.value_or(reports::PreflightFailure{}).cause, cause);
    target.client.ca_file.clear();
    if (cause.empty()) { EXPECT_EQ(preflight(target, std::nullopt).failure->cause, "tls-untrusted"); }
    target.client.insecure = true;
    EXPECT_FALSE(preflight(target, std::nullopt).failure);
    // The same port by the other scheme.
    Target plain = target_at(fmt::format("http://127.0.0.1:{}/mcp", server->port()));
    plain.answer_timeout = std::chrono::seconds(5);
    EXPECT_EQ(preflight(plain, std::nullopt).failure->cause, "plain-http-on-tls-port");
  }
}

TEST(Preflight, shows_no_credentials_in_its_curl_line) {
  const auto server = serve({"http.401"});
  Target target = target_at(server.mcp_url());
  target.headers.add("Authorization", "Bearer hidden-token");
  const auto result = preflight(target, std::nullopt);
  ASSERT_TRUE(result.failure);
  EXPECT_THAT(result.failure->message, HasSubstr("the credentials are refused"));
  EXPECT_THAT(result.failure->curl, HasSubstr("$WEIR_BEARER"));
  EXPECT_EQ(result.failure->curl.find("hidden-token"), std::string::npos);
}

}  // namespace weir::conformance
