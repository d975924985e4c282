#include "wire/serve/accept.hpp"

#include <algorithm>

#include "wire/base/text.hpp"

namespace weir::wire {

namespace {

constexpr int kWhole = 1000;

/// The part up to `separator`, taken off; quoted strings are left whole (RFC 9110 section 5.6.4).
std::string_view take_until(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (quoted || text[at] != separator); ++at) {
    if (quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    }
  }
  const std::string_view taken = text.substr(0, std::min(at, text.size()));
  text.remove_prefix(std::min(at + 1, text.size()));
  return trimmed(taken);
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// "0.75" is 750, what is no weight is 0.
int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) { return 0; }
  int weight = (text[0] - '0') * kWhole;
  if (text.size() > 1 && text[1] != '.') { return 0; }
  int unit = kWhole / 10;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(digit)) { return 0; }
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, kWhole);
}

struct Range {
  int names = -1;  ///< How much of the representation it names; -1: it is another one.
  int weight = kWhole;
};

Range read_range(std::string_view text, const Representation& representation) {
  Range range;
  const std::string type = lower(take_until(text, ';'));
  const std::string_view whole = representation.type;
  const std::string_view general = whole.substr(0, whole.find('/'));
  if (type == whole) {
    range.names = 2;
  } else if (type == std::string(general) + "/*") {
    range.names = 1;
  } else if (type == "*/*") {
    range.names = 0;
  }
  while (!text.empty()) {
    std::string_view value = take_until(text, ';');
    const std::string name = lower(take_until(value, '='));
    value = unquoted(value);
    if (name == "q") {
      range.weight = weight_of(value);
      break;  // What follows are extensions of the field, not parameters of the range.
    }
    const auto& own = representation.parameters;
    const bool has = std::any_of(own.begin(), own.end(), [&](const Header& parameter) {
      return parameter.name == name && (parameter.value.empty() || same_ignoring_case(parameter.value, value));
    });
    range.names = has && range.names >= 0 ? range.names + 1 : -1;
    if (!has) { break; }
  }
  return range;
}

}  // namespace

int quality_of(std::string_view accept, const Representation& representation) {
  if (trimmed(accept).empty()) { return kWhole; }
  Range best{.names = -1, .weight = 0};
  while (!accept.empty()) {
    const Range range = read_range(take_until(accept, ','), representation);
    if (range.names > best.names) { best = range; }
  }
  return best.weight;
}

}  // namespace weir::wire
