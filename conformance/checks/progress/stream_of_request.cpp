#include "conformance/ask/tools.hpp"

namespace weir::conformance::progress_stream_of_request {
namespace {

constexpr const char* kToken = "weir-own-stream";
constexpr std::chrono::milliseconds kPatience{10'000};
constexpr std::chrono::milliseconds kLinger{200};

bool is_ours(const jsonrpc::Message& message) {
  const json::value* token = wire::find(message.params, "progressToken");
  return message.method == "notifications/progress" && token && *token == json::value(kToken);
}

/// How much of the call's progress came on a stream that a GET has opened.
int count_on(wire::HttpStream& stream, wire::Deadline patience) {
  int count = 0;
  while (auto event = stream.next_event(patience)) {
    const auto parsed = jsonrpc::parse(event->data);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      count += is_ours(message);
    }
  }
  return count;
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto stream = dialogue->open_get_stream();
  if (!stream) { return untestable("GET gave no stream to watch: " + stream.error().detail); }
  if (!stream->exchange().is_event_stream()) { return not_applicable("the server offers no stream of its own"); }
  for (const auto& call : calls) {
    const json::object params{
        {"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", kToken}}}};
    const auto reply = dialogue->request("tools/call", params, {.timeout = probe.in(kPatience).left()});
    if (!reply) { return unanswered_call(call.name, reply.error()); }
    const auto own = std::count_if(reply->messages.begin(), reply->messages.end(),
                                   [](const auto& seen) { return is_ours(seen.message); });
    if (const int strayed = count_on(*stream, probe.in(kLinger)); strayed > 0) {
      return fail(fmt::format("the progress of {} on the stream that answers its call", call.name),
                  fmt::format("{} notifications of it on the GET stream, and {} on its own", strayed, own))
          .at("server",
              "Send what belongs to a request on its own stream: SDKs take the request's id for that "
              "(relatedRequestId).");
    }
    if (own > 0) { return pass(fmt::format("the progress of {} came on its own stream", call.name)); }
  }
  return untestable("no call that may be made tells of its progress");
}

const Registration kCheck{{
    .id = "progress.stream.of-request",
    .title = "the progress of a request comes on its own stream, and not on that of a GET",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence =
        "Clients that hold no stream see no progress, and give slow calls up; with several, it is one's luck.",
    .fix = "Hand the id of the request on when its progress is sent (relatedRequestId in the TypeScript SDK, "
           "related_request_id in Python's), or upgrade an SDK that leaves it out.",
    .faults = {"progress.on-get-stream"},
    .fixture = "slow-tool",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"progress.stream.of-request", "it takes a GET stream that is open beside the call"};

}  // namespace
}  // namespace weir::conformance::progress_stream_of_request
