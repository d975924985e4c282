// The checks of paid routes against the paywall of the fixture, and what they hold back without a stub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/checks/x402/common.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/run/conduct.hpp"
#include "conformance/run/judged_test.hpp"
#include "fixtures/faults/fault.hpp"
#include "fixtures/x402/paywall.hpp"

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

TEST(PaidRoutes, that_anything_opens_are_named_once) {
  for (const auto* check : {"x402.payment.underpaid-refused", "x402.payment.unsigned-refused", "x402.replay.refused",
                            "x402.paid.receipt"}) {
    const auto result = judge(check, {"x402.anything-taken"});
    EXPECT_EQ(result.verdict, Verdict::untestable) << check;
    EXPECT_THAT(result.message, ::testing::HasSubstr("see x402.payment.malformed-refused")) << check;
  }
  EXPECT_THAT(judge("x402.payment.malformed-refused", {"x402.anything-taken"}).got,
              ::testing::HasSubstr("a made-up payment opens it: HTTP 200"));
}

/// Nothing of a payment is looked at but its form.
fixtures::Fault unverified() {
  fixtures::x402::PaywallOptions options{
      .pages = fixtures::x402::fixture_pages(),
      .flaws = {fixtures::x402::Flaw::signature_ignored, fixtures::x402::Flaw::amount_ignored,
                fixtures::x402::Flaw::replay_accepted}};
  return {.name = "test.unverified",
          .summary = "Whatever has the form of a payment is taken.",
          .on_request = [paywall = fixtures::x402::Paywall(std::move(options))](
                            fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
            json::object nonces;
            auto answer = paywall.handle(request, nonces);
            if (answer) { reply = std::move(*answer); }
            return answer.has_value();
          }};
}

const fixtures::FaultRegistration kUnverified{unverified()};

TEST(PaidRoutes, that_a_payment_opens_which_nobody_signed_are_named_once) {
  for (const auto* check : {"x402.payment.underpaid-refused", "x402.replay.refused"}) {
    const auto result = judge(check, {"test.unverified"});
    EXPECT_EQ(result.verdict, Verdict::untestable) << check;
    EXPECT_THAT(result.message, ::testing::HasSubstr("see x402.payment.unsigned-refused")) << check;
  }
  EXPECT_EQ(judge("x402.payment.unsigned-refused", {"test.unverified"}).verdict, Verdict::fail);
}

TEST(PaidRoutes, of_an_application_that_answers_any_path_with_its_page_are_not_free) {
  const auto result = judge("x402.unpaid.variants", {"health.spa-fallback"});
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
}

TEST(PaidRoutes, of_version_2_without_its_field_are_told_of_once) {
  const auto missing = judge("x402.offer.answered", {"x402.terms-in-body"});
  EXPECT_THAT(missing.got, ::testing::HasSubstr("PAYMENT-REQUIRED is missing"));
  const auto raw = judge("x402.offer.answered", {"x402.terms-raw"});
  EXPECT_THAT(raw.fix, ::testing::HasSubstr("the Base64 of the JSON"));
  for (const auto* check : {"x402.offer.amount", "x402.offer.schema", "x402.offer.resource-url", "x402.refused.told"}) {
    EXPECT_EQ(judge(check, {"x402.terms-in-body"}).verdict, Verdict::untestable) << check;
  }
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

/// Payment in front of MCP. Whatever the header holds opens it, or nothing does.
fixtures::Fault paid_endpoint(std::string name, bool opens, std::string terms) {
  return {.name = std::move(name),
          .summary = "The endpoint itself has to be paid for.",
          .on_request = [opens, terms = std::move(terms)](fixtures::Scratch&, const fixtures::HttpRequest& request,
                                                          fixtures::HttpReply& reply) {
            if (request.path == "/mcp" && !(opens && request.headers.has("X-PAYMENT"))) {
              reply.status = 402;
              reply.set_body(terms, "application/json");
            }
            return reply.status == 402;
          }};
}

constexpr const char* kTerms =
    R"({"x402Version":1,"error":"X-PAYMENT header is required","accepts":[{"scheme":"exact","network":"base-sepolia",)"
    R"("maxAmountRequired":"10000","resource":"http://127.0.0.1/mcp","description":"","mimeType":"application/json",)"
    R"("payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,)"
    R"("asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e"}]})";

const fixtures::FaultRegistration kFaults{std::vector<fixtures::Fault>{
    paid_endpoint("test.paid-endpoint-opens", true, kTerms),
    paid_endpoint("test.paid-endpoint-shut", false, kTerms),
    paid_endpoint("test.paid-endpoint-bare", false, R"({"error":"Payment Required"})"),
}};

reports::Results conducted(const std::string& fault, const wire::Profile& profile = {}) {
  const auto server = fixtures::Server::start({.faults = {fault}}).value();
  RunPlan plan;
  plan.profile = profile;
  plan.profile.url = server.mcp_url();
  plan.url = wire::parse_url(server.mcp_url()).value();
  plan.checks = whole("x402.");
  plan.answer_timeout = std::chrono::milliseconds(1000);
  plan.concurrency = 2;
  plan.started_at = "2026-11-21T12:00:00Z";
  return conduct(plan).value();
}

std::vector<std::string> failed(const reports::Results& results) {
  std::vector<std::string> ids;
  for (const auto& check : results.checks) {
    if (check.verdict == Verdict::fail) { ids.push_back(check.id); }
  }
  return ids;
}

TEST(PaidEndpoints, are_judged_by_what_can_be_seen_unpaid) {
  const auto opens = conducted("test.paid-endpoint-opens");
  EXPECT_THAT(failed(opens), ::testing::ElementsAre("x402.payment.malformed-refused"));
  EXPECT_EQ(opens.exit_code, reports::ExitCode::target_fails);
  EXPECT_FALSE(opens.preflight);
  EXPECT_THAT(opens.problems, ::testing::ElementsAre(::testing::HasSubstr("payment-required: ")));
  const auto bare = conducted("test.paid-endpoint-bare");
  EXPECT_THAT(failed(bare), ::testing::ElementsAre("x402.offer.schema"));
}

TEST(PaidEndpoints, are_out_of_reach_where_nothing_is_wrong) {
  const auto shut = conducted("test.paid-endpoint-shut");
  EXPECT_THAT(failed(shut), ::testing::IsEmpty());
  EXPECT_EQ(shut.exit_code, reports::ExitCode::unreachable);
  ASSERT_TRUE(shut.preflight);
  EXPECT_EQ(shut.preflight->cause, "payment-required");
  EXPECT_THAT(shut.checks, ::testing::Contains(::testing::Field(&reports::CheckResult::verdict, Verdict::pass)));
}

// Of whom credentials are known it may be another bill that is not paid.
TEST(PaidEndpoints, need_name_no_terms_to_whom_they_know) {
  wire::Profile profile;
  profile.bearer = "weir-token";
  const auto known = conducted("test.paid-endpoint-bare", profile);
  EXPECT_THAT(failed(known), ::testing::IsEmpty());
  EXPECT_EQ(known.exit_code, reports::ExitCode::unreachable);
  ASSERT_TRUE(known.preflight);
  EXPECT_EQ(known.preflight->cause, "payment-required");
}

}  // namespace
}  // namespace weir::conformance
