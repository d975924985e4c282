#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_payment_expired {
namespace {

Finding run(Probe& probe) {
  return refuses_payment(probe, Spoilt::something_else, "a payment that expired a minute ago",
                         [](json::object&, wire::x402::Payment& payment) { payment.valid_before -= 120; });
}

const Registration kCheck{{
    .id = "x402.payment.expired-refused",
    .title = "a payment that has expired is refused",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "The content is given away, and settling fails when it is too late.",
    .fix = "Have the facilitator verify each payment, its validBefore included, before the handler runs, and answer "
           "402 with the reason when it has expired.",
    .faults = {"x402.expiry-ignored"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.payment.expired-refused", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_payment_expired
