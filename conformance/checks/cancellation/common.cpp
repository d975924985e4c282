#include "conformance/checks/cancellation/common.hpp"

#include <algorithm>

#include "conformance/ask/polled.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kUnderWay{200};  ///< A call that is not answered by then is one to cancel.

}  // namespace

Finding cancel_in_vain(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view request_id) {
  auto sent = dialogue.notify("notifications/cancelled", {{"requestId", request_id}, {"reason", "conformance check"}});
  if (!sent) { return probe.broken(sent.error(), "an answer to the cancellation"); }
  if (sent->http.head.status >= kServerErrors) { return fail("a cancellation that is ignored", describe(sent->http)); }
  auto reply = dialogue.request(harmless_method(probe));
  if (!reply) { return probe.broken(reply.error(), "a session that goes on"); }
  if (auto bad = unless_result(*reply, "a session that goes on after the cancellation")) { return *bad; }
  return pass(sent->http.head.status < kBadRequest ? "ignored, and the session goes on"
                                                   : "refused, and the session goes on");
}

Finding judge_under_way(Probe& probe, const char* id, const JudgeUnderWay& judge) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  for (const auto& call : calls) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
    const auto body = call_body(probe, id, "tools/call", {{"name", call.name}, {"arguments", call.arguments}});
    auto running = probe.http().begin(dialogue->make_post(body), probe.answer_deadline());
    if (!running || is_answered(probe, *dialogue, *running, id, kUnderWay)) { continue; }
    if (auto finding = judge(call, *dialogue, *running)) { return *std::move(finding); }
  }
  return untestable("no call that may be made takes long enough to be cancelled");
}

std::optional<Finding> unless_cancelled(wire::mcp::Dialogue& dialogue, const char* id) {
  const auto told = dialogue.notify("notifications/cancelled", {{"requestId", id}, {"reason", "weir stops a call"}});
  if (told && told->http.head.status < kBadRequest) { return std::nullopt; }
  return untestable("the cancellation is not accepted: " + (told ? told->describe() : told.error().detail));
}

void read_through_polls(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call, wire::Deadline until) {
  const auto names_time = [](const wire::SseItem& item) { return std::holds_alternative<wire::SseRetry>(item); };
  for (std::size_t fetched = 0;; ++fetched) {
    probe.read_answer(call, until);
    const auto& items = call.exchange().items;
    const bool to_come_again = is_to_be_fetched(call) && std::any_of(items.begin(), items.end(), names_time);
    if (!to_come_again || fetched >= wire::limits::kResumptions || !take_up(probe, dialogue, call)) { return; }
  }
}

}  // namespace weir::conformance
