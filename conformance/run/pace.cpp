#include "conformance/run/pace.hpp"

#include <algorithm>
#include <cmath>

namespace weir::conformance {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr microseconds kNear = milliseconds(5);  ///< A round trip within a region.
constexpr std::chrono::seconds kLongestBudget{300};
/// A run of two eras takes as long as 300 answers one after the other; half as many again are for a bad day.
constexpr int kAnswersOfARun = 450;

/// Of one answer on a connection of its own.
struct Took {
  microseconds all, round_trip, network;
};

Took took(const wire::Timings& at) {
  const auto begin = std::max<std::int64_t>(at.resolved_us, 0);
  const auto connected = std::max(at.connected_us, begin);
  const auto ready = std::max(at.tls_us, connected);
  const microseconds round_trip(connected - begin);
  return {microseconds(at.head_us - begin), round_trip, microseconds(ready - begin) + round_trip};
}

std::optional<Took> quickest(const wire::mcp::Detection& first_answers) {
  std::optional<Took> least;
  for (const auto& attempt : first_answers.attempts) {
    if (!attempt.speaks || !attempt.exchange || attempt.exchange->timings.head_us < 0) { continue; }
    const Took one = took(attempt.exchange->timings);
    if (!least || one.all < least->all) { least = one; }
  }
  return least;
}

unsigned threads_for(const Took& one) {
  if (one.round_trip < kNear) { return kThreads; }
  const auto at_target = std::max(one.all - one.network, one.all / static_cast<int>(kMostThreads / kThreads));
  return static_cast<unsigned>(kThreads * one.all / at_target);
}

}  // namespace

Pace pace_of(const RunPlan& plan, const wire::mcp::Detection& first_answers) {
  const auto one = quickest(first_answers);
  Pace pace;
  if (one) {
    pace.concurrency = threads_for(*one);
    pace.budget = std::clamp<milliseconds>(std::chrono::duration_cast<milliseconds>(one->all * kAnswersOfARun),
                                           kDefaultBudget, kLongestBudget);
  }
  return {plan.concurrency.value_or(pace.concurrency), plan.budget.value_or(pace.budget)};
}

}  // namespace weir::conformance
