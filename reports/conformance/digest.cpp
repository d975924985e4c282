#include "reports/conformance/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

/// In the order in which a client meets them: without the earlier ones the later ones are of no use to it.
constexpr std::array<std::string_view, 14> kAreas = {"preflight", "health", "url",     "front-door", "auth",
                                                     "lifecycle", "era",    "session", "http",       "sse",
                                                     "jsonrpc",   "tools",  "deploy",  "reconnect"};

std::size_t place_of(std::string_view area) {
  return static_cast<std::size_t>(std::find(kAreas.begin(), kAreas.end(), area) - kAreas.begin());
}

/// Numbers in what was seen differ from era to era where the finding does not.
std::string without_numbers(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) { out += c; }
    if (digit && (out.empty() || out.back() != '#')) { out += '#'; }
  }
  return out;
}

bool tell_the_same(const CheckResult& a, const CheckResult& b) {
  const auto words = [](const CheckResult& check) {
    return std::array{without_numbers(check.got), without_numbers(check.message), without_numbers(check.expected)};
  };
  return a.id == b.id && a.verdict == b.verdict && a.hop == b.hop && a.excused == b.excused && words(a) == words(b);
}

void add(std::vector<Row>& rows, const CheckResult& check) {
  for (Row& row : rows) {
    if (tell_the_same(row.check(), check)) { return row.results.push_back(&check); }
  }
  rows.push_back({{&check}});
}

void sort_by_weight(std::vector<Row>& rows) {
  const auto key = [](const Row& row) {
    const CheckResult& check = row.check();
    return std::tuple(-static_cast<std::ptrdiff_t>(row.explains), check.verdict != Verdict::fail, check.level,
                      place_of(check.area), std::string_view(check.id), std::string_view(check.era));
  };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return key(a) < key(b); });
}

Unverified reason_of(const CheckResult& check) {
  const std::string& message = check.message;
  for (const Remedy& remedy : remedies()) {
    if (message.find(remedy.words) == std::string::npos) { continue; }
    // What follows the colon says what to do in a sentence; the name of the key stands in its place.
    return {message.substr(0, message.find(": ")), std::string(remedy.changed_by), {}};
  }
  return {message, "", {}};
}

void group(std::vector<Unverified>& reasons, const CheckResult& check) {
  Unverified found = reason_of(check);
  for (Unverified& known : reasons) {
    if (known.reason == found.reason && known.changed_by == found.changed_by) {
      return known.results.push_back(&check);
    }
  }
  found.results.push_back(&check);
  reasons.push_back(std::move(found));
}

std::size_t explained_by(const Results& results, const CheckResult& cause) {
  const std::string named = "(" + cause.id + ")";
  return static_cast<std::size_t>(
      std::count_if(results.checks.begin(), results.checks.end(), [&](const CheckResult& other) {
        return other.verdict == Verdict::untestable && other.message.find(named) != std::string::npos;
      }));
}

}  // namespace

const std::vector<Remedy>& remedies() {
  static const std::vector<Remedy> kRemedies = {
      {"no tool may be called", "safe_tools, --call-read-only"},
      {"no listed tool has readOnlyHint", "safe_tools"},
      {"no safe tool was called", "safe_tools"},
      {"no slow tool that sends progress is known", "safe_tools"},
      {"no call gave content", "safe_tools"},
      {"no call gave a result", "safe_tools"},
      {"no call that may be made", "safe_tools"},
      {"no tool that may be called", "safe_tools"},
      {"no request that gave a progress token", "safe_tools"},
      {"no request got two progress", "safe_tools"},
      {"no second user is known", "oauth.other_user"},
      {"--auth-attempts allows", "--auth-attempts"},
      {"--hold", "--hold SECONDS"},
      {"the budget of", "--budget SECONDS"},
  };
  return kRemedies;
}

std::string Row::judged_by() const {
  std::string out;
  for (const CheckResult* one : results) {
    const std::string where = reports::judged_by(*one);
    if (!out.empty() && !where.empty()) { out += "; "; }
    out += where;
  }
  return out;
}

Digest digest(const Results& results) {
  Digest out;
  for (const CheckResult& check : results.checks) {
    const bool bad = check.verdict == Verdict::fail || check.verdict == Verdict::warn;
    out.verified += bad || check.verdict == Verdict::pass;
    out.not_applicable += check.verdict == Verdict::not_applicable;
    if (check.verdict == Verdict::untestable) { group(out.unverified, check); }
    if (check.verdict == Verdict::error) { add(out.errors, check); }
    if (!bad) { continue; }
    if (is_failure(check, results.strict)) {
      ++out.failed;
      add(out.failures, check);
    } else {
      add(check.excused ? out.excused : out.warnings, check);
    }
  }
  for (Row& row : out.failures) { row.explains = explained_by(results, row.check()); }
  for (auto* rows : {&out.failures, &out.errors, &out.warnings, &out.excused}) { sort_by_weight(*rows); }
  std::sort(out.unverified.begin(), out.unverified.end(), [](const Unverified& a, const Unverified& b) {
    return std::tuple(b.results.size(), std::string_view(a.reason), std::string_view(a.changed_by)) <
           std::tuple(a.results.size(), std::string_view(b.reason), std::string_view(b.changed_by));
  });
  return out;
}

std::string verdict_line(const Results& results, const Digest& digest, std::size_t names) {
  const std::string word(headline(results.exit_code));
  if (digest.failed == 0) {
    if (results.exit_code != ExitCode::good) {
      return fmt::format("{}: {}", word, wire::printable(results.exit_reason));
    }
    std::size_t warned = 0;
    for (const Row& row : digest.warnings) { warned += row.results.size(); }
    return fmt::format("{} {} of {}{}", word, digest.verified, digest.verified,
                       warned > 0 ? fmt::format(", {} with a warning", warned) : "");
  }
  std::vector<std::pair<std::string, std::size_t>> ids;
  for (const Row& row : digest.failures) {
    const auto known =
        std::find_if(ids.begin(), ids.end(), [&](const auto& named) { return named.first == row.check().id; });
    if (known != ids.end()) { known->second += row.results.size(); }
    if (known == ids.end()) { ids.emplace_back(row.check().id, row.results.size()); }
  }
  std::string out = fmt::format("{} {} of {}:", word, digest.failed, digest.verified);
  for (std::size_t i = 0; i < std::min(names, ids.size()); ++i) {
    out += fmt::format("{} {}", i == 0 ? "" : ",", wire::printable(ids[i].first));
    if (ids[i].second > 1) { out += fmt::format(" (x{})", ids[i].second); }
  }
  return ids.size() > names ? out + fmt::format(" and {} more", ids.size() - names) : out;
}

std::string counts_line(const Results& results) {
  const Summary& sum = results.summary;
  std::string out = fmt::format("{} passed, {} failed, {} warned", sum.pass, sum.fail, sum.warn);
  if (sum.excused > 0) { out += fmt::format(" ({} excused)", sum.excused); }
  out += fmt::format(", {} not verified, {} not applicable", sum.untestable, sum.not_applicable);
  if (sum.error > 0) { out += fmt::format(", {} error{} of Weir", sum.error, sum.error == 1 ? "" : "s"); }
  return out + ", in " + wire::readable_time(results.duration_ms);
}

}  // namespace weir::reports
