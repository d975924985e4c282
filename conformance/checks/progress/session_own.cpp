#include "conformance/ask/tools.hpp"

namespace weir::conformance::progress_session_own {
namespace {

constexpr const char* kToken = "weir-of-one-session";
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kStray{200};  ///< What is sent to everybody is sent at one time.

bool is_ours(const jsonrpc::Message& message) {
  const json::value* token = wire::find(message.params, "progressToken");
  return message.method == "notifications/progress" && token && *token == json::value(kToken);
}

/// How much of the call's progress has come to the client that did not make it.
std::ptrdiff_t strayed(Probe& probe, wire::mcp::Dialogue& other, std::optional<wire::HttpStream>& stream) {
  const wire::Deadline patience = probe.in(kStray);
  if (!stream) {
    const auto seen = other.drain(patience);
    return std::count_if(seen.begin(), seen.end(), [](const auto& one) { return is_ours(one.message); });
  }
  stream->read_to_end(patience);
  std::ptrdiff_t count = 0;
  for (const auto& text : message_texts(stream->exchange())) {
    const auto parsed = jsonrpc::parse(text);
    if (parsed) { count += std::count_if(parsed->messages.begin(), parsed->messages.end(), is_ours); }
  }
  return count;
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  auto one = probe.dialogue();
  auto other = probe.dialogue();
  if (!one || !other) { return probe.broken(one ? other.error() : one.error(), "two conversations"); }
  std::optional<wire::HttpStream> stream;
  if (probe.is(Era::streamable)) {
    if (!probe.survey().sessions) { return not_applicable("without sessions nothing tells two clients apart"); }
    auto opened = other->open_get_stream();
    if (!opened) { return untestable("GET gave no stream to watch: " + opened.error().detail); }
    if (!opened->exchange().is_event_stream()) { return not_applicable("the server offers no stream of its own"); }
    stream = *std::move(opened);
  }
  for (const auto& call : calls) {
    const json::object params{
        {"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", kToken}}}};
    const auto reply = one->request("tools/call", params, {.timeout = probe.in(kPatience).left()});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    const auto own = std::count_if(reply->messages.begin(), reply->messages.end(),
                                   [](const auto& seen) { return is_ours(seen.message); });
    if (const auto count = strayed(probe, *other, stream); count > 0) {
      return fail(fmt::format("the progress of {} in the session that called it", call.name),
                  fmt::format("{} notifications of it on the stream of another session, and {} in its own", count, own))
          .at("server", "Keep the streams of each session apart, and send progress where its request came from.");
    }
    if (own > 0) { return pass(fmt::format("the progress of {} came in its own session alone", call.name)); }
  }
  return untestable("no call that may be made tells of its progress");
}

const Registration kCheck{{
    .id = "progress.session.own",
    .title = "the progress of a request comes in its own session, and in no other",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"progress.only-active-tokens"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "One client reads what another one's call is at, and takes it for its own where tokens are counted.",
    .fix = "Send progress to the session that its request came from, not to all open streams, and keep tokens by "
           "session, as two clients may give the same.",
    .faults = {"progress.to-other-sessions"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"progress.session.own", "it takes two sessions at once"};

}  // namespace
}  // namespace weir::conformance::progress_session_own
