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
                                       &results.problems[0],
                                       &results.eras[0].revision,
                                       &results.eras[0].server_name,
                                       &results.eras[0].server_version,
                                       &results.eras[0].capabilities[0],
                                       &results.preflight->message,
                                       &results.preflight->fix,
                                       &results.preflight->evidence[0],
                                       &results.preflight->curl,
                                       &results.tools_lock->changes[0].tool,
                                       &results.tools_lock->changes[0].pointer,
                                       &results.tools_lock->changes[0].message};
  for (std::string* member : {&results.checks[2].message, &results.checks[2].expected, &results.checks[2].hop,
                              &results.checks[2].fix, &results.checks[2].got, &results.checks[2].evidence[0],
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

}  // namespace
}  // namespace weir::reports
