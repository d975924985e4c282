#include "conformance/ask/cors.hpp"
#include "conformance/checks/x402/common.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::x402_cors_receipt {
namespace {

Finding run(Probe& probe) {
  return judge_paid(probe, "exposed", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    wire::Request request = paid_request(probe, paid);
    request.headers.set("Origin", kForeignOrigin);
    const auto answer = probe.send(request);
    if (!answer) { return probe.broken(answer.error(), "402"); }
    if (!answer->head.headers.has("access-control-allow-origin")) {
      return not_applicable("the server offers no CORS");
    }
    const std::string exposed = wire::lower(answer->head.headers.joined("access-control-expose-headers"));
    std::vector<std::string> names{std::string(wire::x402::receipt_header(offer->required.version))};
    if (offer->required.version == 2) { names.emplace_back(wire::x402::kRequiredHeader); }
    for (const auto& name : names) {
      if (exposed != "*" && !lists(exposed, wire::lower(name))) {
        return fail(fmt::format("{} in Access-Control-Expose-Headers of {}", name, paid.route.path),
                    exposed.empty() ? "none" : exposed)
            .at(kX402Hop, fmt::format("Expose {} in the CORS middleware.", name));
      }
    }
    return std::nullopt;
  });
}

const Registration kCheck{{
    .id = "x402.cors.receipt-exposed",
    .title = "browsers see the receipt",
    .level = Level::should,
    .eras = kTarget,
    .source = kFetchCors,
    .consequence = "The page has paid and cannot know it; of version 2 it does not even see what has to be paid.",
    .fix = "Expose X-PAYMENT-RESPONSE (version 1), or PAYMENT-RESPONSE and PAYMENT-REQUIRED (version 2), in the CORS "
           "middleware, on the 402 as well.",
    .faults = {"x402.cors-receipt"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_cors_receipt
