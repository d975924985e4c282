// Many SDKs count their tokens from 0 on, and in many languages 0 counts as none.
#include "conformance/ask/tools.hpp"

namespace weir::conformance::progress_token_zero_reported {
namespace {

constexpr const char* kText = "weir-token-of-words";
constexpr std::int64_t kIntegers[] = {0, 20'254};
constexpr std::chrono::milliseconds kForCalls{3000};  ///< No further call is begun after this.

/// How much progress the call tells under this token; an error where the call is not served.
wire::Result<std::ptrdiff_t> reported(Probe& probe, const ToolCall& call, const json::value& token) {
  const auto reply = probe.call(
      "tools/call", {{"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", token}}}});
  if (!reply) { return tl::unexpected(reply.error()); }
  if (!reply->is_result() || is_tool_error(*reply)) { return wire::fail(wire::ErrorCode::rejected, reply->describe()); }
  return std::count_if(reply->messages.begin(), reply->messages.end(), [&](const auto& seen) {
    const json::value* own = wire::find(seen.message.params, "progressToken");
    return seen.message.method == "notifications/progress" && own && *own == token;
  });
}

/// nullopt where the integer brings progress as well.
std::optional<Finding> unless_reported(Probe& probe, const ToolCall& call, std::int64_t integer) {
  const auto first = reported(probe, call, integer);
  if (!first) { return untestable("progress.token.any-type judges it: " + first.error().detail); }
  if (*first > 0) { return std::nullopt; }
  const auto asked = probe.last_request();
  const auto text = reported(probe, call, kText);
  const auto again = text && *text > 0 ? reported(probe, call, integer) : text;
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  if (!again || *text == 0) { return untestable(fmt::format("the progress of {} comes and goes", call.name)); }
  if (*again > 0) { return std::nullopt; }
  if (asked) { probe.pin_request(*asked); }
  return fail(fmt::format("the progress of {} under the token {}, as under one of words", call.name, integer),
              fmt::format("none under {}, and {} notifications under '{}'", integer, *text, kText))
      .at("server",
          "Ask whether _meta.progressToken is there, not whether it is true: 0 is a token, and so is each "
          "other integer.");
}

Finding run(Probe& probe) {
  const wire::Deadline last_begin = probe.in(kForCalls);
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  for (const auto& call : calls) {
    if (last_begin.passed()) { break; }
    const auto text = reported(probe, call, kText);
    if (!text || *text == 0) { continue; }
    for (const std::int64_t integer : kIntegers) {
      if (auto finding = unless_reported(probe, call, integer)) { return *std::move(finding); }
    }
    return pass(fmt::format("{} tells its progress under 0 as under '{}'", call.name, kText));
  }
  return untestable("no call that may be made tells of its progress");
}

const Registration kCheck{{
    .id = "progress.token.zero-reported",
    .title = "progress comes under a token that is 0 as under any other",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "SDKs that count their tokens from 0 on wait for the progress of their first call in vain.",
    .fix = "Ask whether _meta.progressToken is there (not null, not undefined) before progress is sent, and not "
           "whether it is true: 0 is a token.",
    .faults = {"progress.token-zero-unheard", "progress.token-integer-unheard"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::progress_token_zero_reported
