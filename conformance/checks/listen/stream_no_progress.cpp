#include "conformance/ask/listen.hpp"
#include "conformance/ask/tools.hpp"

namespace weir::conformance::listen_stream_no_progress {
namespace {

constexpr const char* kToken = "weir-not-subscribed";
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kStray{200};  ///< What is sent to everybody is sent at one time.

/// Whether this is of a request, and not of a change: subscriptions, "Notifications".
bool is_of_a_request(const jsonrpc::Message& message) {
  return message.method == "notifications/progress" || message.method == "notifications/message";
}

std::optional<std::string> strayed(Probe& probe, wire::HttpStream& stream) {
  stream.read_to_end(probe.in(kStray));
  for (const auto& text : message_texts(stream.exchange())) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (is_of_a_request(message)) { return wire::excerpt(message.raw, 100); }
    }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  json::value id;
  auto stream = open_listen(probe, id);
  if (!stream) { return probe.broken(stream.error(), "an event stream"); }
  if (!next_message(probe, *stream)) { return untestable("nothing acknowledged the stream"); }
  for (const auto& call : calls) {
    const json::object params{
        {"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", kToken}}}};
    const auto reply = probe.call("tools/call", params, {.timeout = probe.in(kPatience).left()});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    if (const auto stray = strayed(probe, *stream)) {
      return fail(fmt::format("what {} tells on its way in its own answer alone", call.name),
                  "on a listen stream: " + *stray)
          .at("server", "Send progress and log messages on the stream of the request that they belong to.");
    }
    const bool told = std::any_of(reply->messages.begin(), reply->messages.end(),
                                  [](const auto& seen) { return is_of_a_request(seen.message); });
    if (told) { return pass(fmt::format("what {} told came in its own answer alone", call.name)); }
  }
  return untestable("no call that may be made tells of anything on its way");
}

const Registration kCheck{{
    .id = "listen.stream.no-progress",
    .title = "a listen stream carries no progress and no log of a request",
    .level = Level::must,
    .eras = kStateless,
    .capability = "tools",
    .requirements = {"subscriptions.no-request-scoped-notifications"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "Whoever listens reads what other clients' calls are at.",
    .fix = "Send progress and log messages on the response of the request that they belong to, not through the "
           "broadcast that feeds listen streams.",
    .faults = {"progress.to-other-sessions"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"listen.stream.no-progress", "it takes a listen stream that is open beside a call"};

}  // namespace
}  // namespace weir::conformance::listen_stream_no_progress
