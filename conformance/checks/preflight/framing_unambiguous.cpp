#include "conformance/ask/dialogue.hpp"

namespace weir::conformance::preflight_framing_unambiguous {
namespace {

constexpr std::string_view kNoSuchPath = "/weir-must-not-exist-4c1d";

/// The decoder refuses such heads (RFC 9112 section 6.3), and says which field it was.
bool is_ambiguous(const wire::Error& error) {
  const std::string_view what = std::string_view(error.detail).substr(0, error.detail.find('\''));
  return error.code == wire::ErrorCode::malformed_head && (what.find("Content-Length") != std::string_view::npos ||
                                                           what.find("Transfer-Encoding") != std::string_view::npos);
}

Finding run(Probe& probe) {
  constexpr const char* kExpected = "either Transfer-Encoding or one Content-Length";
  std::size_t answered = 0;
  for (const auto& attempt : probe.target().detection.attempts) {
    answered += attempt.exchange ? 1 : 0;
    if (attempt.error && is_ambiguous(*attempt.error)) {
      probe.pin_request(attempt.request);
      return fail(kExpected, attempt.error->detail);
    }
  }
  wire::Url missing = probe.target().url;
  missing.path = kNoSuchPath;
  missing.has_query = false;
  const wire::Request requests[] = {probe.request("GET", missing), probe.request("OPTIONS", probe.target().url),
                                    json_post(probe, probe.target().url, "{")};
  for (const wire::Request& request : requests) {
    const auto answer = probe.send(request);
    answered += answer ? 1 : 0;
    if (!answer && is_ambiguous(answer.error())) { return fail(kExpected, answer.error().detail); }
  }
  return answered == 0 ? untestable("no question got an answer") : pass(fmt::format("{} answers", answered));
}

const Registration kCheck{{
    .id = "preflight.framing.unambiguous",
    .title = "no answer has two lengths",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-6.3",
    .consequence = "Two programs on the way can disagree where an answer ends: one user then gets what was meant for "
                   "another (request smuggling).",
    .fix = "Let what writes the body frame it: drop Content-Length where it is sent in chunks, and let no "
           "middleware or proxy add a length to one that is there.",
    .faults = {"http.chunked-and-length", "http.two-lengths"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::preflight_framing_unambiguous
