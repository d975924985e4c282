#include <algorithm>

#include "conformance/checks/completion/common.hpp"

namespace weir::conformance::completion_values_bounded {
namespace {

constexpr std::size_t kMost = 100;

Finding run(Probe& probe) {
  const auto wanted = completables(probe);
  if (wanted.empty()) { return untestable("no listed prompt or template has an argument to complete"); }
  std::optional<std::size_t> most;
  std::string refusal;
  for (const Completable& each : wanted) {
    const auto reply = complete(probe, each, "");
    if (!reply) { return probe.broken(reply.error(), "a result"); }
    const json::array* values = values_of(*reply);
    if (values && values->size() > kMost) {
      return fail("at most 100 values", fmt::format("{} values for {}", values->size(), each.in_words));
    }
    if (values) {
      most = std::max(most.value_or(0), values->size());
    } else {
      refusal = reply->describe();
    }
  }
  return most ? pass(fmt::format("at most {} values", *most)) : untestable("no values came: " + refusal);
}

const Registration kCheck{{
    .id = "completion.values.bounded",
    .title = "completion gives at most 100 values",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .requirements = {"completion.max-100-values"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients reject or cut longer lists.",
    .fix = "Cut values to the best 100 matches in the handler of completion/complete, and tell of the rest by total "
           "and hasMore.",
    .faults = {"completion.too-many-values"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::completion_values_bounded
