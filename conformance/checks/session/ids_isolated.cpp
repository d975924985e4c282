#include "conformance/ask/session.hpp"

namespace weir::conformance::session_ids_isolated {
namespace {

Finding run(Probe& probe) {
  auto one = probe.dialogue();
  auto two = probe.dialogue();
  if (!one || !two) { return probe.broken(one ? two.error() : one.error(), "two conversations"); }
  const json::value id = "weir-same-id";
  auto good = one->request(harmless_method(probe), nullptr, {.id = id});
  auto bad = two->request(kUnknownMethod, nullptr, {.id = id});
  if (!good || !bad) { return probe.broken(good ? bad.error() : good.error(), "a response in each session"); }
  // Whose answer came is told by its content, since the ids are alike.
  if (error_code(*good) == jsonrpc::kMethodNotFound || bad->is_result()) {
    return fail("the result of ping in one, an error in the other", good->describe() + "; " + bad->describe());
  }
  if (!good->is_result() || !bad->is_error()) {
    return untestable("not both were answered: " + good->describe() + "; " + bad->describe());
  }
  return pass("each session got its own response");
}

const Registration kCheck{{
    .id = "session.ids.isolated",
    .title = "two sessions that use the same request id each get their own response",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#multiple-connections",
    .consequence = "One client reads another client's tool results.",
    .faults = {"http-sse.cross-talk"},
    .run = run,
}};
const NotByCommand kNoCommand{"session.ids.isolated", "it takes two sessions at once"};

}  // namespace
}  // namespace weir::conformance::session_ids_isolated
