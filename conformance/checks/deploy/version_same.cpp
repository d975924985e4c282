#include <fmt/ranges.h>

#include <map>
#include <set>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_version_same {
namespace {

/// "'1.0' on 3 of 6, '1.1' on 3 of 6"
std::string split_of(const std::vector<ToldVersion>& told, std::string ToldVersion::* what) {
  std::map<std::string, std::size_t> groups;
  for (const auto& one : told) { ++groups[one.*what]; }
  std::string text;
  for (const auto& [value, count] : groups) {
    text += fmt::format("{}{} on {}", text.empty() ? "" : ", ", wire::excerpt(std::string_view(value), 100),
                        counted(count, told.size(), "connections"));
  }
  return text;
}

/// Names that only some connections were told.
std::vector<std::string> not_everywhere(const std::vector<ToldVersion>& told) {
  std::map<std::string, std::size_t> counts;
  for (const auto& one : told) {
    for (const auto& name : std::set<std::string>(one.tool_names.begin(), one.tool_names.end())) { ++counts[name]; }
  }
  std::vector<std::string> some;
  for (const auto& [name, count] : counts) {
    if (count < told.size()) {
      some.push_back(fmt::format("{} on {}", name, counted(count, told.size(), "connections")));
    }
  }
  return some;
}

bool differ(const std::vector<ToldVersion>& told, std::string ToldVersion::* what) {
  return std::any_of(told.begin(), told.end(), [&](const auto& one) { return one.*what != told.front().*what; });
}

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  const auto& told = seen->era.told;
  if (told.size() < 2) { return untestable("too few connections were answered after the deploy"); }
  const std::string expected = "one version on every connection after the deploy";
  const std::string fix = "Wait until every replica of the old version is out of service, then end the deploy.";
  const std::string hop = probe.target().profile.edge.value_or("load balancer");
  if (differ(told, &ToldVersion::server_info)) {
    return fail(expected, "mixed versions: " + split_of(told, &ToldVersion::server_info)).at(hop, fix);
  }
  if (differ(told, &ToldVersion::tools)) {
    const auto names = not_everywhere(told);
    return fail(expected, names.empty() ? "the same tools with other schemas"
                                        : fmt::format("mixed tools: {}", fmt::join(names, ", ")))
        .at(hop, fix);
  }
  return pass(fmt::format("{} connections were told the same", told.size()));
}

const Registration kCheck{{
    .id = "deploy.version.same",
    .title = "after the deploy every connection meets the same version",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#listing-tools",
    .consequence = "A tool that was offered on one connection is unknown on the next.",
    .fix = "End the deploy only when every old replica is out of the balancer, pin one image for all, and register the "
           "same tools at the start of each.",
    .faults = {"deploy.version-mixed", "deploy.tools-mixed"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.version.same", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_version_same
