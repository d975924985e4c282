#include "conformance/ask/tools.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::tools_call_served {
namespace {

/// What the unknown tool is refused with, had it been called `name`; empty where it is not refused in words.
std::string said_of_unknown(const wire::mcp::Reply& reply, const std::string& nobody, const std::string& name) {
  const auto* error = reply.error_message();
  std::string text = error ? error->error.message : std::string();
  const auto at = text.find(nobody);
  return at == std::string::npos ? std::string() : text.replace(at, nobody.size(), name);
}

/// A tool that is listed, and answered as one that does not exist: arguments that were made up are no reason for that.
std::optional<Finding> listed_and_unknown(Probe& probe) {
  const std::string nobody = "weir-unknown-tool";
  const auto calls = safe_calls(probe);
  const auto replies = shared_replies(probe, calls);
  std::optional<wire::mcp::Reply> unknown;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!calls[i].guessed) { continue; }
    const auto reply = replies ? wire::Result<wire::mcp::Reply>((*replies)[i]) : call_in_turn(probe, calls, i);
    const auto* error = reply ? reply->error_message() : nullptr;
    if (!error) { continue; }
    if (!unknown) {
      auto refusal = probe.call("tools/call", {{"name", nobody}, {"arguments", json::object{}}});
      if (!refusal || refusal->is_result()) { return std::nullopt; }
      unknown = std::move(*refusal);
    }
    if (said_of_unknown(*unknown, nobody, calls[i].name) != error->error.message) { continue; }
    probe.pin_request(reply->http.request);
    return fail("a result of " + calls[i].name + ", which is listed",
                "it is answered as a tool that does not exist: " + reply->describe())
        .at("server", "List the tools that can be called here, and no others.");
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  if (auto finding = listed_and_unknown(probe)) { return *std::move(finding); }
  return judge_calls(
      probe, "no safe tool was called",
      [&](const ToolCall& call, const wire::mcp::Reply& reply, int& looked) -> std::optional<Finding> {
        if (reply.http.head.status == kPaymentRequired) {
          return untestable(fmt::format("{} has to be paid for: x402.offer.on-call judges what it asks", call.name));
        }
        if (auto bad = unless_result(reply, "a result of " + call.name)) { return bad; }
        ++looked;
        return std::nullopt;
      },
      true);
}

const Registration kCheck{{
    .id = "tools.call.served",
    .title = "a call of a safe tool gives a result",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#tool-result",
    .consequence = "What is listed cannot be used.",
    .fix = "Register a handler under each listed name on every replica, let it answer in time, and return what fails "
           "inside as a result with isError: true, not as a JSON-RPC error.",
    .faults = {"tools.safe-call-refused", "tools.listed-tool-unknown"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_served
