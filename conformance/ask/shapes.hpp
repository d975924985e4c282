// Passive checks of the form that messages have: every result, every error and the params of whatever the server sends
// are held against the shape of their method in the revision that was negotiated (wire/mcp/shape.hpp), once; each place
// in a message belongs to one check.
#pragma once

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

struct ShapeWords {
  const char* expected;
  const char* looked_at;     ///< "results of tools/list"
  const char* nothing;       ///< Why there was nothing to judge.
  bool is_optional = false;  ///< Nothing to judge is no gap: the server need not have it.
};
/// The finding about the places that belong to the check with this id.
Finding judge_shapes(Probe& probe, std::string_view id, const ShapeWords& words);

/// The checks that places belong to, for tests.
std::vector<std::string_view> shape_checks();

/// Whether a JSON pointer is the place that the pattern names, or lies below it; `*` stands for any one segment.
bool is_below(std::string_view pointer, std::string_view pattern);

}  // namespace weir::conformance
