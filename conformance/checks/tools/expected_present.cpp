#include <algorithm>

#include "conformance/ask/common.hpp"
#include "wire/base/nearest.hpp"

namespace weir::conformance::tools_expected_present {
namespace {

/// Names that the server offers and nobody expects: one of them may be a missing tool's new name.
std::vector<std::string> offered_besides(const Probe& probe, const std::vector<std::string>& expected) {
  std::vector<std::string> names;
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    std::string name(wire::string_or(tool, "name", ""));
    if (std::find(expected.begin(), expected.end(), name) == expected.end()) { names.push_back(std::move(name)); }
  }
  return names;
}

Finding run(Probe& probe) {
  const auto& expected = probe.target().profile.expected_tools;
  if (expected.empty()) { return not_applicable("the profile expects no tools by name"); }
  if (probe.survey().open_error) {
    return untestable("no conversation can be opened: " + probe.survey().open_error->detail);
  }
  std::vector<std::string> names, missing;
  for (const auto& wanted : expected) {
    const std::string& name = names.emplace_back(wanted.name);
    const auto& tools = probe.survey().tools;
    if (std::none_of(tools.begin(), tools.end(),
                     [&](const json::value& tool) { return wire::string_or(tool, "name", "") == name; })) {
      missing.push_back(name);
    }
  }
  if (!missing.empty()) {
    std::string why;
    if (!probe.survey().declares("tools")) {
      why = "; the server declares no tools at all";
    } else if (probe.survey().list_error) {
      why = "; a list could not be read to its end: " + probe.survey().list_error->detail;
    }
    std::vector<std::string> renamed;
    const auto others = offered_besides(probe, names);
    for (auto& name : missing) {
      const auto near = wire::nearest(name, others);
      if (!near.empty()) { renamed.push_back(fmt::format("there is '{}' in place of '{}'", near, name)); }
    }
    if (!renamed.empty()) { why = fmt::format("; {}", fmt::join(renamed, ", ")) + why; }
    return fail(fmt::format("the tools {}", fmt::join(names, ", ")),
                fmt::format("no {}{}", fmt::join(missing, ", "), why))
        .at("server", renamed.empty() ? "Deploy the build that has these tools, or take them out of the profile."
                                      : "Give the tools their names back: prompts and clients call them by name.");
  }
  return pass(fmt::format("{} expected tools", expected.size()));
}

const Registration kCheck{{
    .id = "tools.expected.present",
    .title = "the tools that the profile expects are offered",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/kubeflow/mcp-server/issues/168",
    .consequence = "A deploy that lost a tool breaks every prompt that uses it.",
    .fix = "Deploy the build that registers these tools under these names and declares `tools`, or correct "
           "expected_tools in the profile.",
    .faults = {"tools.echo-missing", "tools.undeclared", "tools.echo-renamed"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_expected_present
