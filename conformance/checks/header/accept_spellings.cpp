#include "conformance/ask/url.hpp"

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

Finding run(Probe& probe) {
  std::string matrix;
  for (const Row& row : kRows) {
    wire::Request request = knock(probe);
    request.headers.set("Accept", row.accept);
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), fmt::format("an answer to Accept: {}", row.accept)); }
    if (row.required && answer->head.status == 406) {
      return fail(fmt::format("an answer to Accept: {}", row.accept), describe(*answer))
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
