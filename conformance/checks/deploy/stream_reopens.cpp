#include <cmath>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_stream_reopens {
namespace {

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  const auto limit_ms = std::llround(*expected_of(probe).recovery_s * 1000);
  std::size_t ended = 0, late = 0;
  std::int64_t longest_ms = 0;
  const WatchedStream* first = nullptr;
  for (const auto& stream : seen->era.streams) {
    if (stream.end == wire::EndClass::open) { continue; }
    ++ended;
    const std::int64_t took_ms = stream.reopened_ms.value_or(seen->deploy.watched_ms) - stream.end_ms;
    longest_ms = std::max(longest_ms, took_ms);
    if (took_ms > limit_ms || !stream.reopened_ms) {
      ++late;
      first = first ? first : &stream;
    }
  }
  if (ended == 0) {
    return not_applicable(seen->era.streams.empty() ? "the server holds no stream" : "no stream ended");
  }
  if (first) {
    return fail(fmt::format("streams that can be opened again within {}", seconds_text(limit_ms)),
                fmt::format("{} not open again after {}{}", counted(late, ended, "streams"), seconds_text(longest_ms),
                            first->reopen_problem.empty() ? "" : ": " + first->reopen_problem))
        .at("server", "Let the new version take the streams of the clients that come back.");
  }
  return pass(fmt::format("{} open again, the last after {}", ended, seconds_text(longest_ms)));
}

const Registration kCheck{{
    .id = "deploy.stream.reopens",
    .title = "streams that the deploy has ended can be opened again",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/spring-projects/spring-ai/issues/2881",
    .consequence = "Clients have their tools again, but hear of nothing any more; in HTTP+SSE they have nothing.",
    .fix = "Let the new version take the GET of clients that come back, free the place of a stream that is gone so "
           "that none meets 409, and answer 404 to unknown sessions.",
    .faults = {"deploy.stream-refused"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.stream.reopens", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_stream_reopens
