#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_payment_recipient {
namespace {

Finding run(Probe& probe) {
  return refuses_payment(
      probe, Spoilt::something_else, "a payment to somebody else",
      [](json::object&, wire::x402::Payment& payment) { payment.to = "0x0000000000000000000000000000000000004021"; });
}

const Registration kCheck{{
    .id = "x402.payment.recipient-refused",
    .title = "a payment to somebody else is refused",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "The content is given away, and settling fails when it is too late.",
    .fix = "Have the facilitator verify each payment against the payTo of the 402 before the handler runs, and answer "
           "402 when it goes to somebody else.",
    .faults = {"x402.recipient-ignored"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.payment.recipient-refused", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_payment_recipient
