// Colours of a terminal (ECMA-48 SGR).
#pragma once

#include <string>
#include <string_view>

#include "reports/judge/exit_code.hpp"

namespace weir::reports {

enum class Colour { none, bold, dim, red, green, yellow, magenta };

/// Of a choice of `auto`, `always` or `never`: `auto` is for terminals where NO_COLOR (no-color.org) is absent or
/// empty.
bool wants_colour(int fd, std::string_view choice = "auto");

std::string painted(std::string_view text, Colour colour);
Colour colour_of(ExitCode code);

}  // namespace weir::reports
