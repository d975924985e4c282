// The catalogue for people and programs: --list and --explain.
#pragma once

#include <string>
#include <vector>

#include "conformance/check.hpp"

namespace weir::conformance {

/// "http-sse streamable stateless", or "target".
std::string eras_text(const EraSet& eras);

/// A line each: id, level, eras, title.
std::string list_text(const std::vector<std::string>& ids);
std::string list_json(const std::vector<std::string>& ids);
std::string explain_text(const CheckInfo& info);

}  // namespace weir::conformance
