#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_paywall_browsers {
namespace {

constexpr const char* kBrowser =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

Finding run(Probe& probe) {
  return judge_paid(
      probe, "402 for a browser",
      [&](const Paid& paid) -> std::optional<Finding> {
        wire::Request request = paid_request(probe, paid);
        request.headers.set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        request.headers.set("User-Agent", kBrowser);
        const auto answer = probe.send(request);
        const std::string expected = fmt::format("402 from {} for a browser", paid.route.path);
        if (!answer) { return probe.broken(answer.error(), expected); }
        if (answer->head.status == 402) { return std::nullopt; }
        return fail(expected, describe(*answer)).at(kX402Hop, "Send the page for browsers with status 402.");
      },
      Asked::by_get);
}

const Registration kCheck{{
    .id = "x402.paywall.browsers",
    .title = "browsers are answered 402 as well",
    .level = Level::should,
    .eras = kTarget,
    .source = kX402Source,
    .consequence = "Caches, crawlers and monitors take the page that asks for money for the content.",
    .fix = "Send the paywall page with status 402, from the payment middleware and before any static file or cache can "
           "answer for the route.",
    .faults = {"x402.page-200", "x402.free"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_paywall_browsers
