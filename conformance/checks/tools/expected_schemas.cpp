#include <algorithm>

#include "conformance/ask/common.hpp"
#include "conformance/tools_lock/schema_diff.hpp"

namespace weir::conformance::tools_expected_schemas {
namespace {

constexpr std::size_t kShown = 5;

struct Side {
  const char* member;
  SchemaSide side;
  std::optional<json::value> wire::ExpectedTool::* expected;
};
constexpr std::array kSides = {Side{"inputSchema", SchemaSide::input, &wire::ExpectedTool::input_schema},
                               Side{"outputSchema", SchemaSide::output, &wire::ExpectedTool::output_schema}};

/// What breaks those who were built against the expected schema, as "search /inputSchema/required: ...".
void compare(const wire::ExpectedTool& wanted, const json::value& tool, std::string_view revision,
             std::vector<std::string>& broken, int& compared) {
  for (const auto& [member, side, expected] : kSides) {
    const auto& schema = wanted.*expected;
    // https://modelcontextprotocol.io/specification/2025-06-18/changelog: before that there is no outputSchema.
    if (!schema || (side == SchemaSide::output && revision < wire::mcp::k2025_06_18)) { continue; }
    ++compared;
    const json::value* offered = wire::find(tool, member);
    if (!offered) {
      broken.push_back(fmt::format("{}: no {}", wanted.name, member));
      continue;
    }
    for (const auto& change : diff_schemas(*schema, *offered, side, fmt::format("/{}", member))) {
      if (change.severity != Severity::breaking) { continue; }
      broken.push_back(fmt::format("{} {}: {}", wanted.name, change.pointer, change.message));
    }
  }
}

Finding run(Probe& probe) {
  const auto& expected = probe.target().profile.expected_tools;
  if (std::none_of(expected.begin(), expected.end(),
                   [](const auto& tool) { return tool.input_schema || tool.output_schema; })) {
    return not_applicable("the profile expects no tools with schemas");
  }
  if (probe.survey().open_error) {
    return untestable("no conversation can be opened: " + probe.survey().open_error->detail);
  }
  std::vector<std::string> broken;
  int compared = 0;
  for (const auto& wanted : expected) {
    for (const json::value& tool : probe.in_time(probe.survey().tools)) {
      if (wire::string_or(tool, "name", "") == wanted.name) {
        compare(wanted, tool, probe.revision(), broken, compared);
      }
    }
  }
  if (compared == 0) {
    return untestable(
        "no expected schema can be compared: the tools are not offered, or the revision has no such schema");
  }
  if (broken.empty()) { return pass(fmt::format("{} schemas accept and promise what was expected", compared)); }
  for (const auto& line : broken) { probe.note(line); }
  const std::size_t count = broken.size();
  broken.resize(std::min(count, kShown));
  return fail("schemas that callers built against the profile's can go on with",
              fmt::format("{} breaking: {}{}", count, fmt::join(broken, " | "), count > kShown ? " ..." : ""))
      .at("server", "Make the change one that old callers need not notice, or give the tool a new name.");
}

const Registration kCheck{{
    .id = "tools.expected.schemas",
    .title = "the expected tools accept and promise what their callers were built against",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool",
    .consequence = "Calls that were right before the deploy are refused after it, or their results lack what is read.",
    .fix = "Keep new arguments optional, accepted values as wide and promised results as they were, or give the "
           "changed tool a new name and correct the profile.",
    .faults = {"tools.argument-now-required"},
    .fixture = "expected-tools",
    .by_revision = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_expected_schemas
