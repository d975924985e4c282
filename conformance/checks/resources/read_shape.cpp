#include "conformance/ask/shapes.hpp"

namespace weir::conformance::resources_read_shape {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "resources.read.shape",
                      {.expected = "contents with a uri and either text or blob",
                       .looked_at = "results of resources/read",
                       .nothing = "nothing was read"});
}

const Registration kCheck{{
    .id = "resources.read.shape",
    .title = "reading a listed resource gives contents with a uri and either text or blob",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.read.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#reading-resources",
    .consequence = "What is listed cannot be used.",
    .fix = "Answer resources/read with an array `contents` whose entries hold the uri and either `text` or `blob` as a "
           "string, and leave members without a value out in place of null.",
    .faults = {"resources.contents-without-uri"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_shape
