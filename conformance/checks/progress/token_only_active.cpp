#include "conformance/ask/tools.hpp"

namespace weir::conformance::progress_token_only_active {
namespace {

/// The progress notifications of a reply; `other` is one that carries another token than `token`.
int count_progress(const wire::mcp::Reply& reply, const json::value& token, const jsonrpc::Message*& other) {
  int count = 0;
  for (const auto& seen : reply.messages) {
    if (seen.message.method != "notifications/progress") { continue; }
    ++count;
    const json::value* carried = wire::find(seen.message.params, "progressToken");
    // That it carries none at all is told by progress.notification.shape, where one was given.
    if (carried ? *carried != token : token.is_null()) { other = &seen.message; }
  }
  return count;
}

Finding run(Probe& probe) {
  const jsonrpc::Message* other = nullptr;
  auto reply = probe.call(harmless_method(probe), nullptr, {.linger = std::chrono::milliseconds(100)});
  if (!reply) { return probe.broken(reply.error(), "an answer"); }
  if (count_progress(*reply, nullptr, other) > 0) {
    return fail("no progress without a token", wire::excerpt(other->raw, 100));
  }
  // That none comes unasked tells something only of a call that has progress to tell of.
  for (const auto& call : safe_calls(probe)) {
    const json::value token = 20'251;  // A number, as the TypeScript SDK gives; other checks give strings.
    const json::object bare{{"name", call.name}, {"arguments", call.arguments}};
    json::object asking = bare;
    asking["_meta"] = {{"progressToken", token}};
    auto asked = probe.call("tools/call", asking);
    if (!asked) { return unanswered_call(call.name, asked.error()); }
    const int told = count_progress(*asked, token, other);
    if (other) { return fail("the progress token of the call", wire::excerpt(other->raw, 100)); }
    if (told == 0) { continue; }
    auto unasked = probe.call("tools/call", bare, {.linger = std::chrono::milliseconds(100)});
    if (!unasked) { return unanswered_call(call.name, unasked.error()); }
    if (count_progress(*unasked, nullptr, other) > 0) {
      return fail("no progress without a token", wire::excerpt(other->raw, 100));
    }
    return pass(fmt::format("{} told of its progress when it was asked to, and else not", call.name));
  }
  return untestable("no call that may be made tells of its progress");
}

const Registration kCheck{{
    .id = "progress.token.only-active",
    .title = "progress comes under the token that was given, and for no other request",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"progress.only-active-tokens"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Clients fail on a token that they never gave, or show progress of another call.",
    .fix = "Send progress only where the request has params._meta.progressToken, and copy that value with its "
           "type: a number stays a number.",
    .faults = {"progress.unasked", "progress.token-stringified"},
    .fault_eras = {"http-sse", "streamable"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::progress_token_only_active
