#include "conformance/ask/common.hpp"

namespace weir::conformance::resources_capability_declared {
namespace {

Finding run(Probe& probe) { return declared_both_ways(probe, "resources", "resources/list", "resources"); }

const Registration kCheck{{
    .id = "resources.capability.declared",
    .title = "a server with resources declares them, and answers resources/list",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"resources.capability-declared", "resources.list.answered"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#capabilities",
    .consequence = "Clients ask only for what is declared, and fail when what is declared is refused.",
    .fix = "Declare `resources` in the capabilities of a server that lists any (register them before it connects), and "
           "answer resources/list wherever they are declared.",
    .faults = {"resources.undeclared", "resources.list-unknown-method"},
    .run = run,
}};
const NotByCommand kNoCommand{"resources.capability.declared",
                              "it takes the answers to initialize and to the list, side by side"};

}  // namespace
}  // namespace weir::conformance::resources_capability_declared
