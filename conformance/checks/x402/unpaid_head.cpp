#include "conformance/checks/x402/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::x402_unpaid_head {
namespace {

Finding run(Probe& probe) {
  return judge_paid(
      probe, "HEAD is not free",
      [&](const Paid& paid) -> std::optional<Finding> {
        wire::Request request = paid_request(probe, paid);
        const auto whole = probe.send(request);
        if (!whole || whole->head.status != kPaymentRequired) {
          return untestable(fmt::format("GET of {} is not to be paid for: {}", paid.route.path,
                                        whole ? describe(*whole) : whole.error().detail));
        }
        request.method = "HEAD";
        const auto answer = probe.send(request);
        const std::string expected = fmt::format("402 or 405 for HEAD of {}", paid.route.path);
        if (!answer) { return probe.broken(answer.error(), expected); }
        if (!answer->ok()) { return std::nullopt; }
        return fail(expected, describe(*answer))
            .at(kX402Hop, "Routers answer HEAD by the handler of GET: protect the route for every method.");
      },
      Asked::by_get);
}

const Registration kCheck{{
    .id = "x402.unpaid.head",
    .title = "HEAD of a paid route does not run its handler",
    .level = Level::should,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Anybody makes the server do the paid work, and reads the headers of its result.",
    .fix = "Protect the route for every method in the payment middleware, since most routers answer HEAD by the "
           "handler of GET, or answer HEAD by 405.",
    .faults = {"x402.head-free"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_unpaid_head
