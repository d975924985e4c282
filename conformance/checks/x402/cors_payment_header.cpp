#include "conformance/ask/cors.hpp"
#include "conformance/checks/x402/common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::x402_cors_payment_header {
namespace {

Finding run(Probe& probe) {
  return judge_paid(probe, "allowed in the preflight", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    const std::string name(wire::x402::payment_header(offer->required.version));
    wire::Request request{.method = "OPTIONS", .url = paid.url};
    request.headers = {{"Origin", kForeignOrigin},
                       {"Access-Control-Request-Method", paid.route.method},
                       {"Access-Control-Request-Headers", wire::lower(name)}};
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), "an answer to OPTIONS"); }
    if (!answer->head.headers.has("access-control-allow-origin")) {
      return not_applicable("the server offers no CORS");
    }
    const std::string allowed = wire::lower(answer->head.headers.joined("access-control-allow-headers"));
    if (answer->ok() && (allowed == "*" || lists(allowed, wire::lower(name)))) { return std::nullopt; }
    return fail(fmt::format("{} in Access-Control-Allow-Headers of {}", name, paid.route.path),
                fmt::format("HTTP {}, {}", answer->head.status, allowed.empty() ? "none" : allowed))
        .at(kX402Hop, fmt::format("Add {} to the allowed headers of the CORS middleware.", name));
  });
}

const Registration kCheck{{
    .id = "x402.cors.payment-header",
    .title = "browsers may send the payment",
    .level = Level::should,
    .eras = kTarget,
    .source = kFetchCors,
    .consequence = "The preflight refuses the payment: from a web page nothing can be bought.",
    .fix = "Add X-PAYMENT (version 1) or PAYMENT-SIGNATURE (version 2) to the allowed headers of the CORS middleware, "
           "and let it answer OPTIONS before the paywall.",
    .faults = {"x402.cors-payment-header"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_cors_payment_header
