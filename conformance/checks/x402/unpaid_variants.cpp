#include "conformance/checks/x402/common.hpp"

namespace weir::conformance::x402_unpaid_variants {
namespace {

std::string upper(std::string text) {
  for (char& c : text) { c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
  return text;
}

std::vector<std::string> spellings(const std::string& path) {
  const std::string first = fmt::format("/%{:02X}", path.size() > 1 ? static_cast<unsigned char>(path[1]) : 0);
  return {path + "/", upper(path), "/" + path, path.size() > 1 ? first + path.substr(2) : path + "//",
          path + "/weir-unpaid"};
}

wire::Result<wire::Exchange> get(Probe& probe, const Paid& paid, std::string path) {
  wire::Request request = paid_request(probe, paid);
  request.url.path = std::move(path);
  return probe.send(request);
}

Finding run(Probe& probe) {
  return judge_paid(probe, "nothing without payment, however the path is spelt",
                    [&](const Paid& paid) -> std::optional<Finding> {
                      // Where any path at all is answered with some page, that page is no content.
                      const auto nowhere = get(probe, paid, "/weir-no-such-page-4021");
                      for (const auto& path : spellings(paid.url.path)) {
                        const auto answer = get(probe, paid, path);
                        if (!answer || !answer->ok() || (nowhere && nowhere->ok() && nowhere->body == answer->body)) {
                          continue;
                        }
                        return fail(fmt::format("no content from {} unpaid", path), describe(*answer))
                            .at(kX402Hop,
                                "Let the router and the payment middleware agree on slashes and capitals, "
                                "or protect the handler itself.");
                      }
                      return std::nullopt;
                    });
}

const Registration kCheck{{
    .id = "x402.unpaid.variants",
    .title = "no spelling of the path gives away what has to be paid for",
    .level = Level::must,
    .eras = kTarget,
    .source = kX402Source,
    .consequence =
        "The router finds the handler for spellings that the payment middleware does not know: the content is free.",
    .fix = "Put the payment check on the handler itself, or normalise slashes, capitals and percent-encoding before "
           "the payment middleware matches the path, subpaths included.",
    .faults = {"x402.slash-free", "x402.case-free"},
    .fixture = "x402",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::x402_unpaid_variants
