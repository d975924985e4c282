#include "conformance/ask/common.hpp"

namespace weir::conformance::prompts_capability_declared {
namespace {

Finding run(Probe& probe) { return declared_both_ways(probe, "prompts", "prompts/list", "prompts"); }

const Registration kCheck{{
    .id = "prompts.capability.declared",
    .title = "a server with prompts declares them, and answers prompts/list",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"prompts.capability-declared", "prompts.list.answered"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/prompts#capabilities",
    .consequence = "Clients ask only for what is declared, and fail when what is declared is refused.",
    .fix = "Register the prompts before the server connects or listens, so that the capability is declared and "
           "prompts/list served, or drop the declaration where there are none.",
    .faults = {"prompts.undeclared", "prompts.list-unknown-method"},
    .run = run,
}};
const NotByCommand kNoCommand{"prompts.capability.declared",
                              "it takes the answers to initialize and to the list, side by side"};

}  // namespace
}  // namespace weir::conformance::prompts_capability_declared
