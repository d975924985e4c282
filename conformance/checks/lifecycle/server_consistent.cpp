#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_server_consistent {
namespace {

Finding run(Probe& probe) {
  constexpr int kConnections = 5;
  std::optional<std::string> first;
  for (int i = 0; i < kConnections; ++i) {
    auto dialogue = probe.dialogue();
    if (!dialogue) {
      return probe.broken(dialogue.error(), fmt::format("an answer on connection {} of {}", i + 1, kConnections));
    }
    json::object info = dialogue->server_info();
    info.erase("version");  // affinity.release.same says which versions there are.
    const std::string met = wire::canonical(info) + " " + wire::canonical(dialogue->capabilities());
    if (first && *first != met) {
      return fail("the same on every connection: " + wire::excerpt(std::string_view(*first), 120),
                  wire::excerpt(std::string_view(met), 120));
    }
    first = met;
  }
  return pass(fmt::format("the same on {} connections", kConnections));
}

const Registration kCheck{{
    .id = "lifecycle.server.consistent",
    .title = "five connections meet the same server: name and capabilities",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#capability-negotiation",
    .consequence =
        "Behind a balancer, two kinds of replica answer in turn, and what a client was told does not hold for "
        "its next call.",
    .fix = "Run one build with one configuration on all replicas, finish or roll back a half-done deploy, and "
           "register everything before the server listens.",
    .faults = {"lifecycle.mixed-versions"},
    .run = run,
}};
const NotByCommand kNoCommand{"lifecycle.server.consistent",
                              "it takes the answers of several conversations, side by side"};

}  // namespace
}  // namespace weir::conformance::lifecycle_server_consistent
