// The checks of paid routes against the paywall of the fixture, and what they hold back without a stub.
#include <gtest/gtest.h>

#include "conformance/checks/x402/common.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/run/runner.hpp"

namespace weir::conformance {
namespace {

using reports::Verdict;

constexpr std::chrono::seconds kWhole{10};

wire::FrontDoorRoute row(std::string path) {
  wire::FrontDoorRoute route{.path = std::move(path)};
  route.expect.statuses = {402};
  return route;
}

/// A page of each version. What is wrong with them is named before what is right.
void prepare(fixtures::ServerOptions& options, wire::Profile& profile) {
  options.faults.emplace_back("x402.shop");
  profile.front_door = {row("/paid"), row("/paid-v2")};
}

const KillFixtureRegistration kPages{{.name = "x402", .prepare = prepare}};

reports::CheckResult judge(std::string_view check, std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  Target target;
  options.faults = std::move(faults);
  prepare(options, target.profile);
  const auto server = fixtures::Server::start(std::move(options)).value();
  target.url = wire::parse_url(server.mcp_url()).value();
  target.answer_timeout = std::chrono::milliseconds(1000);
  return run_check(target, *find_check(check), Era::none, wire::Deadline::in(kWhole));
}

TEST(PaidRoutes, without_a_stub_show_nothing_of_single_things) {
  EXPECT_EQ(judge("x402.payment.underpaid-refused", {"x402.no-stub"}).verdict, Verdict::untestable);
  EXPECT_EQ(judge("x402.replay.refused", {"x402.no-stub"}).verdict, Verdict::untestable);
  EXPECT_EQ(judge("x402.paid.receipt", {"x402.no-stub"}).verdict, Verdict::untestable);
  EXPECT_EQ(judge("x402.payment.unsigned-refused", {"x402.no-stub"}).verdict, Verdict::pass);
}

TEST(PaidRoutes, of_an_application_that_answers_any_path_with_its_page_are_not_free) {
  const auto result = judge("x402.unpaid.variants", {"health.spa-fallback"});
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
}

TEST(PaidRoutes, name_the_fix_with_the_verdict) {
  const auto result = judge("x402.unpaid.variants", {"x402.slash-free"});
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_NE(result.message.find("/paid/"), std::string::npos) << result.message;
}

TEST(PaidRoutes, are_asked_about_only_where_the_profile_names_them) {
  Target target;
  target.url = wire::parse_url("http://127.0.0.1:9").value();
  const auto result = run_check(target, *find_check("x402.offer.answered"), Era::none, wire::Deadline::in(kWhole));
  EXPECT_EQ(result.verdict, Verdict::not_applicable) << result.message;
}

}  // namespace
}  // namespace weir::conformance
