#include "conformance/probe/judging.hpp"

namespace weir::conformance {

namespace {

/// Beyond the moment at which all asking has ended; reports are written after it.
constexpr std::chrono::milliseconds kToJudge{250};
/// Whoever interrupts a run waits for its reports.
constexpr std::chrono::milliseconds kToJudgeInterrupted{1500};

}  // namespace

JudgingCutShort::JudgingCutShort()
    : std::runtime_error("the run was over before all that the target sent could be judged") {}

bool JudgingEnd::passed(const wire::RunBounds& run) {
  const auto now = wire::Clock::now();
  if (now - kToJudge > run.until.at) { return true; }
  if (run.stop == nullptr || !run.stop->load()) { return false; }
  auto since = interrupted_.load();
  const auto moment = now.time_since_epoch().count();
  if (since == 0 && interrupted_.compare_exchange_strong(since, moment)) { since = moment; }
  return now.time_since_epoch() - wire::Clock::duration(since) > kToJudgeInterrupted;
}

void JudgingEnd::keep(const wire::RunBounds& run) {
  if (passed(run)) { throw JudgingCutShort(); }
}

}  // namespace weir::conformance
