#include "conformance/ask/common.hpp"
#include "wire/mcp/pagination.hpp"

namespace weir::conformance::tools_list_deterministic {
namespace {

std::vector<std::string> names(const wire::mcp::Listing& listing) {
  std::vector<std::string> all;
  for (const json::value& tool : listing.items) { all.emplace_back(wire::string_or(tool, "name", "")); }
  return all;
}

Finding run(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto first = wire::mcp::list_all(*dialogue, "tools/list", "tools");
  const auto second = wire::mcp::list_all(*dialogue, "tools/list", "tools");
  if (first.error || second.error) { return untestable("tools/list could not be read to its end"); }
  const auto before = names(first);
  const auto after = names(second);
  if (before != after) {
    return fail(fmt::format("{}", fmt::join(before, ", ")), fmt::format("{}", fmt::join(after, ", ")));
  }
  return pass(fmt::format("{} tools in the same order", before.size()));
}

const Registration kCheck{{
    .id = "tools.list.deterministic",
    .title = "two lists in a row name the tools in the same order",
    .level = Level::should,
    .eras = kStateless,
    .capability = "tools",
    .requirements = {"tools.list.deterministic-order"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/tools#capabilities",
    .consequence = "A changing order defeats prompt caches, and makes every diff of the tool list noise.",
    .fix = "Sort the tools, by name for instance, before tools/list is answered, in place of the order of a hash map "
           "or of the answers of several backends.",
    .faults = {"tools.order-changes"},
    .run = run,
}};
const NotByCommand kNoCommand{"tools.list.deterministic", "it takes several answers, side by side"};

}  // namespace
}  // namespace weir::conformance::tools_list_deterministic
