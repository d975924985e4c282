// Who waits for the head of a stream where others had none is not kept as long, and says nothing of its own.
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"

namespace weir::conformance {
namespace {

using reports::Verdict;

constexpr std::chrono::milliseconds kTimeout{2500};

RunnerOutcome judge(std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  target.answer_timeout = kTimeout;
  look_at(target, server, Era::streamable);
  return run_checks(target,
                    {.checks = {"reconnect.stream.lasts", "reconnect.stream.reopens", "streamable.get.no-responses",
                                "streamable.get.stays-open", "streamable.get.stream-or-405"},
                     .threads = 1});
}

TEST(WithheldHeads, are_waited_for_in_full_by_a_few_and_named_by_one) {
  constexpr int kBeforeOthersHurry = 2;
  int hurried = 0, in_full = 0;
  for (const auto& check : judge({"streamable.get-head-withheld"}).checks) {
    const bool names_it = check.id == "streamable.get.stream-or-405";
    const bool full = check.duration_ms >= kTimeout.count();
    EXPECT_EQ(check.verdict == Verdict::fail || check.verdict == Verdict::warn, names_it) << check.id << check.message;
    EXPECT_TRUE(!names_it || full) << check.duration_ms;
    ++(full ? in_full : hurried);
  }
  EXPECT_GE(hurried, 1);
  EXPECT_GE(in_full, kBeforeOthersHurry + 1);
}

TEST(WithheldHeads, are_none_where_streams_open) {
  for (const auto& check : judge({}).checks) { EXPECT_EQ(check.verdict, Verdict::pass) << check.id << check.message; }
}

}  // namespace
}  // namespace weir::conformance
