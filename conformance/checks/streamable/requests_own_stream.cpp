#include <algorithm>

#include "conformance/exercise/capable.hpp"

namespace weir::conformance::streamable_requests_own_stream {
namespace {

constexpr std::chrono::milliseconds kWithheld{300};

std::string methods_on_get(const CapableCall& made) {
  std::string methods;
  for (const auto& one : made.asked) {
    if (one.on_get && one.is_of_the_call() && methods.find(one.method) == std::string::npos) {
      methods += (methods.empty() ? "" : " and ") + one.method;
    }
  }
  return methods;
}

/// Whether the call asks again when it is made again, and waits for the answer for longer than it takes otherwise: what
/// merely comes while it runs may have nothing to do with it.
bool hangs_on_get(Probe& probe, const CapableCall& made) {
  auto dialogue = capable_dialogue(probe);
  auto get = dialogue ? stream_of_get(probe, *dialogue) : std::nullopt;
  if (!get) { return false; }
  const auto again = call_as_capable(probe, *dialogue, made.call, &*get, made.rest + kWithheld);
  return again.was_asked_on_get() && again.waited;
}

/// What becomes of the call where its client holds no stream.
std::string without_get(Probe& probe, const ToolCall& call) {
  auto dialogue = capable_dialogue(probe);
  if (!dialogue) { return ""; }
  const auto alone = call_as_capable(probe, *dialogue, call, nullptr);
  if (std::any_of(alone.asked.begin(), alone.asked.end(), [](const auto& one) { return one.is_of_the_call(); })) {
    return "; a client without one is asked on the stream of its call";
  }
  if (!alone.answer) { return "; a client without one gets no answer"; }
  const json::value* failed = wire::find(alone.answer->result, "isError");
  if (alone.answer->kind == jsonrpc::Kind::error || (failed && *failed == json::value(true))) {
    const json::value* text = wire::find_pointer(alone.answer->result, "/content/0/text");
    return "; for a client without one the call fails: " + wire::excerpt(text ? *text : alone.answer->raw, 200);
  }
  return "; a client without one is not asked";
}

Finding run(Probe& probe) {
  if (safe_calls(probe).empty()) { return untestable(why_no_call(probe)); }
  const auto made = capable_calls(probe);
  if (made->error) { return probe.broken(*made->error, "a conversation"); }
  std::size_t own = 0;
  bool unrelated = false;
  for (const CapableCall& call : made->calls) {
    own += static_cast<std::size_t>(
        std::count_if(call.asked.begin(), call.asked.end(), [](const auto& one) { return !one.on_get; }));
    if (!call.was_asked_on_get()) { continue; }
    if (!hangs_on_get(probe, call)) {
      unrelated = true;
      continue;
    }
    const std::string methods = methods_on_get(call);
    return fail(fmt::format("{} of a call of {} on the stream that answers it", methods, call.call.name),
                fmt::format("the call waits for the answer to {}, which comes on the GET stream{}", methods,
                            without_get(probe, call.call)))
        .at("server",
            "Hand the id of the call on when its client is asked (relatedRequestId), so that the question goes to the "
            "call's own event stream.");
  }
  if (own > 0) { return pass(fmt::format("{} requests of running calls came on the calls' own streams", own)); }
  if (unrelated) { return untestable("what came on the GET stream has nothing to do with the calls that ran"); }
  return not_applicable("no call that may be made asks its client for anything");
}

const Registration kCheck{{
    .id = "streamable.requests.own-stream",
    .title = "what a running call asks its client comes on the stream of that call",
    .level = Level::should,
    .eras = kStreamable,
    .requirements = {"transport.streamable.sse-related-messages", "transport.streamable.get-stream-unrelated"},
    .source =
        "https://modelcontextprotocol.io/specification/{revision}/basic/transports#sending-messages-to-the-server",
    .consequence = "Clients that hold no stream are never asked, and the call fails or hangs; with several streams the "
                   "question may reach another one.",
    .fix = "Hand the id of the call on when its client is asked (relatedRequestId in the TypeScript SDK, "
           "related_request_id in Python's), or upgrade an SDK that leaves it out.",
    .faults = {"streamable.asks-on-get"},
    .fixture = "asking",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"streamable.requests.own-stream", "it takes a client that can be asked, and its streams"};

}  // namespace
}  // namespace weir::conformance::streamable_requests_own_stream
