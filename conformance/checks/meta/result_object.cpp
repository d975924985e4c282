#include "conformance/ask/shapes.hpp"

namespace weir::conformance::meta_result_object {
namespace {

Finding run(Probe& probe) {
  return judge_shapes(probe, "meta.result.object",
                      {.expected = "an object wherever there is a _meta",
                       .looked_at = "_meta members",
                       .nothing = "the server sends no _meta",
                       .is_optional = true});
}

const Registration kCheck{{
    .id = "meta.result.object",
    .title = "_meta of a result, and of what is in it, is an object",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#_meta",
    .consequence = "Typed clients refuse the whole result: the list stays empty, the call has failed.",
    .fix = "Send _meta as an object, or leave it out of results and items where there is nothing to say: "
           "serializers like to write null for it.",
    .faults = {"meta.call-null"},
    .fixture = "profile",
    .green_may_be = "sends no _meta",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::meta_result_object
