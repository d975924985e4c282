// All that was sent to a target and came back, kept for judges that ask nothing themselves. Bounded in memory: what is
// beyond a limit is counted, and left out.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <typeindex>
#include <vector>

#include "wire/http/http.hpp"
#include "wire/mcp/era.hpp"

namespace weir::conformance {

inline constexpr std::size_t kTapBytes = std::size_t{64} * 1024 * 1024;  ///< Of everything that one tap keeps.
inline constexpr std::size_t kTapBodyBytes = std::size_t{512} * 1024;    ///< Of one body.
inline constexpr std::size_t kTapExchanges = 20'000;

/// A request with all that came back for it, and who sent it.
struct Seen {
  std::string by;  ///< The id of the check, "survey" or "exercise".
  wire::mcp::Era era{};
  wire::Exchange http;    ///< Without arrivals; body and items end where a limit is.
  bool body_cut = false;  ///< There was more of the body: what it says cannot be judged.
};
using SeenPtr = std::shared_ptr<const Seen>;

class Tap {
 public:
  /// From any thread, when an exchange is over.
  void take(const std::string& by, wire::mcp::Era era, const wire::Exchange& exchange);

  /// What was asked in this era (none: of the target as a whole), in the order in which it was begun.
  std::vector<SeenPtr> seen(wire::mcp::Era era) const;
  std::size_t left_out() const;  ///< Exchanges that are not kept, as the tap was full.

  /// What `make` gives of what was seen in this era; made anew only where more has been seen since.
  template <class T>
  std::shared_ptr<const T> digest(wire::mcp::Era era, const std::function<T()>& make) const {
    return std::static_pointer_cast<const T>(
        digest_of(era, typeid(T), [&] { return std::make_shared<const T>(make()); }));
  }

  /// Calls `exercise` the first time that it is asked for this era; others wait until it is done.
  void exercise_once(wire::mcp::Era era, const std::function<void()>& exercise);

 private:
  struct Digest {
    std::size_t seen = 0;
    std::shared_ptr<const void> value;
  };
  std::shared_ptr<const void> digest_of(wire::mcp::Era era, std::type_index kind,
                                        const std::function<std::shared_ptr<const void>()>& make) const;

  mutable std::mutex mutex_;
  std::vector<SeenPtr> seen_;
  std::size_t bytes_ = 0;
  std::size_t left_out_ = 0;
  mutable std::recursive_mutex digesting_;  ///< One digest is made of another one.
  mutable std::map<std::pair<wire::mcp::Era, std::type_index>, Digest> digests_;
  std::array<std::once_flag, 4> exercised_;  ///< One for each era, none included.
};

}  // namespace weir::conformance
