#include "reports/conformance/sarif.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>
#include <map>

#include "reports/conformance/digest.hpp"
#include "wire/base/text.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::reports {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
constexpr std::string_view kRunRule = "weir.run";

/// Braces before a digit: all of them are doubled, or what stays in the middle of them is an argument still.
bool begins_argument(std::string_view text) {
  const std::size_t after = text.find_first_not_of('{');
  return after != std::string_view::npos && text[after] >= '0' && text[after] <= '9';
}

/// Bytes of an endpoint in a plain text message: no link (section 3.11.6), and no place for an argument (3.11.5).
std::string plain(std::string_view bytes) {
  const std::string text = wire::printable(bytes);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool bracket = text[i] == '[' || text[i] == ']';
    if (bracket) { out += '\\'; }
    if (text[i] == '{' && begins_argument(std::string_view(text).substr(i))) { out += '{'; }
    out += text[i];
  }
  return out;
}

json::object text_of(std::string_view bytes) { return {{"text", plain(bytes)}}; }

std::string_view level_of(const CheckResult& check, bool strict) {
  return check.verdict == Verdict::fail || is_failure(check, strict) ? "error" : "warning";
}

json::object rule_of(const CheckResult& check, std::string_view level) {
  json::object rule{{"id", check.id},
                    {"name", check.id},
                    {"shortDescription", text_of(check.title.empty() ? check.id : check.title)},
                    {"defaultConfiguration", json::object{{"level", level}}}};
  if (!check.consequence.empty()) { rule["fullDescription"] = text_of(check.consequence); }
  if (check.source.starts_with("https://")) { rule["helpUri"] = wire::printable(check.source); }
  std::string help = plain(check.title);
  if (!check.consequence.empty()) { help += fmt::format("\n\n{}", plain(check.consequence)); }
  if (!check.requirements.empty()) { help += fmt::format("\n\nRequirements: {}", fmt::join(check.requirements, ", ")); }
  rule["help"] = json::object{{"text", help}};
  rule["properties"] =
      json::object{{"tags", json::array{"mcp", check.area}}, {"problem.severity", level}, {"precision", "very-high"}};
  return rule;
}

std::string message_of(const Row& row) {
  const CheckResult& check = row.check();
  std::string out = plain(check.message.empty() ? check.title : check.message);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) { fmt::format_to(std::back_inserter(out), "\n{}: {}", name, plain(value)); }
  };
  add("judged by", row.judged_by());
  add("expected", check.expected);
  add("got", check.got);
  add("hop", check.hop);
  add("fix", check.fix);
  return out;
}

/// FNV-1a: what a finding is recognised by in the next run, whatever it says then.
std::string fingerprint(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U; }
  return fmt::format("{:016x}:1", hash);
}

class SarifRun {
 public:
  explicit SarifRun(const Results& results) : results_(results), location_(sarif_location(results.target_url)) {}

  json::object write() && {
    const Digest found = digest(results_);
    for (const Row& row : found.failures) { add(row); }
    for (const Row& row : found.warnings) { add(row); }
    for (const Row& row : found.excused) { add(row); }
    for (const Row& row : found.errors) { notify(row.check().id, row.check().message); }
    for (const std::string& problem : results_.problems) { notify("problem", problem); }
    if (found.failures.empty() && results_.exit_code != ExitCode::good) { add_run(); }
    const bool judged = results_.exit_code == ExitCode::good || results_.exit_code == ExitCode::target_fails;
    json::object invocation{{"executionSuccessful", judged},
                            {"startTimeUtc", results_.started_at},
                            {"exitCode", static_cast<int>(results_.exit_code)},
                            {"exitCodeDescription", headline(results_.exit_code)},
                            {"toolExecutionNotifications", std::move(notifications_)}};
    json::object driver{{"name", "weir-conformance"}, {"version", results_.tool_version}, {"rules", std::move(rules_)}};
    const std::string name = wire::printable(results_.target_name);
    return {{"tool", json::object{{"driver", std::move(driver)}}},
            {"automationDetails", json::object{{"id", fmt::format("weir-conformance/{}/", name)}}},
            {"invocations", json::array{std::move(invocation)}},
            {"results", std::move(found_)}};
  }

 private:
  std::size_t rule(const CheckResult& check, std::string_view level) {
    const auto [at, is_new] = index_.emplace(check.id, rules_.size());
    if (is_new) { rules_.push_back(rule_of(check, level)); }
    return at->second;
  }

  void add(const CheckResult& check, std::string_view level, const std::string& message, std::string_view where) {
    json::object physical{{"artifactLocation", json::object{{"uri", location_}}},
                          {"region", json::object{{"startLine", 1}}}};
    json::object logical{{"fullyQualifiedName", wire::printable(results_.target_url)}, {"kind", "resource"}};
    json::object result{{"ruleId", check.id}, {"ruleIndex", rule(check, level)}, {"level", level}};
    result["message"] = json::object{{"text", message}};
    result["locations"] = json::array{
        json::object{{"physicalLocation", std::move(physical)}, {"logicalLocations", json::array{std::move(logical)}}}};
    result["partialFingerprints"] =
        json::object{{"primaryLocationLineHash", fingerprint(fmt::format("{} {} {}", location_, check.id, where))}};
    if (check.excused) {
      result["suppressions"] =
          json::array{json::object{{"kind", "external"}, {"justification", wire::printable(check.excused->reason)}}};
    }
    found_.push_back(std::move(result));
  }

  void add(const Row& row) {
    add(row.check(), level_of(row.check(), results_.strict), message_of(row), row.check().endpoint);
  }

  void add_run() {
    CheckResult run{.id = std::string(kRunRule), .title = "the run of the gate comes to a good end", .area = "weir"};
    std::string message = plain(results_.exit_reason);
    if (const auto& failure = results_.preflight) {
      message = plain(fmt::format("{}: {}", failure->cause, failure->message));
      if (!failure->fix.empty()) { message += "\nfix: " + plain(failure->fix); }
    }
    add(run, "error", message.empty() ? std::string(headline(results_.exit_code)) : message, "");
  }

  void notify(std::string_view id, std::string_view message) {
    notifications_.push_back(json::object{{"descriptor", json::object{{"id", id}}},
                                          {"level", "error"},
                                          {"message", text_of(message.empty() ? id : message)}});
  }

  const Results& results_;
  std::string location_;
  std::map<std::string, std::size_t> index_;
  json::array rules_, found_, notifications_;
};

}  // namespace

std::string sarif_location(std::string_view target_url) {
  if (const auto scheme = target_url.find("://"); scheme != std::string_view::npos) {
    target_url.remove_prefix(scheme + 3);
  }
  target_url = target_url.substr(0, target_url.find_first_of("?#"));
  const auto user = target_url.substr(0, target_url.find('/')).rfind('@');
  if (user != std::string_view::npos) { target_url.remove_prefix(user + 1); }
  while (target_url.ends_with('/')) { target_url.remove_suffix(1); }
  std::string out;
  for (const char c : target_url) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("-._~/").find(c) != std::string_view::npos;
    // A colon in the first segment would be a scheme's.
    if (kept) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out.empty() ? "endpoint" : out;
}

std::string render_sarif(const Results& results) {
  return wire::pretty_json(
      json::object{{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", json::array{SarifRun(results).write()}}});
}

}  // namespace weir::reports
