#include <algorithm>

#include "conformance/ask/auth.hpp"

namespace weir::conformance::sizes_first_contact_fast {
namespace {

/// The official TypeScript and Python clients, and the gateways in front of them, give up a connection soonest then.
constexpr std::chrono::milliseconds kClientsWait{5000};

double ms_of(std::int64_t micros) { return static_cast<double>(micros) / 1000; }

/// "connect 1 ms, TLS 12 ms, answer 6012 ms"
std::string phases(const wire::Timings& timings) {
  std::string text = fmt::format("connect {:.0f} ms", ms_of(timings.connected_us));
  if (timings.tls_us >= 0) { text += fmt::format(", TLS {:.0f} ms", ms_of(timings.tls_us - timings.connected_us)); }
  return text + fmt::format(", answer after {:.0f} ms", ms_of(timings.head_us));
}

Finding late(std::string got) {
  return fail("the first answer within 5 s", std::move(got))
      .at("server",
          "Keep one instance warm (provisioned concurrency, minimum of one task), and load less at the start.");
}

Finding run(Probe& probe) {
  const auto patience = std::min(kClientsWait, probe.target().answer_timeout);
  const auto is_late = [&](const wire::Timings& timings) {
    return timings.head_us > patience / std::chrono::microseconds(1);
  };
  // The run's own first questions met the server cold.
  if (probe.target().was_silent) {
    return late(fmt::format("no answer within {} ms to the first questions of this run, and answers to the next ones",
                            patience.count()));
  }
  for (const auto& attempt : probe.target().detection.attempts) {
    if (attempt.era == probe.era() && attempt.exchange && is_late(attempt.exchange->timings)) {
      probe.pin_request(attempt.request);
      return late(fmt::format("{}: {}", attempt.question, phases(attempt.exchange->timings)));
    }
  }
  auto stream = probe.http().open(opening_request(probe), probe.in(patience));
  if (!stream) {
    return stream.error().code == wire::ErrorCode::timeout ? late(stream.error().detail)
                                                           : probe.broken(stream.error(), "an answer");
  }
  hear_out(probe, *stream);
  const auto& timings = stream->exchange().timings;
  return is_late(timings) ? late(phases(timings)) : pass(phases(timings));
}

const Registration kCheck{{
    .id = "sizes.first-contact.fast",
    .title = "the first answer comes before clients give up",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html",
    .consequence = "After a time without use the first client gives up while the server starts, and shows no tools.",
    .fix = "Keep one instance warm (provisioned concurrency, one running task at least), and load models, data and "
           "connections at their first use, not at the start.",
    .faults = {"sizes.cold-start"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_first_contact_fast
