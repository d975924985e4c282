#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_id_unicode {
namespace {

Finding run(Probe& probe) {
  const json::value id = "weir-\xC3\xA9-\xE6\xBC\xA2-\xF0\x9F\x8C\x8A";
  auto reply = probe.call(harmless_method(probe), nullptr, {.id = id});
  if (!reply) { return probe.broken(reply.error(), "an answer with the id unchanged"); }
  if (reply->response) { return pass("the id came back unchanged"); }
  for (const auto& seen : reply->messages) {
    if (seen.message.is_reply()) {
      return fail("an answer with the id unchanged",
                  seen.message.id ? "the id " + wire::excerpt(*seen.message.id) : "an answer without an id");
    }
  }
  return fail("an answer with the id unchanged", reply->describe());
}

const Registration kCheck{{
    .id = "jsonrpc.id.unicode",
    .title = "an id beyond ASCII comes back unchanged",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.response-id-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "An id that is re-encoded on the way no longer matches its request.",
    .faults = {"jsonrpc.id-ascii-only"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_id_unicode
