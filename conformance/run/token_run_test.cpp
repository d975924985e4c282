// Whole runs that get their token by client credentials.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/conduct.hpp"
#include "fixtures/faults/common.hpp"
#include "fixtures/mcp/server.hpp"
#include "fixtures/openid/provider.hpp"
#include "reports/conformance/writers.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {
namespace {

namespace openid = fixtures::openid;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "run-secret-7c21";

const fixtures::FaultRegistration kTokenFault(fixtures::Fault{
    .name = "test.metadata-server-unknown",
    .summary = "The resource metadata names an authorization server whose name this machine does not know.",
    .on_reply = [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      if (!request.path.starts_with("/.well-known/oauth-protected-resource") || reply.status != 200) { return; }
      json::value document = json::parse(reply.body());
      document.as_object()["authorization_servers"] = json::array{"http://weir.invalid"};
      reply.set_body(json::serialize(document), "application/json");
    }});

/// A provider, and an endpoint that takes its tokens.
class TokenRun : public ::testing::Test {
 protected:
  void start(int token_life_s = 300) {
    realm_ = std::make_shared<openid::Realm>(
        openid::RealmOptions{.clients = {{.id = "weir", .secret = kSecret, .scopes = {"mcp"}, .audience = {"weir-mcp"}},
                                         {.id = "web", .secret = kSecret, .client_credentials = false}},
                             .token_life_s = token_life_s});
    provider_.emplace(openid::start_provider(realm_).value());
    fixtures::ServerOptions options;
    options.endpoint.eras = {Era::streamable};
    options.endpoint.realm = realm_;
    server_.emplace(fixtures::Server::start(std::move(options)).value());
    plan_.profile.oauth.emplace();
    plan_.profile.oauth->token_url = openid::token_url(*realm_);
    plan_.profile.oauth->client_id = "weir";
    plan_.profile.oauth->client_secret = kSecret;
    plan_.url = wire::parse_url(server_->mcp_url()).value();
    plan_.started_at = "2026-01-01T00:00:00Z";
    plan_.checks = {"auth.token.tampered-refused", "jsonrpc.id.echoed", "ping.result.empty"};
  }

  reports::Results run() { return conduct(plan_).value(); }
  std::string cause() {
    const auto results = run();
    EXPECT_EQ(results.exit_code, reports::ExitCode::unreachable);
    const auto text = reports::render(results, reports::Format::json, {});
    EXPECT_THAT(text, Not(HasSubstr(kSecret)));
    return results.preflight ? results.preflight->cause : "";
  }

  std::shared_ptr<openid::Realm> realm_;
  std::optional<fixtures::HttpServer> provider_;
  std::optional<fixtures::Server> server_;
  RunPlan plan_;
};

TEST_F(TokenRun, gets_its_token_by_client_credentials) {
  start();
  const auto results = run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::good) << results.exit_reason;
  EXPECT_EQ(results.summary.pass, 3);
  const auto text = reports::render(results, reports::Format::json, {.verbose = true});
  EXPECT_THAT(text, Not(HasSubstr(kSecret)));
  EXPECT_THAT(text, Not(HasSubstr("eyJ")));  // Every JWT begins so.
}

TEST_F(TokenRun, goes_on_with_a_new_token_when_its_own_runs_out) {
  start(2);
  plan_.checks = {"auth.token.expired-refused"};
  for (const auto& info : catalogue()) {
    if (info.id.starts_with("jsonrpc.") || info.id.starts_with("session.")) { plan_.checks.push_back(info.id); }
  }
  const auto results = run();
  EXPECT_EQ(results.exit_code, reports::ExitCode::good) << results.exit_reason;
  for (const auto& check : results.checks) {
    EXPECT_NE(check.verdict, reports::Verdict::fail) << check.id << check.got;
  }
}

