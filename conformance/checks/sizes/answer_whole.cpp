#include "conformance/ask/echo.hpp"

namespace weir::conformance::sizes_answer_whole {
namespace {

/// Beyond what one read of a pipe, and one buffer of a proxy, holds.
constexpr std::size_t kBytes = 150'000;
constexpr std::size_t kLittle = 100;

Finding run(Probe& probe) {
  const auto echo = find_echo(probe);
  if (!echo) { return untestable("no call that may be made gives back a text that it was given"); }
  const auto little = echo->ask(probe, " " + std::string(kLittle, 'x'));
  if (!little || !little->is_result() || !holds_text(text_of_result(*little), std::string(kLittle, 'x'))) {
    return untestable("another text than that of the profile does not come back either");
  }
  const auto reply = echo->ask(probe, " " + std::string(kBytes, 'x'));
  if (reply && reply->is_result()) {
    return holds_text(text_of_result(*reply), std::string(kBytes, 'x'))
               ? pass(fmt::format("an answer of {} kB is whole", kBytes / 1000))
               : untestable("the tool gives back less than it was given");
  }
  if (reply && reply->error_message()) { return untestable("so long a text is refused: " + reply->describe()); }
  if (reply && reply->http.head.status >= 400) { return untestable("so long a text is refused: " + reply->describe()); }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  return fail(fmt::format("an answer of {} kB, as one of {} bytes", kBytes / 1000, kLittle),
              reply ? reply->describe() : reply.error().detail)
      .at("server, or a bridge before it",
          "Read on until the message ends: one read of a pipe or a socket gives a part of it (64 kB, mostly).");
}

const Registration kCheck{{
    .id = "sizes.answer.whole",
    .title = "a long answer comes whole",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-6",
    .consequence = "Calls with much to say end in an error, or are waited for until they time out.",
    .fix = "Read from the pipe or socket until the message ends, in place of one read (64 kB at most), and raise "
           "limits of a line such as that of asyncio's StreamReader.",
    .faults = {"sizes.long-answer-lost"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_answer_whole
