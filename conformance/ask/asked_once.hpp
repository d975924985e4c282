// What several checks look at alike is asked once in a run: a call that takes two seconds need not be made by each.
// What one of them finds red is asked again by itself, so that its own exchanges show it.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

inline constexpr std::size_t kKeptBytes = 1024 * 1024;  ///< Of bodies together; larger ones each check asks for itself.

class AskedOnce {
 public:
  /// What is kept under `key`; else what `ask` gives, which is kept. Who wants what is being asked waits for it. Null
  /// where it gave nothing, then and from then on.
  template <class T>
  std::shared_ptr<const T> get(const std::string& key, const std::function<std::optional<T>()>& ask) {
    Slot& slot = slot_of(key);
    const std::lock_guard lock(slot.mutex);
    if (!slot.asked) {
      slot.asked = true;
      if (auto made = ask()) { slot.value = std::make_shared<const T>(*std::move(made)); }
    }
    return std::static_pointer_cast<const T>(slot.value);
  }

 private:
  struct Slot {
    std::mutex mutex;
    bool asked = false;
    std::shared_ptr<const void> value;
  };
  Slot& slot_of(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return slots_[key];
  }

  std::mutex mutex_;
  std::map<std::string, Slot> slots_;
};

/// Of the probe's era and revision. Null as well where nobody shares anything, as for a check that is asked alone.
template <class T>
std::shared_ptr<const T> asked_once(Probe& probe, std::string_view what, const std::function<std::optional<T>()>& ask) {
  const auto& shared = probe.target().asked_once;
  const std::string key = fmt::format("{} of {} {}", what, to_string(probe.era()), probe.revision());
  return shared ? shared->get<T>(key, ask) : nullptr;
}

}  // namespace weir::conformance
