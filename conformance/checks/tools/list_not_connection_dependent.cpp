#include "conformance/probe/same_tools.hpp"

namespace weir::conformance::tools_list_not_connection_dependent {
namespace {

Finding run(Probe& probe) { return same_tools_everywhere(probe); }

const Registration kCheck{{
    .id = "tools.list.not-connection-dependent",
    .title = "the tool list does not depend on the connection",
    .level = Level::must,
    .eras = kStateless,
    .capability = "tools",
    .requirements = {"tools.list.not-connection-dependent"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/tools#capabilities",
    .consequence = "Clients and caches read the list once and use it on every connection.",
    .fix = "Build tools/list from configuration and the caller's authorization alone, never from the connection, and "
           "run one release on every replica.",
    .faults = {"tools.list-differs", "tools.replica-without-tools"},
    .passive = true,
    .run = run,
}};
const NotByCommand kNoCommand{"tools.list.not-connection-dependent", "it takes several answers, side by side"};

}  // namespace
}  // namespace weir::conformance::tools_list_not_connection_dependent
