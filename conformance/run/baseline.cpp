#include "conformance/run/baseline.hpp"

#include <yaml-cpp/yaml.h>

#include <cctype>

#include "conformance/check.hpp"
#include "wire/base/files.hpp"
#include "wire/base/nearest.hpp"

namespace weir::conformance {

using reports::Verdict;

namespace {

constexpr std::size_t kBaselineBytes = 1024 * 1024;
constexpr std::array<std::string_view, 4> kKeys = {"check", "era", "reason", "expires"};

bool is_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') { return false; }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && !std::isdigit(static_cast<unsigned char>(text[i]))) { return false; }
  }
  const auto number = [&](std::size_t at) { return 10 * (text[at] - '0') + (text[at + 1] - '0'); };
  return number(5) >= 1 && number(5) <= 12 && number(8) >= 1 && number(8) <= 31;
}

std::string wrong_check(const std::string& id) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  return fmt::format("there is no check '{}'{}", id, wire::did_you_mean(id, ids));
}

/// Why an entry cannot be used; empty when it can.
std::string what_is_wrong(const BaselineEntry& entry) {
  if (entry.check.empty()) { return "it names no check"; }
  if (!find_check(entry.check)) { return wrong_check(entry.check); }
  if (entry.reason.empty()) { return fmt::format("the entry for {} gives no reason", entry.check); }
  if (!entry.era.empty()) {
    const auto era = wire::mcp::parse_era(entry.era);
    if (!era || *era == Era::none) {
      return fmt::format("'{}' is no era (http-sse, streamable, stateless)", entry.era);
    }
    if (!find_check(entry.check)->eras.has(*era)) {
      return fmt::format("{} does not run in {}", entry.check, entry.era);
    }
  }
  if (!entry.expires.empty() && !is_iso_date(entry.expires)) {
    return fmt::format("'{}' is no date such as 2030-01-31", entry.expires);
  }
  return {};
}

wire::Result<BaselineEntry> parse_entry(const YAML::Node& node, std::string_view file_name) {
  BaselineEntry entry;
  entry.line = node.Mark().line + 1;
  if (!node.IsMap()) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("{}:{}: an entry is a map with check and reason", file_name, entry.line));
  }
  for (const auto& member : node) {
    const auto key = member.first.as<std::string>("");
    const int line = member.first.Mark().line + 1;
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      return wire::fail(wire::ErrorCode::bad_input,
                        fmt::format("{}:{}: unknown key '{}'{}", file_name, line, key, wire::did_you_mean(key, kKeys)));
    }
    if (!member.second.IsScalar()) {
      return wire::fail(wire::ErrorCode::bad_input, fmt::format("{}:{}: {} must be a text", file_name, line, key));
    }
    const auto value = member.second.as<std::string>("");
    (key == "check" ? entry.check : key == "era" ? entry.era : key == "reason" ? entry.reason : entry.expires) = value;
  }
  return entry;
}

bool names(const BaselineEntry& entry, const reports::CheckResult& result) {
  return entry.check == result.id && (entry.era.empty() || entry.era == result.era);
}

}  // namespace

wire::Result<Baseline> parse_baseline(std::string_view yaml, std::string_view file_name) {
  Baseline baseline{.file_name = std::string(file_name), .entries = {}, .problems = {}};
  YAML::Node root;
  try {
    root = YAML::Load(std::string(yaml));
    if (!root.IsNull() && !root.IsSequence()) {
      return wire::fail(wire::ErrorCode::bad_input,
                        fmt::format("{}: a baseline is a list of entries with check and reason", file_name));
    }
    for (const auto& node : root) {
      auto entry = parse_entry(node, file_name);
      if (!entry) { return tl::unexpected(entry.error()); }
      if (const auto wrong = what_is_wrong(*entry); !wrong.empty()) {
        baseline.problems.push_back(fmt::format("{}:{}: {}", file_name, entry->line, wrong));
      } else {
        baseline.entries.push_back(std::move(*entry));
      }
    }
  } catch (const YAML::Exception& error) {
    return wire::fail(wire::ErrorCode::bad_input, fmt::format("{}:{}: {}", file_name, error.mark.line + 1, error.msg));
  }
  return baseline;
}

wire::Result<Baseline> load_baseline(const std::string& path) {
  const auto text = wire::read_file(path, kBaselineBytes);
  if (!text) { return tl::unexpected(text.error()); }
  if (!*text) { return wire::fail(wire::ErrorCode::bad_input, fmt::format("the baseline {} does not exist", path)); }
  return parse_baseline(**text, path);
}

std::vector<std::string> apply_baseline(const Baseline& baseline, std::string_view today,
                                        std::vector<reports::CheckResult>& checks) {
  std::vector<std::string> problems = baseline.problems;
  for (const auto& entry : baseline.entries) {
    const auto complain = [&](std::string_view what) {
      problems.push_back(fmt::format("{}:{}: {}", baseline.file_name, entry.line, what));
    };
    if (!entry.expires.empty() && entry.expires <= today) {
      complain(fmt::format("the entry for {} expired on {}", entry.check, entry.expires));
      continue;
    }
    bool excused = false, passed = false, unknown = false;
    for (auto& result : checks) {
      if (!names(entry, result)) { continue; }
      if (result.verdict == Verdict::fail || result.verdict == Verdict::warn) {
        result.excused = reports::Excused{entry.reason, entry.expires};
        excused = true;
      } else {
        passed = passed || result.verdict == Verdict::pass;
        unknown = unknown || result.verdict != Verdict::pass;
      }
    }
    if (passed && !excused && !unknown) { complain(fmt::format("{} passes now: remove its entry", entry.check)); }
  }
  return problems;
}

}  // namespace weir::conformance
