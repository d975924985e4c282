#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_streams_concurrent {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  constexpr int kStreams = 3;
  std::vector<wire::HttpStream> held;
  for (int i = 0; i < kStreams; ++i) {
    const json::value id(fmt::format("weir-listen-{}", i));
    auto stream = open_listen_as(probe, id);
    if (!stream) { return probe.broken(stream.error(), fmt::format("{} streams at once", kStreams)); }
    auto first = next_message(probe, *stream);
    const json::value* got = first ? subscription_id(*first) : nullptr;
    if (!got || *got != id) {
      return fail(fmt::format("an acknowledgment of stream {} of {}", i + 1, kStreams),
                  first ? wire::excerpt(first->raw, 80) : describe(stream->exchange()));
    }
    held.push_back(std::move(*stream));
  }
  return pass(fmt::format("{} streams", kStreams));
}

const Registration kCheck{{
    .id = "listen.streams.concurrent",
    .title = "several listen streams are held at once, each acknowledged under its own id",
    .level = Level::may,
    .eras = kStateless,
    .requirements = {"subscriptions.concurrent"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "A second tab or agent silences the first one.",
    .fix = "Keep listen streams in a collection with one entry for each request, not in one field that the newest "
           "takes over, and acknowledge each under its own id.",
    .faults = {"listen.one-stream-only"},
    .run = run,
}};
const NotByCommand kNoCommand{"listen.streams.concurrent", "it takes several streams at once"};

}  // namespace
}  // namespace weir::conformance::listen_streams_concurrent
