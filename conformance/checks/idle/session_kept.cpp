#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::idle_session_kept {
namespace {

constexpr std::chrono::milliseconds kQuick{3600};  ///< Within the time for which streams are watched.
constexpr int kRequests = 4;

/// The first reply that is no result, of a few requests on as many connections: a replica that does not know the
/// session is no matter of silence. nullopt where all of them are results.
wire::Result<std::optional<wire::mcp::Reply>> refusal(const Probe& probe, wire::mcp::Dialogue& dialogue, int& refused) {
  std::optional<wire::mcp::Reply> first;
  for (int i = 0; i < kRequests; ++i) {
    auto reply = dialogue.request(harmless_method(probe));
    if (!reply) { return tl::unexpected(reply.error()); }
    if (!reply->is_result()) {
      ++refused;
      first = first ? std::move(first) : std::move(*reply);
    }
  }
  return first;
}

Finding judge(const wire::mcp::Reply& refused, double silence_s, std::string expected, bool listened) {
  if (refused.http.head.status == kNotFound && listened) {
    Finding finding = fail("an answer: its client was there, and held the GET stream open",
                           fmt::format("forgotten within {:.1f} s of its last POST: {}", silence_s, refused.describe()))
                          .at("server", "Count an open stream as a sign of life where sessions are swept.");
    finding.verdict = reports::Verdict::warn;  // When a session ends is left to the server.
    return finding;
  }
  if (refused.http.head.status == kNotFound) {
    return pass(fmt::format("expired within {:.1f} s, and says so by HTTP 404: clients begin anew", silence_s));
  }
  return fail(std::move(expected), refused.describe())
      .at("server", "Keep sessions for longer than clients are silent, and answer 404 for those that are gone.");
}

Finding run(Probe& probe) {
  if (!probe.survey().open_error && !probe.survey().sessions) {
    return not_applicable("the server issues no sessions");
  }
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto silence = probe.target().hold.count() > 0 ? probe.target().hold : kQuick;
  const double silence_s = std::chrono::duration<double>(silence).count();
  const std::string expected = fmt::format("an answer, or HTTP 404, after {:.1f} s without a request", silence_s);
  int refused = 0;
  auto before = refusal(probe, *dialogue, refused);
  if (before && *before) { return untestable("requests are refused before any silence: " + (*before)->describe()); }
  const auto stream = dialogue->open_get_stream();
  probe.pause(silence);
  if (probe.out_of_time()) { return untestable("the run ended while the session was left alone"); }
  auto after = before ? refusal(probe, *dialogue, refused) : std::move(before);
  if (!after) { return probe.broken(after.error(), expected); }
  if (!*after) { return pass(fmt::format("answered after {:.1f} s without a request", silence_s)); }
  return refused == kRequests
             ? judge(**after, silence_s, expected, stream && stream->exchange().is_event_stream())
             : untestable(fmt::format("{} of {} requests were refused: affinity.session.shared", refused, kRequests));
}

const Registration kCheck{{
    .id = "idle.session.kept",
    .title = "a session that was left alone still answers, or is said to be gone",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Clients begin anew on 404 only: any other answer takes their tools away in mid-conversation.",
    .fix = "Keep sessions for longer than clients are silent, count an open GET stream as a sign of life, and "
           "answer 404, no other status, where a session is gone.",
    .faults = {"idle.session-lost", "idle.session-swept"},
    .fixture = "idle-held",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"idle.session.kept", "it comes only after the session has been idle for long"};

}  // namespace
}  // namespace weir::conformance::idle_session_kept
