// Where health checks must hold back: what was guessed, and what is not ours to tell.
#include <gtest/gtest.h>

#include "conformance/checks/health/common.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::Verdict;

namespace {

constexpr std::chrono::seconds kWhole{10};
constexpr std::string_view kBearer = "fixture-bearer-health-77b1";

const KillFixtureRegistration kBearerAndHealth{
    {.name = "bearer-and-health", .prepare = [](auto& options, auto& profile) {
       options.endpoint.bearer = kBearer;
       profile.bearer = kBearer;
       profile.health = {{.path = "/health"}};
     }}};

struct HealthOf : ::testing::Test {
  reports::CheckResult judge(std::string_view check, std::vector<std::string> faults,
                             std::vector<wire::HealthRoute> routes = {}) {
    fixtures::ServerOptions options;
    options.faults = std::move(faults);
    const auto server = fixtures::Server::start(std::move(options)).value();
    Target target;
    target.url = wire::parse_url(server.mcp_url()).value();
    target.answer_timeout = std::chrono::milliseconds(1000);
    target.profile.health = std::move(routes);
    return run_check(target, *find_check(check), Era::none, wire::Deadline::in(kWhole));
  }
};

}  // namespace

TEST_F(HealthOf, a_single_page_application_is_no_health_route_unless_the_profile_names_it) {
  EXPECT_EQ(judge("health.route.not-html", {"health.spa-fallback"}).verdict, Verdict::not_applicable);
  EXPECT_EQ(judge("health.route.not-html", {"health.spa-fallback"}, {{.path = "/health"}}).verdict, Verdict::fail);
}

TEST_F(HealthOf, an_unhealthy_target_is_no_matter_of_the_load_balancer) {
  const auto result = judge("health.elb.answers", {"health.status-500"}, {{.path = "/health"}});
  EXPECT_EQ(result.verdict, Verdict::untestable) << result.message;
}

TEST_F(HealthOf, a_route_that_is_not_there_fails_if_the_profile_names_it) {
  EXPECT_EQ(judge("health.route.answers", {}, {{.path = "/healthy"}}).verdict, Verdict::fail);
  EXPECT_EQ(judge("health.route.answers", {"http.404"}).verdict, Verdict::not_applicable);
}

TEST(HealthRequest, carries_credentials_to_the_origin_of_the_target_only) {
  Target target;
  target.url = wire::parse_url("https://mcp.example.com/mcp").value();
  target.headers = {{"Authorization", "Bearer secret"}};
  const Probe probe(target, nullptr, wire::Deadline::in(kWhole));
  EXPECT_TRUE(
      health_request(probe, wire::parse_url("https://mcp.example.com/health").value()).headers.has("Authorization"));
  EXPECT_FALSE(
      health_request(probe, wire::parse_url("https://status.example.com/").value()).headers.has("Authorization"));
  EXPECT_FALSE(
      health_request(probe, wire::parse_url("http://mcp.example.com/health").value()).headers.has("Authorization"));
}

}  // namespace weir::conformance
