#include "conformance/run/glob.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/base/nearest.hpp"

namespace weir::conformance {

bool glob_match(std::string_view pattern, std::string_view text) {
  // Greedy with one point of return: after the last "*", give it one character more whenever the rest does not fit.
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, after_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

wire::Result<std::vector<std::string>> select_ids(const std::vector<std::string>& ids,
                                                  const std::vector<std::string>& patterns) {
  for (std::string_view pattern : patterns) {
    const auto glob = pattern.starts_with('!') ? pattern.substr(1) : pattern;
    if (std::none_of(ids.begin(), ids.end(), [&](const auto& id) { return glob_match(glob, id); })) {
      return wire::fail(wire::ErrorCode::bad_input,
                        fmt::format("no check matches '{}'{}", glob, wire::did_you_mean(glob, ids)));
    }
  }
  const bool restricted =
      std::any_of(patterns.begin(), patterns.end(), [](const auto& pattern) { return !pattern.starts_with('!'); });
  std::vector<std::string> selected;
  for (const auto& id : ids) {
    bool in = !restricted, out = false;
    for (std::string_view pattern : patterns) {
      if (pattern.starts_with('!')) {
        out = out || glob_match(pattern.substr(1), id);
      } else {
        in = in || glob_match(pattern, id);
      }
    }
    if (in && !out) { selected.push_back(id); }
  }
  return selected;
}

}  // namespace weir::conformance
