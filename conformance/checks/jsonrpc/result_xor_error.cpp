#include "conformance/ask/passive.hpp"
#include "conformance/tap/enveloped.hpp"

namespace weir::conformance::jsonrpc_result_xor_error {
namespace {

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    const json::value& raw = heard.message.raw;
    if (!wire::find(raw, "id")) { continue; }
    const json::value* method = wire::find(raw, "method");
    if (method && !heard.message.is_reply()) { continue; }
    places.looked();
    if (method) {
      places.broken(heard.in,
                    fmt::format("with the method {}: {}", wire::excerpt(*method, 40), wire::excerpt(raw, 100)));
      continue;
    }
    if (is_enveloped(raw)) {
      places.broken(heard.in, "a whole message as the result: " + wire::excerpt(raw, 160));
      continue;
    }
    const bool result = wire::find(raw, "result") != nullptr;
    if (result == (wire::find(raw, "error") != nullptr)) {
      places.broken(heard.in, (result ? "both: " : "neither: ") + wire::excerpt(raw, 100));
    }
  }
  return judged(probe, places, "either a result or an error, and no method", "responses",
                "the server sent no response");
}

const Registration kCheck{{
    .id = "jsonrpc.result.xor-error",
    .title = "a response has a result or an error, never both, and no method",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.result-xor-error"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence =
        "Clients look at one of the two first: the same answer is a success for some and a failure for others.",
    .fix = "Write results and errors from two types, each without the member of the other, instead of one type "
           "that sends null for it, put method into requests alone, and wrap nothing twice.",
    .faults = {"jsonrpc.result-and-error", "jsonrpc.result-and-method", "jsonrpc.error-in-result"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_result_xor_error
