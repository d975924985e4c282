#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_payment_network {
namespace {

Finding run(Probe& probe) {
  return refuses_payment(probe, Spoilt::something_else, "a payment on another network",
                         [](json::object& accepted, wire::x402::Payment&) { accepted["network"] = "weir-no-network"; });
}

const Registration kCheck{{
    .id = "x402.payment.network-refused",
    .title = "a payment on another network is refused",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "The content is given away, and settling fails when it is too late.",
    .fix = "Have the facilitator verify each payment against the requirements of the 402, not against those it brings, "
           "and answer 402 when its network is another.",
    .faults = {"x402.network-ignored"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.payment.network-refused", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_payment_network
