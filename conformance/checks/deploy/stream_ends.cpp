#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_stream_ends {
namespace {

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  const auto& streams = seen->era.streams;
  if (streams.empty()) { return not_applicable("the server holds no stream"); }
  std::size_t deserted = 0, open = 0, alive = 0;
  const WatchedStream* first = nullptr;
  for (const auto& stream : streams) {
    open += stream.end == wire::EndClass::open;
    alive += stream.alive;
    deserted += !stream.deserted.empty();
    first = first || stream.deserted.empty() ? first : &stream;
  }
  if (first) {
    return fail("an end of every stream whose server is gone",
                fmt::format("{} still open {} after the deploy began: {}",
                            counted(deserted, streams.size(), deserted == 1 ? "streams is" : "streams are"),
                            seconds_text(first->end_ms), first->deserted))
        .at("server",
            "End every stream when the process is told to stop, and let no hop keep what has lost its server.");
  }
  if (open > alive) {
    return untestable(fmt::format("{} still open {} after the deploy began, and nothing tells whether its server lives",
                                  counted(open, streams.size(), "streams"), seconds_text(seen->deploy.watched_ms)));
  }
  if (open > 0) {
    return pass(fmt::format("{} outlived the deploy, and their conversations with them",
                            counted(open, streams.size(), "streams")));
  }
  return pass(fmt::format("{} ended, the last {} after the deploy began", streams.size(),
                          seconds_text(std::max_element(streams.begin(), streams.end(), [](auto& a, auto& b) {
                                         return a.end_ms < b.end_ms;
                                       })->end_ms)));
}

const Registration kCheck{{
    .id = "deploy.stream.ends",
    .title = "no stream stays open when its server is gone",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/modelcontextprotocol/java-sdk/issues/105",
    .consequence = "Clients wait on a dead stream and never connect again: they stay dead until they are restarted.",
    .fix = "End every held stream on SIGTERM before the process exits, and let the proxy close the client's side as "
           "soon as its upstream is gone.",
    .faults = {"deploy.stream-hangs"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.stream.ends", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_stream_ends
