#include "conformance/ask/hops.hpp"
#include "conformance/checks/delivery/slow_call.hpp"

namespace weir::conformance::delivery_body_streamed {
namespace {

std::string phases(const wire::Timings& timings) {
  return fmt::format("head after {} ms, first byte {} ms, end {} ms", (timings.head_us - timings.sent_us) / 1000,
                     (timings.first_byte_us - timings.sent_us) / 1000, (timings.end_us - timings.sent_us) / 1000);
}

/// Hops that collect whole bodies as they come.
bool is_known_to_collect(const NamedHop* hop) {
  return hop != nullptr && (hop->name == "API Gateway" || hop->name == "Lambda function URL");
}

Finding judge(const Probe& probe, const wire::Exchange& exchange, bool took_time) {
  if (!exchange.ok() || !exchange.is_event_stream()) {
    return not_applicable("the answer is no event stream: " + describe(exchange));
  }
  const auto length = exchange.head.headers.find("content-length");
  if (!length) { return pass(phases(exchange.timings)); }
  const NamedHop* hop = hop_in_front(probe.target().profile.edge, exchange.head.headers);
  if (!took_time && !is_known_to_collect(hop)) {
    // A server that has the whole answer at hand may as well say how long it is.
    return untestable("the answer to ping has a Content-Length, which means little: list a slow tool under safe_tools");
  }
  return fail("an event stream that is sent as it comes",
              fmt::format("Content-Length: {} on text/event-stream: something collected the whole body ({})", *length,
                          phases(exchange.timings)))
      .at(hop ? std::string(hop->name) : "buffer on the way",
          "Let the response be streamed: responseTransferMode STREAM at API Gateway, InvokeMode RESPONSE_STREAM at a "
          "Lambda function URL, no response buffering at a proxy.");
}

Finding run(Probe& probe) {
  if (probe.survey().declares("tools")) {
    if (const auto slow = call_slow_tool(probe, "")) { return judge(probe, slow->reply.http, true); }
  }
  const auto reply = probe.call(harmless_method(probe));
  return reply ? judge(probe, reply->http, false) : probe.broken(reply.error(), "an answer");
}

const Registration kCheck{{
    .id = "delivery.body.streamed",
    .title = "the stream of an answer has no length beforehand",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html",
    .consequence = "Whatever the server streams comes as one piece at its end: no progress, and nothing of what a "
                   "time-out interrupts.",
    .fix = "Switch the hop to streaming (API Gateway: responseTransferMode STREAM; Lambda URL: RESPONSE_STREAM; proxy: "
           "buffering off) and set no Content-Length on event streams.",
    .faults = {"delivery.whole-body"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_body_streamed
