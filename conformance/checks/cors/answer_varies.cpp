#include "conformance/ask/auth.hpp"
#include "conformance/ask/cors.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::cors_answer_varies {
namespace {

constexpr const char* kAllowOrigin = "Access-Control-Allow-Origin";

Finding run(Probe& probe) {
  const auto with = probe.send(from_browser(probe, opening_request(probe)));
  if (!with) { return probe.broken(with.error(), "an answer"); }
  const std::string allowed(with->head.headers.get(kAllowOrigin));
  if (allowed.empty() || allowed == "*") { return not_applicable("the answer names no origin by itself"); }
  const std::string vary = wire::lower(with->head.headers.joined("vary"));
  if (vary == "*" || lists(vary, "origin")) { return pass("Vary: " + vary); }
  wire::Request plain = opening_request(probe);
  plain.headers.remove("Origin");
  const auto without = probe.send(plain);
  if (!without) { return probe.broken(without.error(), "an answer without Origin"); }
  if (without->head.headers.get(kAllowOrigin) == allowed) { return pass(fmt::format("{}, whoever asks", allowed)); }
  return fail("Vary: Origin, where Access-Control-Allow-Origin depends on it",
              fmt::format("{}: {} to a browser, {} without Origin, and {}", kAllowOrigin, wire::excerpt(allowed, 60),
                          without->head.headers.has(kAllowOrigin) ? "another one" : "none",
                          vary.empty() ? "no Vary" : "Vary: " + wire::excerpt(vary, 60)))
      .at("server, or what adds CORS before it", "Add Origin to Vary wherever the Origin of the request is echoed.");
}

const Registration kCheck{{
    .id = "cors.answer.varies",
    .title = "where the allowed origin is that of the request, Vary says so",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
    .consequence = "A cache gives one site the answer that was made for another, and browsers refuse it.",
    .fix = "Append Origin to Vary wherever the CORS code looks at the Origin of a request, on answers without CORS "
           "headers too, or send one fixed allowed origin to all.",
    .faults = {"cors.no-vary"},
    .run = run,
}};
const NotByCommand kNoCommand{"cors.answer.varies", "it takes the same request with and without Origin"};

}  // namespace
}  // namespace weir::conformance::cors_answer_varies
