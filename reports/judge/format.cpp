#include "reports/judge/format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

/// Three digits that matter.
std::string significant(double value) {
  if (value >= 99.95) { return fmt::format("{:.0f}", value); }
  if (value >= 9.995) { return fmt::format("{:.1f}", value); }
  return fmt::format("{:.2f}", value);
}

}  // namespace

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::seconds:
      return "seconds";
    case Unit::ratio:
      return "ratio";
    case Unit::count:
      return "count";
    case Unit::per_second:
      return "per second";
    case Unit::bytes:
      return "bytes";
    case Unit::number:
      return "number";
  }
  return "count";
}

std::string readable_seconds(double seconds) {
  if (seconds == 0) { return "0 s"; }
  const double size = std::abs(seconds);
  const char* sign = seconds < 0 ? "-" : "";
  if (size < 0.9995e-6) { return fmt::format("{}{:.0f} ns", sign, size * 1e9); }
  if (size < 0.9995e-3) { return fmt::format("{}{} us", sign, significant(size * 1e6)); }
  if (size < 0.9995) { return fmt::format("{}{} ms", sign, significant(size * 1e3)); }
  return fmt::format("{}{} s", sign, significant(size));
}

std::string readable_bytes(double bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{} {}", significant(bytes), kUnits[unit]);
}

std::string readable(Unit unit, double value) {
  switch (unit) {
    case Unit::seconds:
      return readable_seconds(value);
    case Unit::ratio:
      return fmt::format("{:.4g}", value);
    case Unit::count:
      return value >= 0 && value < 1e15 ? wire::grouped(static_cast<std::uint64_t>(std::llround(value)))
                                        : fmt::format("{}", value);
    case Unit::per_second:
      return fmt::format("{}/s", significant(value));
    case Unit::bytes:
      return readable_bytes(value);
    case Unit::number:
      return significant(value);
  }
  return fmt::format("{}", value);
}

std::string counted(std::uint64_t count, std::string_view singular) {
  return fmt::format("{} {}{}", wire::grouped(count), singular, count == 1 ? "" : "s");
}

}  // namespace weir::reports::load
