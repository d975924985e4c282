#include "conformance/ask/auth.hpp"
#include "conformance/ask/cors.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::cors_errors_allow_origin {
namespace {

Finding without_cors(const wire::Exchange& error) {
  return fail("Access-Control-Allow-Origin on an error, as on a good answer", describe(error) + " without it")
      .at("server, or what adds CORS before it",
          "Add the CORS headers to errors as well (nginx: add_header ... always; API Gateway: gateway responses).");
}

/// What refuses a client without credentials stands before what adds CORS, often.
std::optional<Finding> unless_on_401(Probe& probe) {
  if (!uses_bearer(probe)) { return std::nullopt; }
  wire::Request request = from_browser(probe, opening_request(probe));
  request.headers.remove("Authorization");
  const auto answer = probe.send(request);
  if (!answer || answer->head.status != kUnauthorized || lets_origin_in(probe, *answer)) { return std::nullopt; }
  return without_cors(*answer);
}

Finding run(Probe& probe) {
  auto good = probe.send(from_browser(probe, opening_request(probe)));
  if (!good) { return probe.broken(good.error(), "an answer"); }
  if (!lets_origin_in(probe, *good)) { return not_applicable("the server offers no CORS"); }
  const auto error = probe.send(from_browser(probe, json_post(probe, probe.url(), "{")));
  if (!error) { return probe.broken(error.error(), "an answer to malformed JSON"); }
  if (error->ok()) { return untestable("malformed JSON is no error here: " + describe(*error)); }
  if (!lets_origin_in(probe, *error)) { return without_cors(*error); }
  if (auto finding = unless_on_401(probe)) { return *std::move(finding); }
  return pass(describe(*error));
}

const Registration kCheck{{
    .id = "cors.errors.allow-origin",
    .title = "where answers carry CORS, so do errors",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence =
        "A page sees 'Failed to fetch' instead of 401, 404 or 400, and cannot log in or begin a new session.",
    .fix = "Put CORS outermost, before authentication and error handlers, so that 4xx and 5xx carry it (nginx: "
           "add_header ... always; API Gateway: gateway responses).",
    .faults = {"cors.not-on-errors", "cors.not-on-401"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_errors_allow_origin
