#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_offer_answered {
namespace {

Finding run(Probe& probe) {
  return judge_paid(probe, "402 with what has to be paid", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = ask_unpaid(probe, paid);
    return offer ? std::nullopt : std::optional(offer.error());
  });
}

const Registration kCheck{{
    .id = "x402.offer.answered",
    .title = "who has not paid is answered 402 with what has to be paid",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Transport,
    .consequence =
        "A client that would pay is not told what: it takes the answer for an error, or the page for the content.",
    .fix = "Put the payment middleware before the handler and before any cache or fallback, and let it answer programs "
           "by 402 with the x402 requirements, not with a page.",
    .faults = {"x402.free", "x402.not-402", "x402.page-for-all", "x402.terms-in-body", "x402.terms-raw"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_offer_answered
