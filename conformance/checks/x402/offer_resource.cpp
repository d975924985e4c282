#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_offer_resource {
namespace {

Finding run(Probe& probe) {
  return judge_paid(probe, "the URL that was asked for", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    for (const auto& accepted : offer->required.accepts()) {
      const std::string resource = offer->required.resource_of(accepted);
      if (resource.empty()) {
        return untestable(fmt::format("no resource in {} (see x402.offer.schema)", offer->required.place));
      }
      const auto url = wire::parse_url(resource);
      if (!url || *url != paid.url) {
        return fail(paid.url.str(), fmt::format("{} in {}", resource, offer->required.place))
            .at(kX402Hop,
                "Behind a load balancer the server sees http and an address: set the resource in the "
                "middleware's configuration, or let it trust X-Forwarded-Proto and Host.");
      }
    }
    return std::nullopt;
  });
}

const Registration kCheck{{
    .id = "x402.offer.resource-url",
    .title = "the resource is the URL that was asked for",
    .level = Level::should,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Clients that compare refuse to pay, and receipts name a host that nobody knows.",
    .fix = "Set the public URL as `resource` in the configuration of the payment middleware, or let the server trust "
           "X-Forwarded-Proto and Host of its own load balancer.",
    .faults = {"x402.resource-internal"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_offer_resource
