#include "conformance/ask/auth.hpp"
#include "conformance/ask/cors.hpp"

namespace weir::conformance::cors_answer_allow_origin {
namespace {

Finding run(Probe& probe) {
  auto offer = ask_preflight(probe);
  if (!offer) { return probe.broken(offer.error(), "an answer to OPTIONS"); }
  if (!offers_cors(*offer)) { return not_applicable("the server offers no CORS"); }
  if (!lets_origin_in(probe, *offer)) {
    return not_applicable(fmt::format("the server offers CORS to {} and not to its own origin",
                                      wire::excerpt(offer->head.headers.get("access-control-allow-origin"), 80)));
  }
  auto answer = probe.send(from_browser(probe, opening_request(probe)));
  if (!answer) { return probe.broken(answer.error(), "an answer"); }
  constexpr const char* kAllowOrigin = "Access-Control-Allow-Origin";
  if (const auto times = answer->head.headers.count(kAllowOrigin); times > 1) {
    return fail(fmt::format("{} once", kAllowOrigin),
                fmt::format("it {} (\"{}\")", times == 2 ? "twice" : fmt::format("{} times", times),
                            wire::excerpt(std::string_view(answer->head.headers.joined(kAllowOrigin)), 120)))
        .at("server, or what adds CORS before it",
            "Let one of the two add CORS: browsers join both values by a comma and refuse the answer.");
  }
  if (!lets_origin_in(probe, *answer)) {
    const std::string_view allowed = answer->head.headers.get("access-control-allow-origin");
    return fail(fmt::format("Access-Control-Allow-Origin: {} or * on the answer itself", probe.url().origin()),
                allowed.empty() ? "none, though the preflight has it" : std::string(allowed))
        .at("server, or what adds CORS before it", "Add the CORS headers to every answer and not to OPTIONS alone.");
  }
  return pass(std::string(answer->head.headers.get("access-control-allow-origin")));
}

const Registration kCheck{{
    .id = "cors.answer.allow-origin",
    .title = "CORS is on the answers themselves and not on the preflight alone",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://fetch.spec.whatwg.org/#http-cors-protocol",
    .consequence = "The preflight succeeds, the call is made, and the browser keeps its answer from the page.",
    .fix = "Add Access-Control-Allow-Origin once, at the server or at the proxy but not at both, to the answers of "
           "POST and GET as well as of OPTIONS.",
    .faults = {"cors.only-on-preflight", "cors.allow-origin-twice"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cors_answer_allow_origin
