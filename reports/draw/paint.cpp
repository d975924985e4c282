#include "reports/draw/paint.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace weir::reports {

bool wants_colour(int fd, std::string_view choice) {
  const char* no_colour = std::getenv("NO_COLOR");
  const bool refused = no_colour != nullptr && *no_colour != '\0';
  return choice == "always" || (choice == "auto" && ::isatty(fd) != 0 && !refused);
}

std::string painted(std::string_view text, Colour colour) {
  constexpr std::array<std::string_view, 7> kCodes = {"",         "\x1b[1m",  "\x1b[2m",   "\x1b[1;31m",
                                                      "\x1b[32m", "\x1b[33m", "\x1b[1;35m"};
  if (colour == Colour::none) { return std::string(text); }
  return fmt::format("{}{}\x1b[0m", kCodes[static_cast<std::size_t>(colour)], text);
}

Colour colour_of(ExitCode code) {
  if (code == ExitCode::good) { return Colour::green; }
  return code == ExitCode::inconclusive || code == ExitCode::interrupted ? Colour::yellow : Colour::red;
}

}  // namespace weir::reports
