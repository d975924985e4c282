#include "conformance/ask/dialogue.hpp"

namespace weir::conformance::preflight_redirect_none {
namespace {

Finding run(Probe& probe) {
  const auto answers = first_answers(probe);
  if (answers.empty()) { return untestable("no question got an answer"); }
  for (const wire::Exchange* exchange : answers) {
    if (!exchange->redirects.empty()) {
      const wire::Redirect& redirect = exchange->redirects.front();
      wire::Request request = exchange->request;
      request.url = redirect.from;
      probe.pin_request(std::move(request));
      return fail(fmt::format("an answer from {}", redirect.from.path),
                  fmt::format("{} to {}", redirect.status, redirect.location));
    }
  }
  return pass("no redirect");
}

const Registration kCheck{{
    .id = "preflight.redirect.none",
    .title = "the MCP URL answers itself, without a redirect",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
    .consequence = "Behind a balancer that ends TLS such redirects mostly lead to http://, and clients drop the body "
                   "or the credentials on the way.",
    .fix = "Give clients the URL that answers, with its scheme and slash, or mount MCP at the one that they have "
           "and switch the framework's slash redirect off.",
    .faults = {"http.redirect"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::preflight_redirect_none
