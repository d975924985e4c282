#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_paid_receipt {
namespace {

std::string receipt_problem(const wire::Exchange& answer, int version) {
  const auto name = wire::x402::receipt_header(version);
  const auto field = answer.head.headers.find(name);
  if (!field) { return fmt::format("no {}", name); }
  const auto text = wire::decode_base64(*field);
  const auto receipt = text ? wire::parse_json(*text) : wire::fail(wire::ErrorCode::malformed_json, "");
  const json::value* success = receipt ? wire::find(receipt->value, "success") : nullptr;
  return success && success->is_bool() && success->get_bool() ? "" : fmt::format("{}: {}", name, wire::excerpt(*field));
}

Finding run(Probe& probe) {
  return judge_paid(probe, "a receipt", [&](const Paid& paid) -> std::optional<Finding> {
    auto paid_for = pay_stub(probe, paid);
    if (!paid_for) { return paid_for.error(); }
    auto problem = receipt_problem(paid_for->answer, paid_for->version);
    if (problem.empty()) { return std::nullopt; }
    if (auto told = told_of_any_payment(probe, paid, paid_for->answer, Spoilt::something_else)) { return told; }
    return fail(fmt::format("a receipt with success: true from {}", paid.route.path), std::move(problem))
        .at(kX402Hop, "Settle before the answer goes out, and send what the facilitator answered.");
  });
}

const Registration kCheck{{
    .id = "x402.paid.receipt",
    .title = "what was paid for comes with a receipt",
    .level = Level::should,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Clients cannot tell whether they paid: they pay again.",
    .fix = "Settle with the facilitator before the answer goes out, and send its response as Base64 in "
           "X-PAYMENT-RESPONSE (version 1) or PAYMENT-RESPONSE (version 2).",
    .faults = {"x402.receipt-missing"},
    .fixture = "x402",
    .run = run,
}};
const NotByCommand kNoCommand{"x402.paid.receipt", "it takes a payment that is made for the offer"};

}  // namespace
}  // namespace weir::conformance::x402_paid_receipt
