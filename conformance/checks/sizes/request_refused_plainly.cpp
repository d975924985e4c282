#include "conformance/checks/sizes/large_request.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::sizes_request_refused_plainly {
namespace {

Finding run(Probe& probe) {
  auto asked = ask_large_requests(probe);
  if (!asked) { return asked.error(); }
  if (asked->bytes == 0) { return pass(fmt::format("up to {} are served", as_kilobytes(kRequestBytes.back()))); }
  const std::string size = as_kilobytes(asked->bytes);
  if (!asked->answer || !is_refusal(*asked->answer)) {
    return untestable(fmt::format("{} are neither served nor refused: sizes.request.answered says so", size));
  }
  const RawAnswer& answer = *asked->answer;
  const std::string got = fmt::format("{}: {}", limit_of(*asked), answer.describe());
  if (answer.http.head.status >= kServerErrors) {
    return fail("HTTP 413, or another 4xx", got)
        .at("server, or the proxy before it", "Catch the error of the body's limit, and answer it by HTTP 413.");
  }
  if (answer.http.head.status == kForbidden) {
    return fail("HTTP 413 for what is too large", got)
        .at("firewall before the server",
            "Raise or exempt the firewall's limit of bodies for this path (AWS WAF: SizeRestrictions_BODY, 8 KB): a "
            "403 "
            "reads as a want of rights, and the call fails for its length.");
  }
  if (answer.http_error() && wire::media_type(answer.http.head.headers.get("content-type")) == "text/html") {
    return fail("a refusal in JSON, or in a line of text", got)
        .at("server, or the proxy before it",
            "Answer by JSON (an error handler after the parser of bodies), and raise the limit to what calls need.");
  }
  const auto after = ask_after(probe, *asked);
  if (after && !after->is_result() && after->http.head.status == kNotFound) {
    return fail("a session that goes on after the refusal", after->describe())
        .at("server", "Refuse the one request, and keep its session.");
  }
  return pass(got);
}

const Registration kCheck{{
    .id = "sizes.request.refused-plainly",
    .title = "a request that is too large is refused by a 4xx, and by no page",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14",
    .consequence = "Clients show a page of HTML or retry for ever, where they could say that the call is too large.",
    .fix = "Catch the error of the body parser and answer 413 with JSON (Express: an error handler after "
           "express.json), keep the session, and raise the limit to what calls need.",
    .faults = {"sizes.large-request-500", "sizes.large-request-html", "sizes.large-request-403"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_request_refused_plainly
