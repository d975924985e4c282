#include "conformance/ask/session.hpp"

namespace weir::conformance::header_accept_spellings {
namespace {

struct Row {
  const char* accept;
  bool required;  ///< As the specification has clients send it, in every spelling that RFC 9110 makes the same.
};

constexpr Row kRows[] = {{"application/json, text/event-stream", true},
                         {"application/json,text/event-stream", true},
                         {"application/json;q=1.0, text/event-stream;q=0.9", true},
                         {"*/*", false}};

wire::Result<wire::Exchange> ask(Probe& probe, const wire::mcp::Dialogue& dialogue, const char* accept) {
  wire::Request request =
      dialogue.make_post(call_body(probe, json::value(dialogue.fresh_id("weir-accept")), harmless_method(probe)));
  request.headers.set("Accept", accept);
  return probe.send(request);
}

/// A door that refuses whatever comes outside of a session would refuse each spelling alike: it is asked within one.
Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  const wire::mcp::Dialogue& dialogue = shared->get();
  std::string matrix;
  for (const Row& row : kRows) {
    const std::string expected = fmt::format("an answer to Accept: {}", row.accept);
    const auto answer = ask(probe, dialogue, row.accept);
    if (!answer) { return probe.broken(answer.error(), expected); }
    if (row.required && !is_served(*answer)) {
      if (&row == kRows) { return untestable("not served in the usual spelling either: " + describe(*answer)); }
      const auto refused = probe.last_request();
      const auto usual = ask(probe, dialogue, kRows[0].accept);
      if (!usual || !is_served(*usual)) { return untestable("nothing is served any more: " + describe(*answer)); }
      if (refused) { probe.pin_request(*refused); }
      return fail(expected, describe(*answer))
          .at("what rewrites Accept before the server, or the server",
              "Let Accept pass as it is, and compare media types without blanks and weights.");
    }
    matrix += fmt::format("{}'{}' {}", matrix.empty() ? "" : ", ", row.accept, answer->head.status);
  }
  return pass(matrix);
}

const Registration kCheck{{
    .id = "header.accept.spellings",
    .title = "an Accept of both types is taken in each of its spellings",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1",
    .consequence = "A wrapper or a proxy writes the header anew, and every call is 406 although the client is right.",
    .fix = "Split Accept at its commas, cut off blanks and weights (;q=) and compare the media types alone, and let no "
           "proxy or wrapper rewrite the header.",
    .faults = {"header.accept-compared-as-text"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_accept_spellings
