#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_discover_honest {
namespace {

Finding run(Probe& probe) {
  int declared = 0;
  for (const std::string_view capability : {"tools", "prompts", "resources"}) {
    Finding one = declared_both_ways(probe, capability, fmt::format("{}/list", capability), capability);
    if (one.verdict == reports::Verdict::fail) { return one; }
    declared += one.verdict == reports::Verdict::pass ? 1 : 0;
  }
  return declared == 0 ? not_applicable("no lists are declared") : pass(fmt::format("{} lists", declared));
}

const Registration kCheck{{
    .id = "stateless.discover.honest",
    .title = "every declared list is answered, and no undeclared one",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.discover.capabilities-honest"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/discover#discoverresult",
    .consequence = "Clients ask only for what is declared, and fail when what is declared is refused.",
    .fix = "Derive the capabilities in server/discover from the registered handlers: declare each list that has items, "
           "and drop or serve one that is refused.",
    .faults = {"tools.list-unknown-method", "prompts.undeclared"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_discover_honest
