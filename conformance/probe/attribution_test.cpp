#include "conformance/probe/attribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::conformance {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

CauseContext context() { return {.url = wire::parse_url("https://mcp.example.com/mcp").value()}; }

wire::Exchange answer(int status, wire::Headers headers = {}, std::string body = {}) {
  wire::Exchange exchange;
  exchange.request.url = context().url;
  exchange.head.status = status;
  exchange.head.headers = std::move(headers);
  exchange.body = std::move(body);
  exchange.end = wire::EndClass::clean;
  return exchange;
}

wire::Exchange stream_cut_after(double seconds, double silent_for) {
  wire::Exchange exchange = answer(200, {{"Content-Type", "text/event-stream"}});
  exchange.end = wire::EndClass::fin_without_terminator;
  exchange.timings.head_us = 1000;
  exchange.timings.end_us = static_cast<std::int64_t>(seconds * 1e6);
  exchange.arrivals = {{10, static_cast<std::int64_t>((seconds - silent_for) * 1e6)}};
  return exchange;
}

std::string hop_of(wire::Exchange exchange) {
  const auto blame = blame_of({.answer = std::move(exchange), .error = {}}, context());
  return blame ? blame->hop : "none";
}

Finding completed(Finding finding, const LastHeard& heard = {}) {
  attribute(finding, "Echo the id.", heard, context());
  return finding;
}

}  // namespace

TEST(Attribution, names_the_hop_that_answered_in_the_servers_place) {
  const auto blame = blame_of({.answer = answer(503, {{"Server", "awselb/2.0"}}), .error = {}}, context());
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->hop, "ALB");
  EXPECT_THAT(blame->fix, HasSubstr("no target in service. Look at the health of the target group"));
  EXPECT_EQ(hop_of(answer(403, {}, R"({"message":"Missing Authentication Token"})")), "API Gateway");
  EXPECT_EQ(hop_of(answer(404, {}, R"({"error":"session not found"})")), "none");
}

TEST(Attribution, leaves_an_answer_of_a_gateway_to_the_gateway) {
  EXPECT_EQ(hop_of(answer(502)), "gateway");
  EXPECT_EQ(hop_of(answer(504)), "gateway");
  EXPECT_EQ(hop_of(answer(503)), "none") << "a server says that as well";
  EXPECT_EQ(hop_of(answer(500)), "none");
}

TEST(Attribution, names_the_hop_by_the_time_that_it_took) {
  auto late = answer(504);
  late.timings.head_us = 29'100'000;
  EXPECT_THAT(hop_of(late), HasSubstr("API Gateway REST integration timeout"));
  EXPECT_THAT(hop_of(stream_cut_after(75.2, 60.1)), HasSubstr("ALB idle_timeout, nginx proxy_read_timeout"));
  EXPECT_THAT(hop_of(stream_cut_after(120.3, 4)), HasSubstr("App Runner request timeout"));
  EXPECT_THAT(hop_of(stream_cut_after(402, 350.2)), HasSubstr("NAT gateway"));
  EXPECT_EQ(hop_of(stream_cut_after(44, 41)), "none");
  auto whole = stream_cut_after(60, 60);
  whole.end = wire::EndClass::clean;
  EXPECT_EQ(hop_of(whole), "none");
}

TEST(Attribution, sends_an_error_of_the_way_there_to_the_network) {
  const auto blame = blame_of(
      {.answer = {}, .error = wire::Error{.code = wire::ErrorCode::connect_refused, .detail = "refused"}}, context());
  ASSERT_TRUE(blame);
  EXPECT_EQ(blame->hop, "network");
  EXPECT_THAT(blame->fix, HasSubstr("Check the port"));
}

TEST(Attribution, keeps_what_the_check_knew) {
  const auto finding = completed(fail("a", "b").at("nginx", "Raise it."),
                                 {.answer = answer(503, {{"Server", "awselb/2.0"}}), .error = {}});
  EXPECT_EQ(finding.hop, "nginx");
  EXPECT_EQ(finding.fix, "Raise it.");
}

TEST(Attribution, leaves_the_rest_to_the_server) {
  const auto finding = completed(fail("a", "b"), {.answer = answer(200), .error = {}});
  EXPECT_EQ(finding.hop, "server");
  EXPECT_EQ(finding.fix, "Echo the id.");
  Finding mild = fail("a", "b");
  mild.verdict = reports::Verdict::warn;
  EXPECT_EQ(completed(std::move(mild)).fix, "Echo the id.");
  EXPECT_TRUE(completed(pass("fine")).hop.empty());
}

}  // namespace weir::conformance
