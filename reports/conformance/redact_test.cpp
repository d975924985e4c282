#include "reports/conformance/redact.hpp"

#include <gtest/gtest.h>

#include "reports/testdata/sample.hpp"

namespace weir::reports {
namespace {

TEST(Redact, reaches_every_member_that_the_endpoint_can_fill) {
  Results results = sample_results();
  results.preflight = *sample_preflight().preflight;
  const std::string secret = "s3cret-token";
  std::vector<std::string*> members = {&results.target_name,
                                       &results.target_url,
                                       &results.exit_reason,
                                       &results.problems.front(),
                                       &results.eras[0].revision,
                                       &results.eras[0].server_name,
                                       &results.eras[0].server_version,
                                       &results.eras[0].capabilities.front(),
                                       &results.preflight->message,
                                       &results.preflight->fix,
                                       &results.preflight->evidence.front(),
                                       &results.preflight->curl,
                                       &results.tools_lock->changes[0].tool,
                                       &results.tools_lock->changes[0].pointer,
                                       &results.tools_lock->changes[0].message};
  for (std::string* member : {&results.checks[2].message, &results.checks[2].expected, &results.checks[2].hop,
                              &results.checks[2].fix, &results.checks[2].got, &results.checks[2].evidence.front(),
                              &results.checks[2].curl, &results.checks[1].excused->reason}) {
    members.push_back(member);
  }
  for (std::string* member : members) { *member += " " + secret; }
  redact(results, wire::Redactor({secret}));
  for (const std::string* member : members) {
    EXPECT_EQ(member->find(secret), std::string::npos) << *member;
    EXPECT_NE(member->find("***"), std::string::npos) << *member;
  }
}

TEST(Redact, leaves_nothing_of_the_endpoint_as_long_as_it_likes) {
  Results results = sample_results();
  const std::string huge(300'000, 'L');
  results.eras[0].server_name = huge;
  results.eras[0].capabilities.assign(5'000, huge.substr(0, 1'000));
  results.problems.assign(5'000, "problem");
  results.checks[2].got = results.checks[2].message = huge;
  results.checks[2].evidence.assign(5'000, huge.substr(0, 5'000));
  results.checks[2].curl = "curl '" + huge + "'";
  results.tools_lock->changes.assign(20'000, {.severity = "breaking", .tool = huge.substr(0, 1'000)});
  redact(results, wire::Redactor({"s3cret-token"}));
  EXPECT_EQ(results.checks[2].got.substr(1'990), "LLLLLLLLLL... (300,000 bytes in all)");
  EXPECT_LT(results.eras[0].server_name.size(), 250U);
  EXPECT_EQ(results.eras[0].capabilities.size(), 51U);
  EXPECT_EQ(results.problems.back(), "... (4900 more)");
  EXPECT_EQ(results.checks[2].evidence.size(), 101U);
  // Half a command would do something else.
  EXPECT_EQ(results.checks[2].curl, "# the command is left out: it has 300007 bytes");
  EXPECT_EQ(results.tools_lock->changes.size(), 1'000U);
  EXPECT_EQ(results.tools_lock->changes.back().message, "19001 more changes are not listed");
}

TEST(Redact, leaves_the_commands_their_quotes) {
  Results results = sample_results();
  results.checks[2].curl = "curl -d 'x authorization: y' 'http://h/'";
  redact(results, wire::Redactor());
  EXPECT_EQ(results.checks[2].curl, "curl -d 'x authorization: ***' 'http://h/'");
}

}  // namespace
}  // namespace weir::reports
