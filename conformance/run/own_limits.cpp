#include "conformance/run/own_limits.hpp"

#include <cerrno>

#include "conformance/probe/memory.hpp"
#include "wire/base/shortage.hpp"

namespace weir::conformance {

using reports::Verdict;

OwnLimits::OwnLimits(const Target& target)
    : run_(target.client.run), refusals_(memory_refusals()), shortages_(memory_shortages()) {}

Finding OwnLimits::correct(Finding finding, const CheckInfo& info) const {
  if (finding.verdict == Verdict::not_applicable) { return finding; }
  auto shortage = shortage_since(run_, began_);
  if (!shortage && memory_shortages() > shortages_) { shortage = wire::shortage_of(ENOMEM); }
  // What passed has been seen all the same.
  if (shortage && finding.verdict != Verdict::pass) { return {Verdict::error, shortage->detail, {}, {}, {}, {}}; }
  if (memory_refusals() > refusals_) { return untestable(memory_used_up_text()); }
  const bool waited = !info.passive && info.turn != Turn::last;
  return waited && run_.over() ? untestable("the run ended before the answer came") : finding;
}

std::optional<wire::Error> shortage_since(const wire::RunBounds& run, wire::Clock::time_point moment) {
  return run.shortages ? run.shortages->since(moment) : std::nullopt;
}

wire::RunBounds bounds_of(wire::Deadline until, const std::atomic<bool>* interrupted) {
  return {.until = until,
          .stop = interrupted,
          .has_room = memory_has_room,
          .account = [] { return std::make_shared<MemoryBound>(); },
          .shortages = std::make_shared<wire::Shortages>()};
}

}  // namespace weir::conformance
