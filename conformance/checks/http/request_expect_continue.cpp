#include "conformance/ask/control.hpp"
#include "conformance/checks/http/unusual.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::http_request_expect_continue {
namespace {

constexpr const char* kCheckId = "http.request.expect-continue";
/// Clients wait about so long (curl: 1 s, .NET: 350 ms) before they send the body all the same.
constexpr std::chrono::milliseconds kPatience{1000};
constexpr int kExpectationFailed = 417;

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  const auto request_of = [&](const char* id) {
    return shared->get().make_post(call_body(probe, id, harmless_method(probe)));
  };
  const auto control = probe.send(request_of("weir-unexpected"));
  if (!control || !has_result(*control)) {
    return untestable(fmt::format("{} is not served as it is: {}", harmless_method(probe),
                                  control ? describe(*control) : control.error().detail));
  }
  const char* const kFix = "Answer 100 Continue as soon as the head is read, or let the HTTP server do it.";
  const auto patience = patience_beside(*control, kPatience);
  const auto got = send_expecting(probe, kCheckId, request_of("weir-expects"), patience);
  if (!got) {
    return probe.broken(got.error(), "an answer to Expect: 100-continue").at("server, or the proxy before it", kFix);
  }
  const std::string answer = describe(got->exchange);
  if (!got->asked_for) {
    return fail("100 Continue, or a final answer, to a head that says Expect: 100-continue",
                fmt::format("neither within {} ms; and when the body was sent unasked: {}", patience.count(), answer))
        .at("server, or the proxy before it", kFix);
  }
  if (got->exchange.head.status == kExpectationFailed) {
    return untestable("the expectation is refused by 417, after which clients ask without it");
  }
  if (const int status = got->exchange.head.status; is_redirect(status)) {
    return untestable(fmt::format("the endpoint redirects (HTTP {}), which preflight.redirect.none says", status));
  }
  if (!has_result(got->exchange)) {
    return fail("the same result for a body that was asked for by 100 Continue", answer)
        .at("server, or the proxy before it", kFix);
  }
  return pass("the body was asked for, and served");
}

const Registration kCheck{{
    .id = kCheckId,
    .title = "a client that waits for 100 Continue is not left waiting",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1",
    .consequence = "curl (large bodies) and .NET lose a second, or hang, with each request whose body they hold back.",
    .fix = "Let the HTTP server or proxy answer 100 Continue as soon as it has the head, and then serve the body "
           "as that of any other request.",
    .faults = {"http.expectation-ignored"},
    .timed = true,
    .run = run,
}};
const NotByCommand kNoCommand{kCheckId, "it is about what comes before the body is sent"};

}  // namespace
}  // namespace weir::conformance::http_request_expect_continue
