#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_result_type_present {
namespace {

Finding run(Probe& probe) {
  return judge_results(probe,
                       [](const std::string& method, const json::value& result, int& looked) -> std::optional<Finding> {
                         ++looked;
                         if (!wire::as_string(wire::find(result, "resultType"))) {
                           return fail("a string resultType in the result of " + method, wire::excerpt(result, 80));
                         }
                         return std::nullopt;
                       });
}

const Registration kCheck{{
    .id = "stateless.result-type.present",
    .title = "every result has a resultType",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.result-type.present"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#result-responses",
    .consequence = "Clients cannot tell a result from a request for input.",
    .fix = "Add `resultType: complete` to every other result in the one place where results are written, lists and "
           "server/discover included.",
    .faults = {"stateless.no-result-type"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_result_type_present
