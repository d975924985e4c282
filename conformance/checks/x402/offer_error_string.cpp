#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_offer_error_string {
namespace {

std::optional<Finding> problem(const Paid& paid, const wire::x402::Required& required, std::string_view when) {
  const json::value* error = required.document.if_contains("error");
  const bool optional = required.version != 1;
  if (wire::as_string(error).value_or("").empty() && (error || !optional)) {
    return fail(fmt::format("a text that says why, from {} {}", paid.route.path, when),
                fmt::format("{} in {}", error ? fmt::format("error {}", wire::excerpt(*error)) : "no error",
                            required.place))
        .at(kX402Hop,
            "Answer with the error's message: an Error that is serialized is {}. x402-hono and x402-express "
            "do so since November 2025.");
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  return judge_paid(probe, "a text, unpaid and refused", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    if (auto found = problem(paid, offer->required, "unpaid")) { return found; }
    const auto answer = pay_as(probe, paid, offer->required.version, kNoBase64);
    if (!answer || answer->head.status != 402) {
      return std::nullopt;  // Another check's.
    }
    const auto refused = wire::x402::read_required(answer->head.headers, answer->body);
    return refused ? problem(paid, *refused, "for a payment that is none") : std::nullopt;
  });
}

const Registration kCheck{{
    .id = "x402.offer.error-string",
    .title = "the error of a 402 is a text",
    .level = Level::should,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Clients validate it as a string: the whole 402 is rejected, and why nobody learns.",
    .fix = "Write a text into `error`, error.message for instance and not the Error object, which serializes to {}; "
           "update x402-express and x402-hono.",
    .faults = {"x402.error-object"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_offer_error_string
