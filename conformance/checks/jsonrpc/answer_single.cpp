#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_answer_single {
namespace {

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& sent : traffic->sent) {
    const wire::Exchange& http = sent.in->http;
    if (sent.request() == nullptr || !http.ok()) { continue; }
    for (const auto& text : texts_of({sent.in})) {
      probe.keep_judging();
      const auto value = wire::parse_json(text.text);
      if (!value) { continue; }
      places.looked();
      if (!value->value.is_object()) { places.broken(sent.in, wire::excerpt(text.text, 80)); }
    }
  }
  return judged(probe, places, "one JSON object where one request was sent", "answers", "no request was answered");
}

const Registration kCheck{{
    .id = "jsonrpc.answer.single",
    .title = "the answer to one request is one object",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients that sent no batch look for an object, and take an array for no answer at all.",
    .fix = "Send the response to a single request as one object, and collect responses into an array only where a "
           "batch came.",
    .faults = {"jsonrpc.answer-in-array"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_answer_single
