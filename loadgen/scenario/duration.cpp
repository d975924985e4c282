#include "loadgen/scenario/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "loadgen/limits.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {
namespace {

struct Unit {
  std::string_view name;
  Nanos nanos;
};
constexpr std::array kUnits = {Unit{"h", 3600 * kSecond}, Unit{"m", 60 * kSecond}, Unit{"s", kSecond},
                               Unit{"ms", kMillisecond},  Unit{"us", 1000},        Unit{"ns", 1}};
constexpr Nanos kLongest = std::chrono::nanoseconds(limits::kDurationMost).count();

/// Takes "1.5" off the front; nothing is taken where there is no digit.
std::string_view take_number(std::string_view& rest) {
  std::size_t end = 0, digits = 0;
  bool point = false;
  for (; end < rest.size() && (wire::is_digit(rest[end]) || (rest[end] == '.' && !point)); ++end) {
    point = point || rest[end] == '.';
    digits += wire::is_digit(rest[end]) ? 1 : 0;
  }
  if (digits == 0) { return {}; }
  const std::string_view number = rest.substr(0, end);
  rest.remove_prefix(end);
  return number;
}

const Unit* take_unit(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] >= 'a' && rest[end] <= 'z') { ++end; }
  const std::string_view name = rest.substr(0, end);
  for (const Unit& unit : kUnits) {
    if (unit.name != name) { continue; }
    rest.remove_prefix(end);
    return &unit;
  }
  return nullptr;
}

/// In whole numbers: 0.1 s is 100,000,000 ns and not a neighbour of it. What is finer than a nanosecond is dropped;
/// nullopt beyond the bound.
std::optional<Nanos> scaled(std::string_view number, Nanos unit) {
  Nanos whole = 0, fraction = 0, place = unit;
  bool after_point = false;
  for (const char c : number) {
    if (c == '.') {
      after_point = true;
    } else if (!after_point) {
      whole = whole * 10 + (c - '0');
      if (whole > kLongest / unit) { return std::nullopt; }
    } else {
      // The digit's share before the division, so that 1/3600 of an hour does not lose its remainder.
      const Nanos tenth = place / 10;
      fraction += (c - '0') * tenth;
      place = tenth;
    }
  }
  return whole * unit + fraction;
}

}  // namespace

wire::Result<Nanos> parse_duration(std::string_view text) {
  const auto bad = [&] {
    return wire::fail(
        wire::ErrorCode::bad_input,
        fmt::format("'{}' is no length of time: write it like 10m, 1.5s or 250ms", wire::excerpt(text, 60)));
  };
  const auto too_long = [&] {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("'{}' is longer than {}", wire::excerpt(text, 60), format_duration(kLongest)));
  };
  std::string_view rest = text;
  Nanos sum = 0;
  Nanos last_unit = 0;
  do {
    const std::string_view number = take_number(rest);
    if (number.empty()) { return bad(); }
    const bool bare = rest.empty() && last_unit == 0;
    const Unit* unit = bare ? &kUnits[2] : take_unit(rest);
    if (unit == nullptr || (last_unit != 0 && unit->nanos >= last_unit)) { return bad(); }
    const auto part = scaled(number, unit->nanos);
    if (!part || *part > kLongest - sum) { return too_long(); }
    sum += *part;
    last_unit = unit->nanos;
  } while (!rest.empty());
  return sum;
}

std::string format_duration(Nanos nanos) {
  if (nanos == 0) { return "0s"; }
  for (const Unit& unit : kUnits) {
    if (nanos % unit.nanos == 0) { return fmt::format("{}{}", nanos / unit.nanos, unit.name); }
  }
  return fmt::format("{}ns", nanos);
}

wire::Result<double> parse_rate(std::string_view text) {
  const auto bad = [&] {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("'{}' is no rate: write it like 50/s, 3/m or 100/h", wire::excerpt(text, 60)));
  };
  const std::size_t slash = text.find('/');
  const std::string_view number = text.substr(0, slash);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(value) || value < 0) {
    return bad();
  }
  if (slash == std::string_view::npos) { return value; }
  const std::string_view unit = text.substr(slash + 1);
  if (unit == "s") { return value; }
  if (unit == "m") { return value / 60; }
  if (unit == "h") { return value / 3600; }
  return bad();
}

std::string format_rate(double per_second) { return fmt::format("{}/s", per_second); }

}  // namespace weir::loadgen
