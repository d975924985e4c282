#include "conformance/run/told.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weir::conformance {

namespace {

constexpr std::string_view kError = "JSON-RPC error ";

/// A check that may be red by the fault of another one, and the other one, which says more of it.
struct Implied {
  std::string_view check, by;
};

constexpr Implied kImplied[] = {
    {"auth.challenge.metadata-reachable", "auth.challenge.well-formed"},
    {"auth.challenge.metadata-reachable", "auth.metadata.served"},
    {"auth.server.metadata-whole", "auth.issuer.discovery-served"},
    {"auth.token.alg-none-refused", "auth.token.tampered-refused"},
    {"auth.token.challenge-error", "auth.bearer.wrong-401"},
    {"auth.token.other-key-refused", "auth.token.alg-none-refused"},
    {"auth.token.other-key-refused", "auth.token.tampered-refused"},
    {"cancellation.running.spares-session", "cancellation.late.tolerated"},
    {"cancellation.unknown.ignored", "cancellation.late.tolerated"},
    {"completion.listed.served", "completion.capability.declared"},
    {"cors.expose.challenge", "cors.answer.allow-origin"},
    {"cors.expose.challenge", "cors.expose.session-id"},
    {"cors.expose.session-id", "cors.answer.allow-origin"},
    {"delivery.body.streamed", "delivery.events.spread"},
    {"delivery.events.spread", "progress.stops.at-answer"},
    {"delivery.events.spread-compressed", "delivery.events.spread"},
    {"delivery.events.spread-compressed", "delivery.first-event.compressed"},
    {"delivery.events.spread-compressed", "progress.stops.at-answer"},
    {"header.accept.any-order", "affinity.session.shared"},
    {"header.accept.spellings", "affinity.session.shared"},
    {"header.accept.spellings", "header.accept.any-order"},
    {"header.names.any-case", "affinity.session.shared"},
    {"header.protocol-version.absent-accepted", "affinity.session.shared"},
    {"health.elb.answers", "health.route.open"},
    {"health.route.answers", "health.route.open"},
    {"health.route.answers", "health.route.plain-get"},
    {"health.route.answers", "health.route.steady"},
    {"health.truth.mcp-alive", "affinity.session.shared"},
    {"health.truth.mcp-alive", "jsonrpc.answer.asked-for"},
    {"health.truth.mcp-alive", "lifecycle.initialized.accepted"},
    {"health.truth.mcp-alive", "session.conversation.kept"},
    {"http-sse.endpoint.distinct", "http-sse.endpoint.resolves"},
    {"http-sse.post.after-close", "http-sse.post.unknown-session"},
    {"http-sse.post.names-session", "http-sse.post.unknown-session"},
    {"http.refusal.reads-body", "streamable.get.no-responses"},
    {"http.request.chunked", "affinity.session.shared"},
    {"http.request.content-type", "affinity.session.shared"},
    {"http.request.expect-continue", "affinity.session.shared"},
    {"http.request.expect-continue", "http.request.segments"},
    {"http.request.segments", "affinity.session.shared"},
    {"http.request.whitespace", "affinity.session.shared"},
    {"idle.session.kept", "streamable.get.no-responses"},
    {"jsonrpc.answer.asked-for", "jsonrpc.id.echoed"},
    {"jsonrpc.batch.accepted", "cancellation.late.tolerated"},
    {"jsonrpc.error.invalid-params", "jsonrpc.error.not-5xx"},
    {"jsonrpc.error.invalid-params", "tools.call.unknown-refused"},
    {"jsonrpc.error.parse-code", "jsonrpc.error.parse"},
    {"jsonrpc.error.parse-code", "jsonrpc.error.shape"},
    {"lifecycle.initialize.result-shape", "auth.bearer.wrong-401"},
    {"lifecycle.version.served-agreed", "lifecycle.version.echoed"},
    {"pagination.cursor.invalid-refused", "pagination.list.ends"},
    {"plain.stream.compressed", "delivery.first-event.compressed"},
    {"progress.stream.of-request", "streamable.messages.one-stream"},
    {"progress.token.only-active", "progress.session.own"},
    {"progress.value.increases", "progress.session.own"},
    {"progress.value.increases", "streamable.messages.one-stream"},
    {"reconnect.session.goes-on", "streamable.get.no-responses"},
    {"sse.framing.known-fields", "sse.data.every-line"},
    {"sse.head.content-type", "http.fields.single"},
    {"streamable.get.stream-or-405", "idle.get.answered"},
    {"streamable.messages.one-stream", "progress.session.own"},
    {"streamable.notification.accepted-202", "jsonrpc.notification.no-reply"},
    {"tools.call.arguments-optional", "affinity.release.same"},
    {"tools.call.empty-arguments", "affinity.release.same"},
    {"tools.call.failure-as-result", "affinity.release.same"},
    {"tools.call.invalid-arguments-refused", "session.ids.isolated"},
    {"tools.call.known-everywhere", "affinity.release.same"},
    {"tools.call.missing-name", "tools.call.unknown-refused"},
    {"tools.call.served", "affinity.release.same"},
    {"tools.call.structured-present", "session.ids.isolated"},
    {"tools.call.text-fallback", "tools.call.structured-conforms"},
    {"tools.list.not-connection-dependent", "affinity.release.same"},
    {"tools.list.not-connection-dependent", "pagination.cursor.stable"},
    {"tools.list.not-connection-dependent", "tools.call.known-everywhere"},
    {"tools.list.same-across-connections", "affinity.release.same"},
    {"tools.list.same-across-connections", "pagination.cursor.stable"},
    {"tools.list.same-across-connections", "tools.call.known-everywhere"},
    {"tools.name.unique", "pagination.cursor.stable"},
};

}  // namespace

