#include "conformance/ask/common.hpp"

namespace weir::conformance::delivery_reply_immediate {
namespace {

constexpr std::chrono::milliseconds kAtOnce{1000};
constexpr std::chrono::milliseconds kApart{300};
constexpr const char* kPlain = "identity";

/// Pings twice, apart; what is wrong with the answers.
std::optional<Finding> ping_twice(Probe& probe, const char* accept_encoding) {
  auto dialogue = probe.dialogue(
      [&](wire::mcp::DialogueOptions& options) { options.headers.set("Accept-Encoding", accept_encoding); });
  if (!dialogue && std::string_view(accept_encoding) == kPlain) {
    return probe.broken(dialogue.error(), "a conversation");
  }
  if (!dialogue) {
    return probe.not_opened(dialogue.error(), fmt::format("a conversation with Accept-Encoding: {}", accept_encoding));
  }
  for (int i = 0; i < 2; ++i) {
    // The way there and back is no fault of the stream.
    const auto& timings = dialogue->stream()->exchange().timings;
    const auto trip = std::chrono::milliseconds(2 * timings.connected_us / 1000);
    const auto ask = [&](std::chrono::milliseconds patience) {
      return dialogue->request(harmless_method(probe), nullptr, {.timeout = patience});
    };
    auto reply = ask(kAtOnce + trip);
    // A server that takes its time over the POST itself is slow, and holds nothing back.
    if (!reply && reply.error().code == wire::ErrorCode::timeout) { reply = ask(probe.answer_deadline().left()); }
    const std::string expected =
        fmt::format("the reply within {} ms, with Accept-Encoding: {}", (kAtOnce + trip).count(), accept_encoding);
    if (!reply) { return probe.broken(reply.error(), expected); }
    if (!reply->response) {
      return probe.out_of_time() ? untestable("the run ended before the answer came")
                                 : fail(expected, reply->describe());
    }
    probe.pause(kApart);
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  for (const char* accept_encoding : {kPlain, "gzip, br"}) {
    if (auto finding = ping_twice(probe, accept_encoding)) { return *finding; }
  }
  return pass("four pings, each answered at once");
}

const Registration kCheck{{
    .id = "delivery.reply.immediate",
    .title = "each reply comes down the held stream at once",
    .level = Level::must,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Replies wait in a buffer on the way until enough others fill it: calls time out although the "
                   "server answered them.",
    .fix = "Flush each event on the held stream as it is written, switch off proxy buffering for it, and leave "
           "text/event-stream out of compression.",
    .faults = {"delivery.replies-held", "delivery.gzip-holds-replies"},
    .waits = true,
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::delivery_reply_immediate
