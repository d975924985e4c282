// What our requests call themselves.
#pragma once

#include <string>
#include <string_view>

#include "wire/mcp/version.hpp"

namespace weir::loadgen {

/// Of the requests around a run: look-ups of the kind of stream, tokens, pushed metrics.
inline constexpr std::string_view kProgram = "weir-loadgen";

/// "weir-loadgen/0.1.0", of everything that is load.
inline std::string user_agent() { return std::string(kProgram).append("/").append(wire::mcp::weir_version()); }

}  // namespace weir::loadgen