TEST_F(TokenRun, names_why_it_gets_no_token) {
  start();
  plan_.profile.oauth->client_secret = std::string(kSecret) + "-wrong";
  EXPECT_EQ(cause(), "token-invalid-client");
  plan_.profile.oauth->client_secret = kSecret;
  plan_.profile.oauth->client_id = "web";
  EXPECT_EQ(cause(), "token-unauthorized-client");
  const wire::testing::RawServer page([](wire::testing::Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>");
  });
  plan_.profile.oauth->token_url = page.url("/").str();
  EXPECT_EQ(cause(), "token-endpoint-html");
  plan_.profile.oauth->token_url = "http://127.0.0.1:1/token";
  EXPECT_EQ(cause(), "token-endpoint-unreachable");
}

TEST_F(TokenRun, keeps_to_a_token_that_it_was_given) {
  start();
  plan_.profile.oauth->token_url = "http://127.0.0.1:1/token";
  plan_.profile.bearer = realm_->issue(*realm_->client("weir"));
  EXPECT_EQ(run().exit_code, reports::ExitCode::good);
}

TEST_F(TokenRun, asks_for_a_token_of_another_resource_where_the_profile_has_none) {
  for (const bool any_audience : {false, true}) {
    start();
    fixtures::ServerOptions options;
    options.endpoint.eras = {Era::streamable};
    options.endpoint.realm = realm_;
    if (any_audience) { options.faults = {"token.any-audience"}; }
    server_.emplace(fixtures::Server::start(std::move(options)).value());
    plan_.url = wire::parse_url(server_->mcp_url()).value();
    plan_.checks = {"auth.token.audience-refused"};
    const auto results = run();
    ASSERT_EQ(results.checks.size(), 1U);
    EXPECT_EQ(results.checks.front().verdict, any_audience ? reports::Verdict::fail : reports::Verdict::pass)
        << results.checks.front().message << results.checks.front().got;
  }
}

TEST_F(TokenRun, tells_once_of_a_server_that_is_out_of_reach_and_of_signatures_that_are_not_read) {
  const std::vector<std::string> servers = {"auth.server.issuer-identical", "auth.server.metadata-whole",
                                            "auth.server.pkce-s256", "auth.server.scopes-known"};
  const std::vector<std::string> tokens = {"auth.token.alg-none-refused", "auth.token.other-key-refused",
                                           "auth.token.tampered-refused"};
  for (const auto& [fault, checks, named] :
       {std::tuple{"auth.metadata-server-unreachable", servers, "auth.server.metadata-whole"},
        {"token.signature-ignored", tokens, "auth.token.tampered-refused"}}) {
    start();
    fixtures::ServerOptions options;
    options.endpoint.eras = {Era::streamable};
    options.endpoint.realm = realm_;
    options.faults = {fault};
    server_.emplace(fixtures::Server::start(std::move(options)).value());
    plan_.url = wire::parse_url(server_->mcp_url()).value();
    plan_.checks = checks;
    std::vector<std::string> red;
    for (const auto& check : run().checks) {
      if (check.verdict == reports::Verdict::fail || check.verdict == reports::Verdict::warn) {
        red.push_back(check.id);
      }
    }
    EXPECT_THAT(red, ::testing::ElementsAre(named)) << fault;
  }
}

TEST_F(TokenRun, does_not_blame_a_server_on_this_machine_for_names_that_the_machine_does_not_know) {
  start();
  fixtures::ServerOptions options;
  options.endpoint.eras = {Era::streamable};
  options.endpoint.realm = realm_;
  options.faults = {"test.metadata-server-unknown"};
  server_.emplace(fixtures::Server::start(std::move(options)).value());
  plan_.url = wire::parse_url(server_->mcp_url()).value();
  plan_.checks = {"auth.server.metadata-whole", "auth.server.pkce-s256"};
  for (const auto& check : run().checks) {
    EXPECT_EQ(check.verdict, reports::Verdict::untestable) << check.id << ": " << check.got;
    EXPECT_THAT(check.message, HasSubstr("weir.invalid is not known here")) << check.id;
  }
}

}  // namespace
}  // namespace weir::conformance
