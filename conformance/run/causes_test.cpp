// Which finding is the cause of which: something stays red, and it is the cause.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/faults/common.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::Verdict;
using testing::HasSubstr;

namespace {

/// A session of which nothing is heard after six requests; the handshake makes one of these.
const fixtures::FaultRegistration kFault(fixtures::Fault{
    .name = "test.session-silent-after-six",
    .summary = "After six requests of a session nothing is answered in it.",
    .on_request = [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      constexpr int kServed = 6;
      const auto session = request.headers.find("Mcp-Session-Id");
      if (!session || request.method != "POST") { return false; }
      json::value& count = scratch["test." + std::string(*session)];
      count = count.is_int64() ? count.as_int64() + 1 : 1;
      reply.no_answer = count.as_int64() > kServed;
      return reply.no_answer;
    }});

RunnerOutcome judge(Era era, std::vector<std::string> faults, std::vector<std::string> checks) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  target.url = wire::parse_url(era == Era::http_sse ? server.sse_url() : server.mcp_url()).value();
  target.answer_timeout = std::chrono::milliseconds(1000);
  target.detection = wire::mcp::detect({.url = target.url, .timeout = target.answer_timeout, .only = era});
  target.profile.safe_tools = {{.name = "slow_count", .arguments = {{"to", 5}, {"pause_ms", 120}}}};
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  std::sort(checks.begin(), checks.end());
  return run_checks(target, {.checks = std::move(checks)});
}

std::vector<std::string> with(const RunnerOutcome& outcome, Verdict verdict) {
  std::vector<std::string> ids;
  for (const auto& check : outcome.checks) {
    if (check.verdict == verdict) { ids.push_back(check.id); }
  }
  return ids;
}

std::vector<std::string> red(const RunnerOutcome& outcome) {
  auto ids = with(outcome, Verdict::fail);
  for (auto& id : with(outcome, Verdict::warn)) { ids.push_back(std::move(id)); }
  return ids;
}

std::vector<std::string> whole(std::string_view area) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) {
    if (info.id.starts_with(area)) { ids.push_back(info.id); }
  }
  return ids;
}

}  // namespace

TEST(Causes, streams_that_share_an_endpoint_are_one_verdict) {
  auto asked = whole("http-sse.");
  for (const std::string area : {"jsonrpc.", "tools.list.", "lifecycle."}) {
    for (auto& id : whole(area)) { asked.push_back(std::move(id)); }
  }
  const auto outcome = judge(Era::http_sse, {"http-sse.endpoint-shared"}, asked);
  EXPECT_THAT(with(outcome, Verdict::fail), testing::ElementsAre("http-sse.endpoint.distinct"));
  EXPECT_GT(with(outcome, Verdict::untestable).size(), 3U) << "whose answers went to another stream did not judge";
}

TEST(Causes, characters_that_are_lost_in_an_id_are_one_verdict) {
  const std::string segments = "http.request.segments", utf8 = "http.body.utf8";
  for (const auto& [fault, id] : {std::pair{"http.segments-decoded-apart", segments}, {"http.body-latin-1", utf8}}) {
    const auto outcome = judge(Era::streamable, {fault}, {id, segments, "jsonrpc.answer.asked-for"});
    EXPECT_THAT(red(outcome), testing::ElementsAre(id)) << fault;
  }
}

TEST(Causes, an_id_of_another_type_is_one_verdict) {
  const std::string echoed = "jsonrpc.id.echoed";
  for (const Era era : {Era::http_sse, Era::streamable, Era::stateless}) {
    const auto outcome = judge(era, {"jsonrpc.id-stringified"}, {echoed, "jsonrpc.answer.asked-for"});
    EXPECT_THAT(red(outcome), testing::ElementsAre(echoed));
  }
}

TEST(Causes, that_explain_each_other_leave_one_of_them_red) {
  const std::vector<std::string> both = {"session.conversation.kept", "tools.call.leaves-room"};
  for (const auto& [fault, id] :
       {std::pair{"test.session-silent-after-six", both[0]}, std::pair{"tools.slow-call-blocks", both[1]}}) {
    const auto alone = judge(Era::streamable, {fault}, {id});
    EXPECT_EQ(red(alone).size(), 1U) << fault << " shows nothing";
  }
  const auto outcome = judge(Era::streamable, {"test.session-silent-after-six", "tools.slow-call-blocks"}, both);
  EXPECT_EQ(red(outcome).size(), 1U);
  EXPECT_EQ(with(outcome, Verdict::untestable).size(), 1U);
}

}  // namespace weir::conformance
