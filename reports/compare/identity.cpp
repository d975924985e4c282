#include "reports/compare/identity.hpp"

#include <fmt/format.h>

#include "wire/base/text.hpp"

namespace weir::reports::compare {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string first_difference(std::string_view before, std::string_view after) {
  while (!before.empty() || !after.empty()) {
    const std::string_view a = wire::trimmed(take_line(before)), b = wire::trimmed(take_line(after));
    if (a != b) { return fmt::format("'{}' before, '{}' after", wire::printable(a), wire::printable(b)); }
  }
  return "";
}

}  // namespace

std::string load_of(const load::RunInfo& run) {
  std::string out;
  std::string_view left = run.scenario_text;
  for (bool of_target = false; !left.empty();) {
    const std::string_view line = take_line(left);
    const bool is_top = !line.empty() && line.front() != ' ' && line.front() != '-';
    if (is_top) { of_target = line.starts_with("target:"); }
    if (of_target || line.starts_with("seed:")) { continue; }
    out.append(line).append("\n");
  }
  return out;
}

std::optional<std::string> other_run(const load::RunInfo& before, const load::RunInfo& after, bool other_target) {
  if (!other_target && (before.target_name != after.target_name || before.target_url != after.target_url)) {
    return fmt::format("the targets differ: {} ({}) before, {} ({}) after; --other-target compares them all the same",
                       before.target_name, before.target_url, after.target_name, after.target_url);
  }
  const std::string a = load_of(before), b = load_of(after);
  if (a != b) { return fmt::format("the scenarios differ: {}", first_difference(a, b)); }
  if (before.shard.text() != after.shard.text()) {
    return fmt::format("the shards differ: '{}' before, '{}' after", before.shard.text(), after.shard.text());
  }
  return std::nullopt;
}

}  // namespace weir::reports::compare
