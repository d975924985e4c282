// One check against a surveyed target, from the question whether it applies to its result.
#pragma once

#include <atomic>
#include <set>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// What a run needs to know of a check besides its result.
struct Aside {
  bool hung = false;        ///< It waited for an answer that did not come.
  bool shut_out = false;    ///< No conversation could be opened for it.
  std::uint64_t asker = 0;  ///< Its probe, as the ledger knows it; 0: nothing was asked.
  wire::Clock::time_point ended;
};

/// What passive checks judge besides what others asked: once in a run, before they judge.
void exercise_once(const Target& target, Era era, wire::Deadline deadline, const std::atomic<bool>* stop);
/// The same of each of these, side by side or one after the other.
void exercise_eras(const Target& target, const std::set<Era>& eras, bool side_by_side, wire::Deadline deadline,
                   const std::atomic<bool>* stop);

/// One check in one era (none: the target as a whole), judged as run_checks does. Neither redacts.
reports::CheckResult run_check(const Target& target, const CheckInfo& info, Era era, wire::Deadline deadline,
                               const std::atomic<bool>* stop = nullptr, Aside* aside = nullptr,
                               Worker* worker = nullptr);

/// A result that has no verdict yet, and how it takes a finding: what fails below MUST is a warning.
reports::CheckResult describe(const CheckInfo& info, const Survey* survey);
void take(reports::CheckResult& result, Finding finding, reports::Level level);

}  // namespace weir::conformance
