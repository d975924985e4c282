#include "conformance/checks/cancellation/common.hpp"

namespace weir::conformance::cancellation_unknown_ignored {
namespace {

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  return cancel_in_vain(probe, *dialogue, "weir-never-sent");
}

const Registration kCheck{{
    .id = "cancellation.unknown.ignored",
    .title = "the cancellation of an unknown request is ignored",
    .level = Level::should,
    .eras = kSessionEras,
    .requirements = {"cancellation.invalid-ignored"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "A client that gives up late must not lose its session.",
    .fix = "In the handler of notifications/cancelled do nothing where the request id is unknown: answer 202, and let "
           "a missing entry raise no exception.",
    .faults = {"cancellation.unknown-500"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cancellation_unknown_ignored
