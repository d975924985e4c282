#include "conformance/ask/common.hpp"
#include "conformance/probe/same_tools.hpp"

namespace weir::conformance::tools_call_known_everywhere {
namespace {

Finding run(Probe& probe) {
  const auto seen = tools_seen(probe);
  const std::size_t calls = seen->known + seen->unknown;
  if (calls == 0) { return untestable("no call of a listed tool was answered"); }
  if (seen->unknown == 0) { return pass(fmt::format("{} calls of listed tools", calls)); }
  // Where every list has the tool it is no matter of replicas.
  const std::string count = fmt::format("{} of {} calls of listed tools are answered as unknown", seen->unknown, calls);
  if (seen->difference.empty()) { return untestable(count + ", which tools.call.served judges"); }
  if (!seen->excuse.empty()) { return untestable(fmt::format("{}: {}", seen->excuse, count)); }
  probe.pin_request(seen->first_unknown->http.request);
  return fail("each call of a listed tool known to whichever replica gets it",
              fmt::format("{}: {}", count, seen->difference))
      .at("one of the replicas",
          "Load the same tools on every replica before it reports ready, from the store that they share, and tell all "
          "of them when tools are added.");
}

const Registration kCheck{{
    .id = "tools.call.known-everywhere",
    .title = "a tool that is listed is known to each replica that a call of it may reach",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#calling-tools",
    .consequence = "One client finds no tools, and the next one fails at a tool that it was just offered.",
    .fix = "Load the same tools on every replica before it reports ready, from the store that they share, and tell "
           "all of them when tools are added.",
    .faults = {"tools.replica-without-tools"},
    .fixture = "profile",
    .passive = true,
    .run = run,
}};
const NotByCommand kNoCommand{"tools.call.known-everywhere", "it takes several answers, side by side"};

}  // namespace
}  // namespace weir::conformance::tools_call_known_everywhere
