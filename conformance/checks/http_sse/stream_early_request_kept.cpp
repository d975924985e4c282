#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_stream_early_request_kept {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};
constexpr std::chrono::milliseconds kForTheEnd{200};  ///< A server that falls over the request does so at once.

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue([](wire::mcp::DialogueOptions& options) { options.send_initialized = false; });
  if (!dialogue) { return probe.broken(dialogue.error(), "an answer to initialize"); }
  // The specification allows a ping alone so early; but whoever knows a session's address can send anything.
  std::string said;
  for (const std::string_view method : {harmless_method(probe), std::string_view("tools/list")}) {
    const auto reply = dialogue->request(method, nullptr, {.timeout = kPatience});
    const auto lost = [&](std::string_view how) {
      return fail(fmt::format("a stream that stays open after a {} before notifications/initialized", method),
                  std::string(how))
          .at("server", "Upgrade the server's SDK; in that for Python, 1.6.0 raises RuntimeError there.");
    };
    if (!reply) {
      if (dialogue->stream()->ended()) { return lost("the stream ended: " + reply.error().detail); }
      if (method == harmless_method(probe)) {
        return probe.broken(reply.error(), "an answer to a ping before notifications/initialized");
      }
      continue;  // Nobody has to answer it.
    }
    dialogue->drain(probe.in(kForTheEnd));
    if (dialogue->stream()->ended()) {
      return lost(fmt::format("{}, and the stream ended: {}", reply->describe(),
                              to_string(dialogue->stream()->exchange().end)));
    }
    said += (said.empty() ? "" : "; ") + reply->describe();
  }
  return pass("the stream stayed open; " + said);
}

const Registration kCheck{{
    .id = "http-sse.stream.early-request-kept",
    .title = "a request before notifications/initialized does not end the stream",
    .level = Level::should,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/lifecycle#initialization",
    .consequence = "Pings are allowed from the start: a client that sends one too early loses its session, and whoever "
                   "knows a session's address can end it.",
    .fix = "Answer or refuse a request before notifications/initialized without an exception in the session's "
           "loop, or upgrade the SDK: that for Python raises in 1.6.0.",
    .faults = {"http-sse.early-request-kills", "http-sse.early-list-kills"},
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.stream.early-request-kept",
                              "the request comes before notifications/initialized, in a session that is half open"};

}  // namespace
}  // namespace weir::conformance::http_sse_stream_early_request_kept
