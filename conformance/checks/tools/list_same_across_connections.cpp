#include "conformance/probe/same_tools.hpp"

namespace weir::conformance::tools_list_same_across_connections {
namespace {

Finding run(Probe& probe) { return same_tools_everywhere(probe); }

const Registration kCheck{{
    .id = "tools.list.same-across-connections",
    .title = "the same tools are offered whenever they are listed",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#listing-tools",
    .consequence = "Replicas of two versions behind one balancer: a tool that was offered is unknown at the next call.",
    .fix = "Run one release with one configuration on every replica, report ready only when all tools are registered, "
           "and make the list independent of the connection.",
    .faults = {"tools.list-differs", "tools.replica-without-tools"},
    .passive = true,
    .run = run,
}};
const NotByCommand kNoCommand{"tools.list.same-across-connections", "it takes several answers, side by side"};

}  // namespace
}  // namespace weir::conformance::tools_list_same_across_connections
