#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_payment_malformed {
namespace {

Finding run(Probe& probe) {
  return judge_paid(probe, "402 or 400", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    for (const char* value : {kNoBase64, "eyJ4NDAyVmVyc2lvbiI6", "bnVsbA==", "e30="}) {
      const auto answer = pay_as(probe, paid, offer->required.version, value);
      const std::string expected = fmt::format("402 or 400 from {} for the payment '{}'", paid.route.path, value);
      if (!answer) { return probe.broken(answer.error(), expected); }
      if (answer->ok()) {
        return fail(expected, fmt::format("a made-up payment opens it: {}", describe(*answer)))
            .at(kX402Hop,
                "Verify every payment with the facilitator before the handler runs, in place of looking "
                "whether the payment header is there.");
      }
      if (answer->head.status != 402 && answer->head.status != 400) {
        return fail(expected, describe(*answer))
            .at(kX402Hop, "Catch what decoding the payment throws, and answer 402 with the reason.");
      }
    }
    return std::nullopt;
  });
}

const Registration kCheck{{
    .id = "x402.payment.malformed-refused",
    .title = "a payment that cannot be read is refused",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "What any client can send is an internal error, or opens the route.",
    .fix = "Catch what decoding the payment header throws, check that its members are there, and answer 402 with the "
           "reason before the handler runs.",
    .faults = {"x402.malformed-500", "x402.anything-taken"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_payment_malformed
