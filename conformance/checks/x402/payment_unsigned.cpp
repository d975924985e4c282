#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_payment_unsigned {
namespace {

Finding run(Probe& probe) {
  return refuses_payment(probe, Spoilt::signature, "a payment that nobody signed",
                         [](json::object&, wire::x402::Payment& payment) { payment.signature = kNobodysSignature; });
}

const Registration kCheck{{
    .id = "x402.payment.unsigned-refused",
    .title = "a payment that nobody signed is refused",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "The content is given away, and settling fails when it is too late.",
    .fix = "Have the facilitator verify the signature of each payment before the handler runs; do not open the route "
           "because the payment header is there.",
    .faults = {"x402.signature-ignored"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.payment.unsigned-refused", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_payment_unsigned
