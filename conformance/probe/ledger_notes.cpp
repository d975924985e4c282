// What checks and the run leave in the ledger for others.
#include "conformance/probe/ledger.hpp"

namespace weir::conformance {

void Ledger::note_stopper(const std::string& tool) {
  const std::lock_guard lock(mutex_);
  stoppers_.insert(tool);
}

bool Ledger::stops_service(const std::string& tool) const {
  const std::lock_guard lock(mutex_);
  return stoppers_.contains(tool);
}

bool Ledger::stops_service() const {
  const std::lock_guard lock(mutex_);
  return !stoppers_.empty();
}

void Ledger::told_by(const std::string& check) {
  const std::lock_guard lock(mutex_);
  told_by_.insert(check);
}

bool Ledger::is_told_by(const std::string& check) const {
  const std::lock_guard lock(mutex_);
  return told_by_.contains(check);
}

void Ledger::note_collapse(Collapse collapse) {
  const std::lock_guard lock(mutex_);
  if (!collapse_) { collapse_ = std::move(collapse); }
}

std::optional<Collapse> Ledger::noted_collapse() const {
  const std::lock_guard lock(mutex_);
  return collapse_;
}

}  // namespace weir::conformance
