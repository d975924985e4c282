#include "conformance/checks/delivery/slow_call.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "conformance/ask/hops.hpp"
#include "conformance/ask/tools.hpp"
#include "conformance/probe/ledger.hpp"

namespace weir::conformance {
namespace {

constexpr const char* kNoSlowTool =
    "no slow tool that sends progress is known: list one under safe_tools in the profile, with arguments that make it "
    "take a second";
constexpr std::array kSlowWords = {"slow", "long", "count", "wait", "sleep", "delay", "progress"};
constexpr std::size_t kToolsTried = 5;
constexpr double kShortestCallSeconds = 0.3;
/// Of the time until the first of them, what lies between the first and the last event at least.
constexpr double kLeastSpread = 0.25;

double seconds_of(std::int64_t us) { return static_cast<double>(us) / 1e6; }

bool promises_slowness(const wire::SafeTool& tool) {
  return std::any_of(kSlowWords.begin(), kSlowWords.end(),
                     [name = letters_of(tool.name)](const char* word) { return name.find(word) != std::string::npos; });
}

std::chrono::milliseconds patience_of(const Probe& probe) {
  return std::max<std::chrono::milliseconds>({probe.target().answer_timeout, probe.target().hold, kSlowPatience});
}

wire::Result<SlowCall> call(Probe& probe, wire::mcp::Dialogue& dialogue, const wire::SafeTool& tool,
                            bool quiet = false) {
  json::object params{{"name", tool.name}, {"arguments", tool.arguments}};
  if (!quiet) { params["_meta"] = {{"progressToken", "weir-progress"}}; }
  const auto timeout = probe.in(patience_of(probe)).left();
  auto reply = dialogue.request("tools/call", params, {.timeout = timeout});
  if (!reply) { return tl::unexpected(reply.error()); }
  SlowCall slow{.tool = tool.name, .reply = std::move(*reply), .progress_s = {}};
  for (const auto& seen : slow.reply.messages) {
    if (seen.message.method == "notifications/progress") { slow.progress_s.push_back(seconds_of(seen.at_us)); }
  }
  slow.ended_s = slow.reply.response ? seconds_of(slow.reply.response->at_us)
                                     : std::chrono::duration<double>(slow.reply.waited).count();
  return slow;
}

/// Those that may be slow, the likeliest first.
std::vector<wire::SafeTool> candidates(const Probe& probe) {
  const auto& safe = probe.target().profile.safe_tools;
  std::vector<wire::SafeTool> tools, others;
  std::partition_copy(safe.begin(), safe.end(), std::back_inserter(tools), std::back_inserter(others),
                      promises_slowness);
  tools.insert(tools.end(), others.begin(), others.end());
  if (const auto& ledger = probe.target().ledger) {
    std::erase_if(tools, [&](const wire::SafeTool& tool) { return ledger->stops_service(tool.name); });
  }
  tools.resize(std::min(tools.size(), kToolsTried));
  return tools;
}

/// A slow call is one that took its time, whether or not it told of it.
bool is_slow(const SlowCall& slow) { return slow.ended_s >= kShortestCallSeconds || slow.progress_s.size() > 1; }

}  // namespace

double SlowCall::longest_silence_s() const {
  double before = 0;
  double longest = 0;
  for (const double at : progress_s) {
    longest = std::max(longest, at - before);
    before = at;
  }
  return std::max(longest, ended_s - before);
}

tl::expected<SlowCall, Finding> call_slow_tool(Probe& probe, const std::string& accept_encoding) {
  const auto tools = candidates(probe);
  if (tools.empty()) { return tl::unexpected(untestable(kNoSlowTool)); }
  auto dialogue = probe.dialogue([&](wire::mcp::DialogueOptions& options) {
    if (!accept_encoding.empty()) { options.headers.set("Accept-Encoding", accept_encoding); }
  });
  if (!dialogue) {
    const auto& error = dialogue.error();
    const bool compressed = !accept_encoding.empty() && probe.dialogue().has_value();
    return tl::unexpected(compressed ? probe.not_opened(error, "a conversation")
                                     : probe.broken(error, "a conversation"));
  }
  for (const auto& tool : tools) {
    auto slow = call(probe, *dialogue, tool);
    if (!slow) { return tl::unexpected(unanswered_call(tool.name, slow.error())); }
    probe.pin_request(slow->reply.http.request);
    if (!slow->answered() || is_slow(*slow)) { return std::move(*slow); }
  }
  return tl::unexpected(untestable(kNoSlowTool));
}

tl::expected<SlowCall, Finding> call_quietly(Probe& probe) {
  for (const auto& tool : candidates(probe)) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return tl::unexpected(probe.broken(dialogue.error(), "a conversation")); }
    auto quiet = call(probe, *dialogue, tool, true);
    if (!quiet) { return SlowCall{.tool = tool.name, .reply = {}, .progress_s = {}, .lost = quiet.error().detail}; }
    probe.pin_request(quiet->reply.http.request);
    if (!quiet->answered()) { quiet->lost = quiet->reply.describe(); }
    // A refusal may take a moment too, and runs nothing.
    if (!quiet->answered() || (is_slow(*quiet) && quiet->reply.is_result())) { return std::move(*quiet); }
  }
  return tl::unexpected(untestable(kNoSlowTool));
}

std::optional<Finding> unless_spread(const Probe& probe, const SlowCall& slow, const std::string& with) {
  if (probe.out_of_time()) { return untestable("the run ended before the call did"); }
  if (slow.progress_s.empty()) {
    return untestable(fmt::format("{} sends no progress: {}", slow.tool, slow.reply.describe()));
  }
  const double first = slow.progress_s.front();
  const double spread = slow.ended_s - first;
  if (first < kShortestCallSeconds || spread >= first * kLeastSpread) { return std::nullopt; }
  const auto& headers = slow.reply.http.head.headers;
  const NamedHop* hop = hop_in_front(probe.target().profile.edge, headers);
  const std::string coding = headers.joined("content-encoding");
  return fail(fmt::format("the progress of {} while it works, {}", slow.tool, with),
              fmt::format(
                  "{} events that were sent apart came together: nothing for {:.2f} s, then all within {:.2f} s{}{}",
                  slow.progress_s.size() + 1, first, spread, coding.empty() ? "" : ", Content-Encoding: " + coding,
                  headers.has("content-length") ? "; Content-Length: the whole body was collected first" : ""))
      .at(hop              ? std::string(hop->name)
          : coding.empty() ? "buffer on the way"
                           : "compressor",
          coding.empty()
              ? "Switch off response buffering for event streams (nginx: proxy_buffering off and "
                "proxy_http_version 1.1, or X-Accel-Buffering: no; API Gateway: responseTransferMode STREAM)."
              : "Leave event streams out of compression, or flush it after each event (Cache-Control: "
                "no-transform tells a compressor).");
}

}  // namespace weir::conformance
