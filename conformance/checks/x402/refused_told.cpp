#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_refused_told {
namespace {

std::string said(const wire::x402::Required& required) {
  return std::string(wire::as_string(required.document.if_contains("error")).value_or(""));
}

/// Another member, or field, may say why.
bool tells_elsewhere(const wire::x402::Required& required, const wire::Exchange& answer) {
  return required.document.contains("errorReason") || required.document.contains("invalidReason") ||
         answer.head.headers.has(wire::x402::receipt_header(required.version));
}

Finding run(Probe& probe) {
  return judge_paid(probe, "the 402 says why", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    const auto answer = pay_unsigned(probe, paid);
    if (!answer) { return answer.error(); }
    if (answer->head.status != 402) {
      return untestable(fmt::format("no 402 came for a payment that nobody signed: {}", describe(*answer)));
    }
    const auto refused = wire::x402::read_required(answer->head.headers, answer->body);
    if (!refused || said(*refused).empty()) { return untestable("x402.offer.error-string says that no text came"); }
    if (said(*refused) != said(offer->required) || tells_elsewhere(*refused, *answer)) { return std::nullopt; }
    return fail(fmt::format("a 402 from {} that says why the payment is refused", paid.route.path),
                fmt::format("\"{}\", as to who has not paid at all", wire::excerpt(said(*refused), 80)))
        .at(kX402Hop, "Give the reason of the facilitator (invalidReason) as the error of the 402.");
  });
}

const Registration kCheck{{
    .id = "x402.refused.told",
    .title = "a 402 that refuses a payment says why",
    .level = Level::should,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "A client whose payment is wrong sees that it has to pay, pays again, and never learns better.",
    .fix = "Copy the facilitator's invalidReason into `error` of the 402, in place of the text for a request without a "
           "payment.",
    .faults = {"x402.refusal-untold"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.refused.told", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_refused_told
