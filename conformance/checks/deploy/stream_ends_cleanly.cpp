#include <map>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_stream_ends_cleanly {
namespace {

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  const auto& streams = seen->era.streams;
  std::map<wire::EndClass, std::size_t> ends;
  std::size_t ended = 0, cut = 0;
  std::int64_t first_ms = 0;
  for (const auto& stream : streams) {
    if (stream.end == wire::EndClass::open) { continue; }
    ++ended;
    ++ends[stream.end];
    // A body that ends with its connection has no other end: a cut looks the same.
    if (stream.end != wire::EndClass::clean && stream.end != wire::EndClass::close_delimited) {
      first_ms = cut++ == 0 ? stream.end_ms : std::min(first_ms, stream.end_ms);
    }
  }
  if (ended == 0) {
    return streams.empty() ? not_applicable("the server holds no stream") : not_applicable("no stream ended");
  }
  std::string classes;
  for (const auto& [end, count] : ends) {
    classes += fmt::format("{}{} x {}", classes.empty() ? "" : ", ", count, to_string(end));
  }
  if (cut > 0) {
    return fail("streams that end with their last chunk",
                fmt::format("{} cut, the first {} after the deploy began: {}", counted(cut, ended, "streams"),
                            seconds_text(first_ms), classes))
        .at("server", "On SIGTERM end each stream with its last chunk, and stop the process when they have ended.");
  }
  return pass(classes);
}

const Registration kCheck{{
    .id = "deploy.stream.ends-cleanly",
    .title = "streams that a deploy ends have their proper end",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-8",
    .consequence = "Clients cannot tell a deploy from a broken network: they log errors and back off for long.",
    .fix = "On SIGTERM end each stream with its last chunk, without destroying its socket, and exit afterwards; stop "
           "an nginx on the way with SIGQUIT.",
    .faults = {"deploy.stream-cut"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.stream.ends-cleanly", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_stream_ends_cleanly
