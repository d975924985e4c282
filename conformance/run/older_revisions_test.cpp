// A server of several revisions: what is asked in the older ones, and how often a finding is told.
#include "conformance/run/older_revisions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "conformance/run/conduct.hpp"
#include "fixtures/faults/common.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::CheckResult;
using reports::ExitCode;
using reports::Results;
using reports::Verdict;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

namespace {

/// A tool list that only clients of 2025-06-18 cannot read.
const fixtures::FaultRegistration kSilentFault(fixtures::Fault{
    .name = "test.older-tools-shapeless",
    .summary = "The tools of a session of 2025-06-18 have no inputSchema.",
    .on_message = [](fixtures::Scratch&, const fixtures::Call& call, json::value& message) {
      auto* result = fixtures::result_of(message);
      if (call.method != "tools/list" || call.revision != wire::mcp::k2025_06_18 || !result) { return; }
      for (auto& tool : result->at("tools").as_array()) { tool.as_object().erase("inputSchema"); }
    }});

fixtures::Server serve(std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  options.endpoint.eras = {Era::streamable};
  return fixtures::Server::start(std::move(options)).value();
}

Results judge(const fixtures::Server& server, std::vector<std::string> checks, Older older) {
  RunPlan plan;
  plan.profile.url = server.mcp_url();
  plan.url = wire::parse_url(server.mcp_url()).value();
  std::sort(checks.begin(), checks.end());
  plan.checks = std::move(checks);
  plan.older = older;
  plan.started_at = "2026-11-21T12:00:00Z";
  auto results = conduct(plan);
  EXPECT_TRUE(results) << results.error().detail;
  return results ? std::move(*results) : Results{};
}

CheckResult result(std::string revision, Verdict verdict, std::string id = "a.b.c") {
  CheckResult made;
  made.id = std::move(id);
  made.era = "streamable";
  made.revision = std::move(revision);
  made.verdict = verdict;
  return made;
}

std::vector<std::string> ids_in(const std::vector<OlderQuestions>& all, std::string_view revision) {
  for (const auto& [of, checks] : all) {
    if (of == revision) { return checks; }
  }
  return {};
}

std::vector<std::string> every_id() {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  return ids;
}

Survey newest_of_streamable() {
  Survey survey;
  survey.era = Era::streamable;
  survey.revision = wire::mcp::k2025_11_25;
  return survey;
}

/// Checks that do not hold in every revision of the era, and yet are asked in the newest alone, each with the reason.
const std::map<std::string, std::string>& asked_in_the_newest() {
  static const std::string kMetadata = "the metadata is fetched by whoever has no conversation, and so no revision";
  static const std::map<std::string, std::string> kReviewed = {
      {"auth.challenge.metadata-reachable", kMetadata},
      {"auth.challenge.well-formed", "who is challenged has no conversation yet, and so no revision"},
      {"auth.metadata.authorization-servers", kMetadata},
      {"auth.metadata.path-inserted", kMetadata},
      {"auth.metadata.resource-exact", kMetadata},
      {"auth.metadata.resource-matches", kMetadata},
      {"auth.metadata.served", kMetadata},
      {"auth.metadata.shape", kMetadata},
      {"auth.server.issuer-identical", kMetadata},
      {"auth.server.endpoints-served", kMetadata},
      {"auth.server.login-served", kMetadata},
      {"auth.server.metadata-whole", kMetadata},
      {"auth.server.scopes-known", kMetadata},
      {"cors.metadata.allow-origin", kMetadata},
      {"lifecycle.version.served-agreed", "it asks for the older ones itself"},
      {"session.id.unique", "one generator makes the ids, whatever revision they are for"},
      {"streamable.origin.refused", "streamable.origin.forbidden sends the same, and is red for the same server"},
      {"tools.call.error-structured", "one handler makes the errors, whatever revision asks for them"}};
  return kReviewed;
}

}  // namespace

TEST(OlderRevisions, a_fault_that_shows_in_one_alone_is_told_of_that_one) {
  const auto server = serve({"test.older-tools-shapeless"});
  const auto results = judge(server, {"tools.list.shape"}, Older::differing);
  ASSERT_EQ(results.checks.size(), 2U);
  EXPECT_EQ(results.checks[0].verdict, Verdict::fail);
  EXPECT_EQ(judged_by(results.checks[0]), "streamable 2025-06-18");
  EXPECT_EQ(results.checks[1].verdict, Verdict::pass);
  EXPECT_EQ(judged_by(results.checks[1]), "streamable 2025-11-25, 2025-03-26");
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
  EXPECT_THAT(results.eras.at(0).older_revisions, ElementsAre("2025-06-18", "2025-03-26"));
}

TEST(OlderRevisions, a_fault_of_all_is_told_once) {
  const auto server = serve({"tools.input-schema-missing"});
  const auto results = judge(server, {"tools.list.shape"}, Older::differing);
  ASSERT_EQ(results.checks.size(), 1U);
  EXPECT_EQ(results.checks[0].verdict, Verdict::fail);
  EXPECT_THAT(results.checks[0].revisions, ElementsAre("2025-11-25", "2025-06-18", "2025-03-26"));
  EXPECT_EQ(results.summary.fail, 1);
}

