#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_replay_refused {
namespace {

Finding run(Probe& probe) {
  return judge_paid(probe, "402 for the second time", [&](const Paid& paid) -> std::optional<Finding> {
    auto paid_for = pay_stub(probe, paid);
    if (!paid_for) { return paid_for.error(); }
    const auto again = probe.send(paid_for->answer.request);
    const std::string expected = fmt::format("402 from {} for a payment that was settled", paid.route.path);
    if (!again) { return probe.broken(again.error(), expected); }
    if (again->head.status == 402) { return std::nullopt; }
    if (auto told = told_of_any_payment(probe, paid, *again, Spoilt::something_else)) { return told; }
    return fail(expected, describe(*again))
        .at(kX402Hop, "Settle with the facilitator before the content goes out, or remember nonces.");
  });
}

const Registration kCheck{{
    .id = "x402.replay.refused",
    .title = "a payment is taken once",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "One payment buys everything: settling the second time fails, after the content has gone out.",
    .fix = "Settle with the facilitator before the content goes out and answer 402 when that fails, or remember the "
           "nonces of payments until they expire.",
    .faults = {"x402.replay-accepted"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.replay.refused", "it takes a payment that was made before"};

}  // namespace
}  // namespace weir::conformance::x402_replay_refused
