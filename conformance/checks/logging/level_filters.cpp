#include "conformance/ask/tools.hpp"

namespace weir::conformance::logging_level_filters {
namespace {

/// The level of a log message that came with the reply, "" for none.
std::string logged(const wire::mcp::Reply& reply) {
  for (const auto& seen : reply.messages) {
    if (seen.message.method == "notifications/message") {
      return std::string(wire::string_or(seen.message.params, "level", "?"));
    }
  }
  return {};
}

/// Calls the tool with this level set; what was logged.
wire::Result<std::string> logged_at(wire::mcp::Dialogue& dialogue, std::string_view level, const ToolCall& call) {
  auto set = dialogue.request("logging/setLevel", {{"level", level}});
  if (!set) { return tl::unexpected(set.error()); }
  if (!set->is_result()) { return wire::fail(wire::ErrorCode::rejected, set->describe()); }
  auto reply = dialogue.request("tools/call", {{"name", call.name}, {"arguments", call.arguments}});
  if (!reply) { return tl::unexpected(reply.error()); }
  return logged(*reply);
}

Finding run(Probe& probe) {
  for (const auto& call : safe_calls(probe)) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    const auto all = logged_at(*dialogue, "debug", call);
    if (!all) { return untestable("the level debug cannot be set and tried: " + all.error().detail); }
    if (all->empty() || *all == "emergency") { continue; }
    const auto few = logged_at(*dialogue, "emergency", call);
    if (!few) { return untestable("the level emergency cannot be set and tried: " + few.error().detail); }
    if (!few->empty() && *few != "emergency") {
      return fail("no message below the level emergency, which was set", fmt::format("{} from {}", *few, call.name));
    }
    return pass(fmt::format("{} logs at level {}, and not when emergency is set", call.name, *all));
  }
  return untestable("no call that may be made logs anything");
}

const Registration kCheck{{
    .id = "logging.level.filters",
    .title = "no message comes below the level that was set",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "logging",
    .requirements = {"logging.set-level.filters"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging#setting-log-level",
    .consequence = "Clients drown in messages that they asked not to get.",
    .fix = "Keep the level of logging/setLevel with its session, and drop messages below it before they are sent: "
           "debug is the lowest, emergency the highest.",
    .faults = {"logging.level-ignored"},
    .fixture = "logging",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::logging_level_filters
