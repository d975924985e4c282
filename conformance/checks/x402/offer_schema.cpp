#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_offer_schema {
namespace {

/// What is wrong, and what to change where the registration says it less exactly.
struct Problem {
  std::string what, fix;
};

Problem without(std::string_view member, const wire::x402::Required& required, std::string_view what) {
  return {fmt::format("{} in {}", what, required.place),
          fmt::format("Let the payment middleware write '{}' into {}, where clients of version {} read it.", member,
                      required.place, required.version)};
}

std::optional<Problem> accept_problem(const wire::x402::Required& required, const json::object& accepted) {
  for (const char* member : {"scheme", "network", "payTo", "asset"}) {
    if (wire::as_string(accepted.if_contains(member)).value_or("").empty()) {
      return without(member, required, fmt::format("accepts without '{}': {}", member, wire::excerpt(accepted)));
    }
  }
  if (wire::as_integer(accepted.if_contains("maxTimeoutSeconds")).value_or(0) <= 0) {
    return without("maxTimeoutSeconds", required,
                   fmt::format("accepts without a whole 'maxTimeoutSeconds': {}", wire::excerpt(accepted)));
  }
  if (!required.resource_of(accepted).empty()) { return std::nullopt; }
  return without("resource", required, "no 'resource'");
}

std::optional<Problem> schema_problem(const Offer& offer) {
  const auto& required = offer.required;
  const auto version = wire::as_integer(required.document.if_contains("x402Version"));
  const bool names_terms = required.version == 2 || required.document.contains("accepts");
  if (!version && !names_terms) {
    return Problem{fmt::format("a 402 that names no terms, neither in {} nor in the body: {}",
                               wire::x402::kRequiredHeader, wire::excerpt(required.document)),
                   "Configure the payment middleware with an address to pay to and a price for this route."};
  }
  if (version != required.version) {
    return Problem{
        fmt::format("x402Version {} in {}", version ? std::to_string(*version) : "missing", required.place),
        fmt::format("Let the payment middleware write \"x402Version\": {} into {}, or the terms where that version "
                    "has them.",
                    required.version, required.place)};
  }
  const auto ways = required.accepts();
  if (ways.empty()) {
    return Problem{
        fmt::format("no way to pay in 'accepts' of {}: {}", required.place, wire::excerpt(required.document)),
        "Configure the payment middleware with an address to pay to and a price for this route."};
  }
  for (const auto& accepted : ways) {
    if (auto problem = accept_problem(required, accepted)) { return problem; }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  return judge_paid(probe, "version and ways to pay are whole", [&](const Paid& paid) -> std::optional<Finding> {
    const auto offer = need_offer(probe, paid);
    if (!offer) { return offer.error(); }
    auto problem = schema_problem(*offer);
    if (!problem) { return std::nullopt; }
    return fail(fmt::format("x402Version and ways to pay with scheme, network, payTo, asset, resource and "
                            "maxTimeoutSeconds from {}",
                            paid.route.path),
                std::move(problem->what))
        .at(kX402Hop, std::move(problem->fix));
  });
}

const Registration kCheck{{
    .id = "x402.offer.schema",
    .title = "a 402 names its version and whole ways to pay",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Clients validate the 402 before they sign anything: a member that is missing ends the payment.",
    .fix = "Configure the payment middleware with payTo, network, asset, scheme, timeout and price of this route, and "
           "let it write x402Version and resource.",
    .faults = {"x402.accepts-empty", "x402.pay-to-missing"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_offer_schema
