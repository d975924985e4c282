// What the checks of plain event streams share: streams that a deployment has beside MCP, or in its place.
#pragma once

#include <functional>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

inline constexpr const char* kEventStreamSource = "https://html.spec.whatwg.org/multipage/server-sent-events.html";

inline constexpr const char* kNoPlainStream =
    "the profile names no event stream that this can be asked of, or none answers";

/// A stream to be asked for, by its row (nullptr: the target's own URL).
struct PlainStream {
  const wire::FrontDoorRoute* row = nullptr;
  std::string name;
  wire::Request request;
};
/// The event streams of the front-door table, and the target's own URL where the profile says `era: none`.
std::vector<PlainStream> plain_streams(const Probe& probe);

/// Clauses about one stream; nullopt where there is nothing to say.
struct PlainJudge {
  std::string expected;
  /// For how long each stream is watched, by its row (nullptr: the target's own URL); zero leaves it out.
  std::function<std::chrono::milliseconds(const Probe&, const wire::FrontDoorRoute*)> span;
  std::function<std::optional<std::string>(const wire::FrontDoorRoute*, const wire::Exchange&)> problem;
  std::string fix;
};

/// Opens the plain streams one after the other; watches and judges each. Not applicable where there are none.
Finding judge_plain_streams(Probe& probe, const PlainJudge& judge);

/// Two seconds, or the answer timeout where that is less.
std::chrono::milliseconds short_watch(const Probe& probe, const wire::FrontDoorRoute* row);

}  // namespace weir::conformance
