#include <algorithm>

#include "conformance/exercise/capable.hpp"

namespace weir::conformance::tools_call_ends_answered {
namespace {

/// What the call asked of its client and was told, where it did not end by that; empty where it ended, or asked
/// nothing.
std::string asked_in_vain(const CapableCall& made) {
  std::string methods;
  for (const auto& one : made.asked) {
    if (!one.is_of_the_call()) { continue; }
    if (!one.accepted) { return ""; }  // streamable.client-response.taken tells of it.
    methods += (methods.empty() ? "" : ", ") + one.method;
  }
  return made.answer ? "" : methods;
}

/// The same call in vain once more, while a client that cannot be asked gets an answer.
Finding confirmed(Probe& probe, const CapableCall& first) {
  const std::string& name = first.call.name;
  auto dialogue = capable_dialogue(probe);
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto get = stream_of_get(probe, *dialogue);
  const auto again = call_as_capable(probe, *dialogue, first.call, get ? &*get : nullptr);
  const std::string methods = asked_in_vain(again);
  if (methods.empty()) { return untestable(fmt::format("{} ended when it was called again", name)); }
  const auto plain = probe.call("tools/call", {{"name", name}, {"arguments", first.call.arguments}});
  if (!plain || !plain->response) {
    return untestable(fmt::format("{} gets no answer for any client, which tools.call.served says", name));
  }
  probe.pin_request(again.request);
  return fail(fmt::format("a response to the call of {} once its client has answered {}", name, methods),
              fmt::format("none within {} ms, although its client has answered; a client that cannot be asked "
                          "gets one",
                          again.rest.count()));
}

Finding run(Probe& probe) {
  if (safe_calls(probe).empty()) { return untestable(why_no_call(probe)); }
  const auto made = capable_calls(probe);
  if (made->error) { return probe.broken(*made->error, "a conversation"); }
  std::size_t ended = 0;
  for (const CapableCall& call : made->calls) {
    if (!asked_in_vain(call).empty()) { return confirmed(probe, call); }
    const bool asked = std::any_of(call.asked.begin(), call.asked.end(),
                                   [](const auto& one) { return one.is_of_the_call() && one.accepted; });
    ended += asked && call.answer ? 1 : 0;
  }
  if (ended > 0) { return pass(fmt::format("{} calls ended after their client was asked and had answered", ended)); }
  return not_applicable("no call that may be made asks its client for anything");
}

const Registration kCheck{{
    .id = "tools.call.ends-answered",
    .title = "a call that asks its client for something ends once the client has answered",
    .level = Level::must,
    .eras = kSessionEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#responses",
    .consequence = "Calls that sample or elicit hang for ever, while clients that cannot be asked are served.",
    .fix = "Bring each response of a client to the call that waits for it, on whatever replica that runs, and let a "
           "declined form or an error end the wait.",
    .faults = {"tools.client-answer-lost"},
    .fixture = "asking",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"tools.call.ends-answered", "its client has to answer while the call runs"};

}  // namespace
}  // namespace weir::conformance::tools_call_ends_answered
