#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "conformance/checks/affinity/session_run.hpp"
#include "wire/mcp/pagination.hpp"

namespace weir::conformance::affinity_release_same {
namespace {

/// For one conversation: in http-sse, a replica that does not know a session may leave its initialize unanswered.
constexpr std::chrono::milliseconds kPatience{2000};

/// What one replica said of itself, and how often it was met.
struct Release {
  int times = 0;
  std::optional<std::set<std::string>> tools;  ///< Names; absent where they could not be listed.
};
using Releases = std::map<std::string, Release>;  ///< By name, version and revision.

std::string identity_of(const wire::mcp::Dialogue& dialogue) {
  const json::value info(dialogue.server_info());
  return fmt::format("{} {} ({})", wire::excerpt(wire::string_or(info, "name", "?"), 60),
                     wire::excerpt(wire::string_or(info, "version", "?"), 40), dialogue.revision());
}

void meet(Probe& probe, wire::mcp::Dialogue& dialogue, Releases& releases) {
  Release& release = releases[identity_of(dialogue)];
  ++release.times;
  if (release.tools || !probe.survey().declares("tools")) { return; }
  const auto listing = wire::mcp::list_all(dialogue, "tools/list", "tools");
  if (listing.error) { return; }
  release.tools.emplace();
  for (const json::value& tool : listing.items) { release.tools->emplace(wire::string_or(tool, "name", "")); }
}

std::string describe(const Releases& releases) {
  std::vector<std::string> parts;
  for (const auto& [name, release] : releases) { parts.push_back(fmt::format("{} x {}", release.times, name)); }
  const auto& first = releases.begin()->second.tools;
  const auto& last = releases.rbegin()->second.tools;
  std::vector<std::string> odd;
  if (first && last) {
    std::set_symmetric_difference(first->begin(), first->end(), last->begin(), last->end(), std::back_inserter(odd));
  }
  return fmt::format("{}{}", fmt::join(parts, ", "),
                     odd.empty() ? "" : fmt::format("; tools of one only: {}", fmt::join(odd, ", ")));
}

Finding run(Probe& probe) {
  Releases releases;
  int opened = 0;
  std::optional<wire::Error> failed;
  const auto until = probe.in(kFreshSpan);
  const auto patience = std::min(probe.target().answer_timeout, kPatience);
  for (int i = 0; i < kFreshConnections && !probe.out_of_time(); ++i) {
    if (until.passed() && (opened > 1 || i >= kLeastConnections)) { break; }
    auto dialogue = probe.dialogue([&](wire::mcp::DialogueOptions& options) {
      options.send_initialized = false;
      options.timeout = patience;
    });
    if (!dialogue) {
      failed = dialogue.error();
      continue;
    }
    ++opened;
    meet(probe, *dialogue, releases);
  }
  const bool impatient = failed && failed->code == wire::ErrorCode::timeout && patience < probe.target().answer_timeout;
  if (opened == 0 && failed && !impatient) { return probe.broken(*failed, "a conversation"); }
  if (probe.out_of_time() || opened < 2) {
    return untestable(fmt::format("only {} conversations could be opened", opened));
  }
  if (releases.size() > 1) {
    return fail(fmt::format("one release on {} conversations", opened),
                "mixed versions during a deploy: " + describe(releases))
        .at("deploy",
            "Finish or roll back the deploy; where both versions must serve for a while, keep each client on "
            "one of them.");
  }
  return pass(fmt::format("{} conversations with {}", opened, releases.begin()->first));
}

const Registration kCheck{{
    .id = "affinity.release.same",
    .title = "twenty conversations meet the same release: name, version and revision of the server",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html",
    .consequence = "Two versions serve behind one address: what a client was told by one does not hold at the other.",
    .fix = "Run one image, pinned by digest, on every replica, take targets of any other release out of the balancer, "
           "and put nothing of the host into serverInfo.",
    .faults = {"affinity.mixed-versions"},
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"affinity.release.same",
                              "it takes many connections to meet each of the processes behind the endpoint"};

}  // namespace
}  // namespace weir::conformance::affinity_release_same
