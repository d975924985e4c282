#include "conformance/checks/common.hpp"
#include "conformance/checks/idle/hops.hpp"

namespace weir::conformance {
namespace {

std::string phases(const wire::Timings& timings) {
  return fmt::format("head after {} ms, first byte {} ms, end {} ms", (timings.head_us - timings.sent_us) / 1000,
                     (timings.first_byte_us - timings.sent_us) / 1000, (timings.end_us - timings.sent_us) / 1000);
}

Finding run(Probe& probe) {
  const auto reply = probe.call(harmless_method(probe));
  if (!reply) {
    return probe.broken(reply.error(), "an answer");
  }
  const wire::Exchange& exchange = reply->http;
  if (!exchange.ok() || !exchange.is_event_stream()) {
    return not_applicable("the answer is no event stream: " + describe(exchange));
  }
  const auto length = exchange.head.headers.find("content-length");
  if (!length) {
    return pass(phases(exchange.timings));
  }
  const NamedHop* hop = hop_in_front(probe.target().profile.edge, exchange.head.headers);
  return fail("an event stream that is sent as it comes",
              fmt::format("Content-Length: {} on text/event-stream: something collected the whole body ({})", *length,
                          phases(exchange.timings)))
      .at(hop ? std::string(hop->name) : "buffer on the way",
          "Let the response be streamed: responseTransferMode STREAM at API Gateway, InvokeMode RESPONSE_STREAM at a "
          "Lambda function URL, no response buffering at a proxy.");
}

const Registration kCheck{{
    .id = "delivery.body.streamed",
    .title = "the stream of an answer has no length beforehand",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html",
    .consequence = "Whatever the server streams comes as one piece at its end: no progress, and nothing of what a "
                   "time-out interrupts.",
    .faults = {"delivery.whole-body"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
