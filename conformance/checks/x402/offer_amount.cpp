#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_offer_amount {
namespace {

bool is_decimal(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

Finding run(Probe& probe) {
  return judge_paid(probe, "decimal strings of atomic units", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    for (const auto& accepted : offer->required.accepts()) {
      const json::value amount = offer->required.amount_of(accepted);
      const auto text = wire::as_string(&amount);
      if (!text || !is_decimal(*text)) {
        return fail(fmt::format("a decimal string of atomic units from {}", paid.route.path),
                    fmt::format("{} in {}", wire::excerpt(amount), offer->required.place))
            .at(kX402Hop,
                "Give the price as the middleware wants it, in money or in atomic units, and let it write "
                "the amount.");
      }
    }
    return std::nullopt;
  });
}

const Registration kCheck{{
    .id = "x402.offer.amount",
    .title = "the amount is a decimal string of atomic units",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Clients sign what stands here: neither a fraction nor a number can be signed.",
    .fix = "Give the price as the payment middleware takes it (as money, or a string of atomic units) and let it write "
           "the amount, in place of a number or a fraction.",
    .faults = {"x402.amount-decimal", "x402.amount-number"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_offer_amount
