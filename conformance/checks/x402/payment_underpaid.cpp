#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_payment_underpaid {
namespace {

Finding run(Probe& probe) {
  return refuses_payment(probe, Spoilt::something_else, "a payment of nothing",
                         [](json::object&, wire::x402::Payment& payment) { payment.value = "0"; });
}

const Registration kCheck{{
    .id = "x402.payment.underpaid-refused",
    .title = "a payment of too little is refused",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "The content is given away, and settling fails when it is too late.",
    .fix = "Have the facilitator verify each payment against the amount of the 402 before the handler runs, and answer "
           "402 when it is less.",
    .faults = {"x402.amount-ignored"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.payment.underpaid-refused", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_payment_underpaid
