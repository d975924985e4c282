#include "wire/base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "wire/base/text.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kLongestName = 128;  // Longer ones are no slips of the pen, and the table is quadratic.

char folded(char c) { return c == '-' ? '_' : lower(c); }

bool same(char a, char b) { return folded(a) == folded(b); }

/// Damerau-Levenshtein distance in its "optimal string alignment" form, three rows at a time.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (swapped) { row[j] = std::min(row[j], before[j - 2] + 1); }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

bool begins(std::string_view start, std::string_view whole) {
  return start.size() >= 3 && start.size() < whole.size() &&
         std::equal(start.begin(), start.end(), whole.begin(), same);
}

template <class Name>
std::string_view nearest_of(std::string_view wrong, std::span<const Name> candidates) {
  if (wrong.empty() || wrong.size() > kLongestName) { return {}; }
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(1, wrong.size() / 3) + 1;  // One edit in three letters is still near.
  for (const Name& name : candidates) {
    const std::string_view candidate = name;
    if (candidate.empty() || candidate.size() > kLongestName) { continue; }
    const std::size_t distance = begins(wrong, candidate) ? 1 : edits(wrong, candidate);
    if (distance >= fewest || distance >= candidate.size()) { continue; }
    fewest = distance;
    best = candidate;
  }
  return best;
}

std::string question(std::string_view name) {
  return name.empty() ? std::string() : ", did you mean '" + std::string(name) + "'?";
}

}  // namespace

std::string_view nearest(std::string_view wrong, std::span<const std::string_view> candidates) {
  return nearest_of(wrong, candidates);
}

std::string_view nearest(std::string_view wrong, std::span<const std::string> candidates) {
  return nearest_of(wrong, candidates);
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> candidates) {
  return question(nearest(wrong, candidates));
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string> candidates) {
  return question(nearest(wrong, candidates));
}

}  // namespace weir::wire
