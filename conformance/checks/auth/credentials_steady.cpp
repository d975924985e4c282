#include "conformance/ask/dialogue.hpp"

namespace weir::conformance::auth_credentials_steady {
namespace {

constexpr int kTimes = 10;

bool refuses_credentials(int status) { return status == 401 || status == 403; }

Finding run(Probe& probe) {
  const Target& target = probe.target();
  if (target.headers.fields().empty() && !target.tokens) { return not_applicable("no credentials are configured"); }
  const wire::Request* question = known_question(target);
  if (!question) { return no_era(probe); }
  int asked = 0, refused = 0, status = 0;
  for (; asked < kTimes && !probe.out_of_time() && !probe.throttled(); ++asked) {
    auto stream = probe.http().open(*question, probe.answer_deadline());
    if (!stream) { return untestable("no answer: " + stream.error().detail); }
    hear_out(probe, *stream);
    probe.end_afterwards(stream->exchange());
    if (!refuses_credentials(stream->exchange().head.status)) { continue; }
    ++refused;
    status = stream->exchange().head.status;
  }
  if (refused == 0 && asked == kTimes) { return pass(fmt::format("let in {} times", asked)); }
  if (refused == 0 || refused == asked) {
    return untestable("the credentials are not let in, or the run ended before");
  }
  return fail("the same credentials to be let in each time",
              fmt::format("{} of {} requests with the same credentials were answered {}", refused, asked, status))
      .at("server",
          "Give every replica the same keys, secrets and clock: one of them knows these credentials, and one "
          "does not.");
}

const Registration kCheck{{
    .id = "auth.credentials.steady",
    .title = "credentials that are let in are not refused the next time",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-handling",
    .consequence = "Users are sent to log in again and again: half of what stands behind the name does not know them.",
    .fix = "Give every replica the same keys, secrets and issuer settings and a synchronised clock, and restart or "
           "replace the one that still refuses these credentials.",
    .faults = {"auth.refused-now-and-then"},
    .fixture = "bearer",
    .turn = Turn::last,
    .explains = {Trouble::refused_credentials},
    .run = run,
}};
const NotByCommand kNoCommand{"auth.credentials.steady", "only some of many answers are such"};

}  // namespace
}  // namespace weir::conformance::auth_credentials_steady