bool explains(const CheckInfo& info, Trouble trouble) {
  return std::find(info.explains.begin(), info.explains.end(), trouble) != info.explains.end();
}

bool was_red(const reports::CheckResult& result) {
  return result.verdict == reports::Verdict::fail || result.verdict == reports::Verdict::warn;
}

std::vector<std::string_view> what_implies(std::string_view check) {
  std::vector<std::string_view> ids;
  for (const Implied& one : kImplied) {
    if (one.check == check) { ids.push_back(one.by); }
  }
  return ids;
}

bool is_implied(const reports::CheckResult& result, const reports::CheckResult& by) {
  const bool of_one_era = result.era == by.era || result.era.empty() || by.era.empty();
  const bool milder = result.verdict == reports::Verdict::fail && by.verdict == reports::Verdict::warn;
  if (!was_red(result) || !was_red(by) || !of_one_era || milder) { return false; }
  const auto ids = what_implies(result.id);
  return std::find(ids.begin(), ids.end(), by.id) != ids.end();
}

bool loses_requests(const reports::CheckResult& result, const CheckInfo& info) {
  const bool of_others = std::any_of(info.explains.begin(), info.explains.end(),
                                     [](Trouble one) { return one != Trouble::withheld_stream; });
  return result.verdict == reports::Verdict::fail && of_others;
}

bool tells_what_it_saw(const reports::CheckResult& result) {
  constexpr std::array<std::string_view, 5> kTelling = {"jsonrpc.id.echoed", "session.delete.unknown-refused",
                                                        "session.terminated.not-found", "session.unknown.not-found",
                                                        "streamable.posts.concurrent"};
  return result.verdict != reports::Verdict::pass &&
         std::find(kTelling.begin(), kTelling.end(), result.id) != kTelling.end();
}

bool refuses_everything(std::string_view check) { return check == "session.conversation.kept"; }

bool says_the_same(const std::string& reason, const std::string& got) {
  constexpr std::size_t kTelling = 8;  // A shorter text may be said of anything.
  const auto begin = reason.find(kError);
  const auto quote = begin == std::string::npos ? begin : reason.find('\'', begin);
  const auto end = quote == std::string::npos ? quote : reason.find('\'', quote + 1);
  if (end == std::string::npos || end - quote <= kTelling) { return false; }
  std::string text = reason.substr(quote + 1, end - quote - 1);
  if (text.ends_with("...")) { text.resize(text.size() - 3); }  // The reason may hold an excerpt itself.
  if (got.find(text) != std::string::npos) { return true; }
  // An excerpt of the answer may end within it.
  const std::string code = reason.substr(begin + kError.size(), quote - begin - kError.size() - 1);
  const std::string head = fmt::format("\"code\":{},\"message\":\"", code);
  const auto at = got.find(head);
  const auto cut = at == std::string::npos ? at : got.find("...", at + head.size());
  return cut != std::string::npos && text.starts_with(got.substr(at + head.size(), cut - at - head.size()));
}

std::string what_is_withheld(std::string_view check) {
  if (check == "jsonrpc.error.method-not-found") { return "an unknown method"; }
  for (const char* list : {"tools", "prompts", "resources"}) {
    if (check == std::string(list) + ".capability.declared") { return std::string(list) + "/list"; }
  }
  return {};
}

}  // namespace weir::conformance
