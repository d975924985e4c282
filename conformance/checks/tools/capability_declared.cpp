#include "conformance/ask/common.hpp"

namespace weir::conformance::tools_capability_declared {
namespace {

Finding run(Probe& probe) { return declared_both_ways(probe, "tools", "tools/list", "tools"); }

const Registration kCheck{{
    .id = "tools.capability.declared",
    .title = "a server with tools declares them, and answers tools/list",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"tools.capability-declared", "tools.list.answered"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#capabilities",
    .consequence = "Clients ask only for what is declared, and fail when what is declared is refused.",
    .fix = "Declare `tools` in the capabilities of a server that lists any (register them before it connects), and "
           "answer tools/list wherever they are declared.",
    .faults = {"tools.undeclared", "tools.list-unknown-method"},
    .run = run,
}};
const NotByCommand kNoCommand{"tools.capability.declared",
                              "it takes the answers to initialize and to the list, side by side"};

}  // namespace
}  // namespace weir::conformance::tools_capability_declared
