#include "conformance/ask/shapes.hpp"

namespace weir::conformance::lifecycle_server_info_named {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "lifecycle.server-info.named",
                      {.expected = "the name and the version of the server, as strings",
                       .looked_at = "members of serverInfo",
                       .nothing = "initialize gave no serverInfo"});
}

const Registration kCheck{{
    .id = "lifecycle.server-info.named",
    .title = "serverInfo names the server and its version",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#initialization",
    .consequence = "Without a version nobody can tell which deploy a client talked to.",
    .fix = "Set name and version of serverInfo to strings, the version from the build, and leave optional members "
           "such as title out instead of sending null.",
    .faults = {"lifecycle.server-version-missing"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_server_info_named
