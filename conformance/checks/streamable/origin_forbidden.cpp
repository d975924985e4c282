#include "conformance/ask/control.hpp"
#include "conformance/ask/initialize.hpp"

namespace weir::conformance::streamable_origin_forbidden {
namespace {

Finding run(Probe& probe) {
  wire::Request request;
  if (probe.is(Era::stateless)) {
    auto dialogue = probe.shared();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    request = dialogue->get().make_post(call_body(probe, "weir-origin", "server/discover"));
  } else {
    request = initialize_request(probe);
  }
  request.headers.set("Origin", kForeignOrigin);
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "HTTP 403"); }
  if (answer->head.status != 403) {
    return not_refused(probe, fmt::format("HTTP 403 for 'Origin: {}'", kForeignOrigin), *answer);
  }
  // What begins like an origin that is allowed is another one.
  const std::string lookalike =
      fmt::format("{}://{}.weir-foreign-origin.example", probe.url().scheme, probe.url().host);
  request.headers.set("Origin", lookalike);
  const auto again = probe.send(request);
  if (again && again->head.status != 403 && probe.url().host.find(':') == std::string::npos) {
    return not_refused(probe, fmt::format("HTTP 403 for 'Origin: {}', as for another foreign one", lookalike), *again)
        .at("server", "Compare the whole origin with those that are allowed, and not its beginning.");
  }
  return beside_a_call(probe, pass("HTTP 403"));
}

const Registration kCheck{{
    .id = "streamable.origin.forbidden",
    .title = "a request from a foreign web origin is answered 403",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-11-25",
    .requirements = {"transport.streamable.origin-403"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#security-warning",
    .consequence = "Any web page reaches what is served without a token, through the browser of someone who can (DNS "
                   "rebinding).",
    .fix = "Compare an Origin header whole with a list of allowed origins before the message is handled, and answer "
           "any other 403 (SDKs: allowed origins, DNS rebinding protection).",
    .faults = {"streamable.origin-ignored", "streamable.origin-prefix"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::streamable_origin_forbidden