TEST(OlderRevisions, what_differs_in_none_is_asked_in_the_newest_alone_unless_all_are_asked_for) {
  const auto server = serve({});
  const auto differing = judge(server, {"jsonrpc.id.echoed"}, Older::differing);
  ASSERT_EQ(differing.checks.size(), 1U);
  EXPECT_EQ(judged_by(differing.checks[0]), "streamable 2025-11-25");
  EXPECT_THAT(differing.eras.at(0).older_revisions, IsEmpty());
  const auto all = judge(server, {"jsonrpc.id.echoed"}, Older::everything);
  ASSERT_EQ(all.checks.size(), 1U);
  EXPECT_EQ(judged_by(all.checks[0]), "streamable 2025-11-25, 2025-06-18, 2025-03-26");
}

TEST(OlderRevisions, that_the_server_does_not_agree_to_are_not_asked) {
  const auto server = serve({"lifecycle.agrees-to-2024-11-05"});
  const auto results = judge(server, {"tools.list.shape"}, Older::everything);
  ASSERT_EQ(results.checks.size(), 1U);
  EXPECT_EQ(judged_by(results.checks[0]), "streamable 2024-11-05");
  EXPECT_THAT(results.eras.at(0).older_revisions, IsEmpty());
}

TEST(OlderRevisions, are_not_asked_where_requests_are_lost_and_are_where_they_are_not) {
  const std::vector<std::string> checks = {"session.conversation.kept", "tools.list.shape"};
  const auto lost = judge(serve({"session.lost-after-four"}), checks, Older::everything);
  EXPECT_EQ(lost.exit_code, ExitCode::target_fails);
  EXPECT_THAT(lost.eras.at(0).older_revisions, IsEmpty()) << "the same loss would be told of each";
  const auto kept = judge(serve({}), checks, Older::everything);
  EXPECT_EQ(kept.exit_code, ExitCode::good);
  EXPECT_THAT(kept.eras.at(0).older_revisions, ElementsAre("2025-06-18", "2025-03-26"));
}

TEST(OlderRevisions, are_asked_what_holds_in_them_and_differs) {
  const auto asked = questions_of_older(every_id(), newest_of_streamable(), Older::differing);
  EXPECT_THAT(asked, ElementsAre(Field(&OlderQuestions::revision, "2025-06-18"),
                                 Field(&OlderQuestions::revision, "2025-03-26")));
  EXPECT_THAT(ids_in(asked, "2025-06-18"), ::testing::Contains("header.protocol-version.invalid"));
  EXPECT_THAT(ids_in(asked, "2025-03-26"), ::testing::Not(::testing::Contains("header.protocol-version.invalid")));
  EXPECT_THAT(ids_in(asked, "2025-03-26"), ::testing::Contains("tools.list.shape"));
  EXPECT_THAT(questions_of_older(every_id(), newest_of_streamable(), Older::nothing), IsEmpty());
}

TEST(OlderRevisions, are_asked_whatever_does_not_hold_in_all) {
  for (const auto& info : catalogue()) {
    const auto held = revisions_of(info, Era::streamable);
    const bool in_all = held.size() == wire::mcp::revisions_of(Era::streamable).size();
    if (in_all || held.empty() || held.front() == wire::mcp::k2025_11_25) { continue; }
    EXPECT_NE(info.by_revision, asked_in_the_newest().contains(info.id))
        << info.id << " holds since '" << info.since << "' until '" << info.until << "'";
  }
}

TEST(OlderRevisions, hear_no_wrong_credentials_and_no_deploy) {
  for (const auto& [revision, checks] : questions_of_older(every_id(), newest_of_streamable(), Older::everything)) {
    EXPECT_THAT(checks, ::testing::Contains("streamable.origin.refused")) << revision;
    for (const auto& id : checks) {
      EXPECT_EQ(find_check(id)->wrong_credentials, 0) << id;
      EXPECT_FALSE(id.starts_with("deploy.")) << id;
    }
  }
}

TEST(OlderRevisions, join_newer_ones_where_the_verdict_is_the_same) {
  std::vector<CheckResult> all = {result("2025-11-25", Verdict::fail)};
  join(all, {result("2025-06-18", Verdict::fail)});
  join(all, {result("2025-03-26", Verdict::pass)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0].revisions, ElementsAre("2025-11-25", "2025-06-18"));
  EXPECT_EQ(all[1].revision, "2025-03-26");
}

TEST(OlderRevisions, that_could_not_be_judged_are_news_only_where_no_newer_one_was) {
  std::vector<CheckResult> all = {result("2025-11-25", Verdict::pass),
                                  result("2025-11-25", Verdict::untestable, "d.e.f")};
  join(all, {result("2025-06-18", Verdict::untestable), result("2025-06-18", Verdict::not_applicable, "d.e.f")});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[0].revisions, IsEmpty());
  EXPECT_EQ(all[2].id, "d.e.f");
}

TEST(OlderRevisions, of_another_endpoint_are_another_result) {
  std::vector<CheckResult> all = {result("2025-11-25", Verdict::pass)};
  auto other = result("2025-06-18", Verdict::pass);
  other.endpoint = "admin";
  join(all, {other});
  EXPECT_EQ(all.size(), 2U);
}

}  // namespace weir::conformance
