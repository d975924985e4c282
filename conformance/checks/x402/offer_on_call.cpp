#include "conformance/ask/tools.hpp"
#include "conformance/checks/x402/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::x402_offer_on_call {
namespace {

constexpr const char* kFree = "no call that was made has to be paid for";

Finding run(Probe& probe) {
  Finding finding = judge_calls(
      probe, kFree, [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
        if (reply.http.head.status != kPaymentRequired) { return std::nullopt; }
        ++looked;
        const auto required = wire::x402::read_required(reply.http.head.headers, reply.http.body);
        if (required && !required->accepts().empty() && !required->misplaced) { return std::nullopt; }
        probe.pin_request(reply.http.request);
        if (required && required->misplaced) {
          return fail(fmt::format("what the call of {} costs, in PAYMENT-REQUIRED", call.name),
                      "HTTP 402 with x402Version 2 in the body, and PAYMENT-REQUIRED is missing")
              .at(kX402Hop, "Send the terms of version 2 in PAYMENT-REQUIRED, as the Base64 of their JSON.");
        }
        return fail(fmt::format("what the call of {} costs, and how to pay it", call.name),
                    fmt::format("HTTP 402, and no way to pay: {}",
                                required ? fmt::format("`accepts` is empty in {}", required->place)
                                         : std::string(required.error().detail)))
            .at(kX402Hop,
                "Answer 402 with the payment requirements of x402: PAYMENT-REQUIRED, or `accepts` in the body.");
      });
  return finding.verdict == reports::Verdict::untestable ? not_applicable(std::move(finding.message))
                                                         : std::move(finding);
}

const Registration kCheck{{
    .id = "x402.offer.on-call",
    .title = "a call that is answered 402 says how it can be paid for",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .capability = "tools",
    .source = kX402Source,
    .consequence = "No client can pay: the tool is there, and nobody can use it.",
    .fix = "Send the payment requirements of x402 with the 402 of a call: PAYMENT-REQUIRED, or a JSON body whose "
           "`accepts` is filled.",
    .faults = {"x402.call-bare-402"},
    .fixture = "profile",
    .green_may_be = kFree,
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_offer_on_call
