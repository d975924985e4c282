#include <algorithm>

#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_expected_only {
namespace {

Finding run(Probe& probe) {
  const wire::Profile& profile = probe.target().profile;
  if (!profile.only_expected_tools) { return not_applicable("the profile does not say only_expected_tools"); }
  if (probe.survey().open_error) {
    return untestable("no conversation can be opened: " + probe.survey().open_error->detail);
  }
  std::vector<std::string> extra;
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const std::string_view name = wire::string_or(tool, "name", "");
    const auto& expected = profile.expected_tools;
    if (std::none_of(expected.begin(), expected.end(), [&](const auto& wanted) { return wanted.name == name; })) {
      extra.push_back(fmt::format("'{}'", wire::excerpt(name, 60)));
    }
  }
  if (!extra.empty()) {
    return fail(fmt::format("the {} tools of the profile alone", profile.expected_tools.size()),
                fmt::format("{} more: {}", extra.size(), fmt::join(extra, ", ")))
        .at("server", "Take these tools out of the deployment, or write them into expected_tools.");
  }
  if (probe.survey().list_error) {
    return untestable("tools/list could not be read to its end: " + probe.survey().list_error->detail);
  }
  if (probe.survey().tools.empty()) { return untestable("no tools are listed"); }
  return pass(fmt::format("none besides the {} of the profile", profile.expected_tools.size()));
}

const Registration kCheck{{
    .id = "tools.expected.only",
    .title = "no tools are offered besides those that the profile expects",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#security-considerations",
    .consequence = "A tool that nobody reviewed can be called by every client, and takes room in every prompt.",
    .fix = "Take the extra tools out of the deployment (an old module, a debug flag, another release), or write them "
           "into expected_tools of the profile.",
    .faults = {"tools.one-more"},
    .fixture = "expected-tools",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_expected_only
