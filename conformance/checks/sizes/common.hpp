// How large an answer may be on its way through an edge.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// What an edge refuses to pass on. Lambda hands answers over as JSON, so a body with much to escape reaches it sooner.
struct BodyLimit {
  std::string_view edge;  ///< As in a profile; empty for what may stand behind one without a name of its own.
  std::string_view hop;   ///< As in a verdict.
  std::size_t bytes = 0;
  std::string_view source;
};

/// Of a profile's `edge`; nullopt for one that passes on whatever comes. Without an edge, and behind an ALB, whose
/// target may be a function, the smallest that there is.
std::optional<BodyLimit> body_limit(std::string_view edge);

/// From where on an answer is too close to the limit: bodies grow with the data behind them.
inline constexpr double kCloseToLimit = 0.8;

/// "912 KB", "5.2 MB".
std::string as_size(std::size_t bytes);

}  // namespace weir::conformance
