#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::streamable_request_content_type {
namespace {

Finding judge(Probe& probe, std::string_view method) {
  auto reply = probe.call(method);
  if (!reply) { return probe.broken(reply.error(), "an answer"); }
  const std::string type = wire::media_type(reply->http.head.headers.get("content-type"));
  if (!reply->http.ok()) { return untestable(fmt::format("{} was refused: {}", method, reply->describe())); }
  if (reply->http.head.status == kAccepted) {
    return fail("HTTP 200 with the response, as application/json or text/event-stream",
                fmt::format("HTTP 202 to {}{}", method,
                            reply->response ? ", and a response that clients do not read behind it" : ""))
        .at("server", "Answer each POST that holds a request by its response: 202 is for notifications and responses.");
  }
  if (type != "application/json" && type != "text/event-stream") {
    return fail("application/json or text/event-stream", type.empty() ? "no Content-Type" : type);
  }
  return pass(type);
}

Finding run(Probe& probe) {
  constexpr std::string_view kPing = "ping";
  auto finding = judge(probe, harmless_method(probe));
  if (finding.verdict != reports::Verdict::pass || !probe.survey().takes_ping) { return finding; }
  return judge(probe, kPing);
}

const Registration kCheck{{
    .id = "streamable.request.content-type",
    .title = "a request is answered as JSON or as an event stream",
    .level = Level::must,
    .eras = kStreamable,
    .requirements = {"transport.streamable.request-response-content-type"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients refuse any other media type.",
    .fix = "Answer a request in its own POST by its response, with Content-Type application/json or text/event-stream "
           "set; keep 202 for notifications and responses.",
    .faults = {"streamable.answer-text-plain", "streamable.answer-202"},
    .turn = Turn::first,  // Others leave it to this one to say that requests are taken without an answer.
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_request_content_type
