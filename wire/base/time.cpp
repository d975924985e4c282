#include "wire/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>

#include "wire/base/text.hpp"

namespace weir::wire {
namespace {

std::tm parts_of(std::int64_t unix_seconds) {
  const std::time_t seconds = unix_seconds;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return parts;
}

/// `count` digits at the front of `text`, taken off; -1 where they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) { return -1; }
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) { return -1; }
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) { return false; }
  text.remove_prefix(1);
  return true;
}

/// Minutes east of UTC: "Z", "+05:30".
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, "Zz")) { return 0; }
  const bool west = text.starts_with('-');
  if (!take(text, "+-")) { return std::nullopt; }
  const int hours = take_digits(text, 2);
  if (hours < 0 || hours > 23 || !take(text, ":")) { return std::nullopt; }
  const int minutes = take_digits(text, 2);
  if (minutes < 0 || minutes > 59) { return std::nullopt; }
  return (west ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

std::int64_t take_billionths(std::string_view& text) {
  std::int64_t value = 0;
  std::int64_t scale = 100'000'000;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    value += (text.front() - '0') * scale;
    scale /= 10;
  }
  return value;
}

std::int64_t unix_seconds_now() { return std::time(nullptr); }

std::string rfc3339(std::int64_t unix_seconds) {
  const std::tm at = parts_of(unix_seconds);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour,
                     at.tm_min, at.tm_sec);
}

std::optional<std::int64_t> rfc3339_to_unix_ns(std::string_view text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, "-")) { return std::nullopt; }
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, "-")) { return std::nullopt; }
  const int day = take_digits(text, 2);
  if (day < 0 || !take(text, "Tt ")) { return std::nullopt; }
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ":")) { return std::nullopt; }
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ":")) { return std::nullopt; }
  const int second = take_digits(text, 2);
  if (second < 0 || second > 60) { return std::nullopt; }
  std::int64_t billionths = 0;
  if (take(text, ".")) {
    if (text.empty() || !is_digit(text.front())) { return std::nullopt; }
    billionths = take_billionths(text);
  }
  const std::optional<int> offset = take_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // Beyond these years nanoseconds leave 64 bits.
  if (!offset || !text.empty() || !date.ok() || year < 1678 || year > 2261) { return std::nullopt; }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = (days * 24 + hour) * 60 + minute - *offset;
  return (minutes * 60 + second) * 1'000'000'000 + billionths;
}

std::string http_date(std::int64_t unix_seconds) {
  const std::tm at = parts_of(unix_seconds);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &at)};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  const std::string date(text.substr(0, 64));
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = ::strptime(date.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') { return ::timegm(&parts); }
  }
  return std::nullopt;
}

}  // namespace weir::wire
