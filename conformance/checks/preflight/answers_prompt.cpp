#include "conformance/ask/dialogue.hpp"

namespace weir::conformance::preflight_answers_prompt {
namespace {

constexpr std::size_t kTimes = 3;
constexpr std::chrono::milliseconds kSlow{1500};
constexpr std::chrono::milliseconds kLongest{8000};

Finding run(Probe& probe) {
  const wire::Request* question = known_question(probe.target());
  if (!question) { return no_era(probe); }
  std::vector<std::int64_t> took_us;
  for (std::size_t i = 0; i < kTimes; ++i) {
    auto stream = probe.http().open(*question, probe.in(kLongest));
    if (!stream) { return untestable("asked again, it is not answered: " + stream.error().detail); }
    hear_out(probe, *stream);
    probe.end_afterwards(stream->exchange());
    took_us.push_back(stream->exchange().timings.head_us);
    // One prompt answer is enough: what was slow before was a cold start.
    if (took_us.back() < std::chrono::microseconds(kSlow).count()) { break; }
  }
  const auto least = *std::min_element(took_us.begin(), took_us.end());
  const double seconds = static_cast<double>(least) / 1e6;
  if (least < std::chrono::microseconds(kSlow).count()) { return pass(fmt::format("{:.3f} s", seconds)); }
  return fail("an answer within 1.5 s",
              fmt::format("the target is slow: at least {:.1f} s for each of {} plain requests", seconds,
                          took_us.size()))
      .at("server", "Look where the time goes before the first byte: a cold start, a queue, a hop that waits.");
}

const Registration kCheck{{
    .id = "preflight.answers.prompt",
    .title = "a plain request is answered within a second and a half",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#timeouts",
    .consequence = "Clients give up on calls that would have been answered, and every session begins with a wait.",
    .fix = "Measure at each hop, from the server outwards, how long the first byte takes, and remove what waits: "
           "work in the handshake, a look-up per request, too few workers.",
    .faults = {"http.slow"},
    .turn = Turn::first,
    .explains = {Trouble::silence},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::preflight_answers_prompt
