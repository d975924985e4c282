#include "conformance/ask/auth.hpp"
#include "conformance/ask/url.hpp"

namespace weir::conformance::url_slash_keeps_body {
namespace {

constexpr const char* kFix =
    "Answer both spellings, or give the one of the documentation; where a redirect must be, 308 keeps the POST.";

/// RFC 9110 sections 15.4.8 and 15.4.9: the method and the body stay.
bool keeps_method(int status) { return status == 307 || status == 308; }

Finding run(Probe& probe) {
  const auto turns = turns_of(probe);
  if (!turns) { return probe.broken(turns.error(), "an answer"); }
  for (const SlashTurn& turn : *turns) {
    if (turn.request.method != "POST" || !turn.to || turn.to->origin() != probe.url().origin()) { continue; }
    if (!keeps_method(turn.status)) {
      probe.pin_request(turn.request);
      return fail("an answer, a 4xx, or 307 or 308", turn.describe() + ": clients go on with a GET").at("server", kFix);
    }
    wire::Request followed = opening_request(probe);
    followed.url = *turn.to;
    const auto answer = send_once(probe, followed);
    if (!answer || !answer->ok()) {
      return fail("the answer to the message at the end of the redirect",
                  fmt::format("{}, and there {}", turn.describe(), answer ? describe(*answer) : answer.error().detail))
          .at("server", kFix);
    }
  }
  return pass(turns->empty() ? "no redirect" : turns->front().describe());
}

const Registration kCheck{{
    .id = "url.slash.keeps-body",
    .title = "with and without the slash at its end, no redirect loses a POST",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.4.8",
    .consequence = "The message is lost without a word: the client sees the answer to a GET, or to an empty body.",
    .fix = "Serve the path with and without the slash by one handler, refuse the other spelling by 404, or redirect by "
           "308 (not 301 or 302) to a URL that takes the POST.",
    .faults = {"url.slash-301", "url.slash-307-loses-body"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_slash_keeps_body
