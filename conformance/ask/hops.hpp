// Which hop on the way cuts what is silent: by the profile's `edge`, by the marks that an edge leaves in its answers,
// by the number of seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/known_hops.hpp"
#include "wire/http/http.hpp"
#include "wire/target/profile.hpp"

namespace weir::conformance {

/// Its letters and digits, in lower case: names of edges, headers and tools are compared by these.
std::string letters_of(std::string_view text);

/// An edge that may stand in front, and what it calls the time after which it gives up a silent response.
struct NamedHop {
  std::string_view name;     ///< "ALB"
  std::string_view setting;  ///< "idle_timeout.timeout_seconds"
  double seconds = 0;        ///< By default; 0 where it has none.
};

/// nullptr where neither says anything that is known. The profile is believed before the answer.
const NamedHop* hop_in_front(const std::optional<std::string>& edge, const wire::Headers& answer);

/// "nginx proxy_read_timeout (60 s by default)"
std::string describe(const NamedHop& hop);

/// Who is known to cut after so many seconds of silence, or of age: "a 60 s hop: ALB idle_timeout, nginx
/// proxy_read_timeout"; "" where nobody is.
std::string cutters_at(double seconds, wire::Counts counts);

/// The smallest time on the way after which silence is cut.
struct IdleBudget {
  double seconds = 0;
  bool stated = false;  ///< By the profile; else it is an edge's default, or what most endpoints stand behind.
  std::string whose;    ///< "the profile's idle_budget, a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout"
  std::string hop;      ///< For Finding::hop; "" where it is not known.

  /// A heartbeat at least so often comes through, one lost and jitter included (the master rule: budget / 2.5).
  double safe_seconds() const { return seconds / kMargin; }

  static constexpr double kMargin = 2.5;
};
IdleBudget idle_budget(const wire::Profile& profile, const wire::Headers& answer);

}  // namespace weir::conformance
