#include "conformance/ask/control.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::http_body_identity_when_unasked {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  auto request = shared->get().make_post(
      call_body(probe, json::value(shared->get().fresh_id("weir-identity")), harmless_method(probe)));
  request.headers.set("Accept-Encoding", "identity");
  const auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "an answer"); }
  if (answer->is_event_stream()) {
    return not_applicable("requests are answered by streams, which sse.head.identity-when-unasked judges");
  }
  const std::string coding = wire::lower(answer->head.headers.joined("content-encoding"));
  if (!coding.empty() && coding != "identity") {
    return fail("no content coding, as the request asks", "Content-Encoding: " + wire::excerpt(coding, 40))
        .at("server, or what compresses before it",
            "Compress for those alone whose Accept-Encoding lists the coding, and say Vary: Accept-Encoding.");
  }
  if (!has_result(*answer)) { return untestable("the request is not served: " + describe(*answer)); }
  return pass("no content coding");
}

const Registration kCheck{{
    .id = "http.body.identity-when-unasked",
    .title = "a client that takes no content coding gets JSON without one",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3",
    .consequence = "Clients that do not decompress find bytes where JSON is due, and say that it does not parse.",
    .fix = "Compress for those requests alone whose Accept-Encoding lists the coding, and add `Vary: "
           "Accept-Encoding`, so that no cache gives gzip to others.",
    .faults = {"http.gzip-json-unasked"},
    .green_may_be = "answered by streams",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_body_identity_when_unasked
