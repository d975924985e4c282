#include "conformance/ask/control.hpp"

namespace weir::conformance::http_request_content_type {
namespace {

Finding run(Probe& probe) {
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON"}) {
    Finding finding = served_as_well(
        probe, [type](wire::Request& request) { request.headers.set("Content-Type", type); },
        fmt::format("Content-Type: {}", type));
    if (finding.verdict == reports::Verdict::fail) {
      return std::move(finding).at("server",
                                   "Compare the media type without its parameters, and without regard to case.");
    }
    if (finding.verdict != reports::Verdict::pass) { return finding; }
  }
  return pass("with a parameter, and in other letters");
}

const Registration kCheck{{
    .id = "http.request.content-type",
    .title = "Content-Type of a request is read as a media type: parameters and case do not matter",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1",
    .consequence = "Clients whose HTTP library adds a charset, or writes the type in other letters, are refused at the "
                   "first message.",
    .fix = "Cut Content-Type at its first semicolon, trim it and lower its case before it is compared with "
           "application/json.",
    .faults = {"http.charset-refused", "http.media-type-case-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_request_content_type
