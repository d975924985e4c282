// The reviewed list of checks that pass at a server that knows nothing (null_servers_test.cpp), each with its reason.
#pragma once

#include <string_view>
#include <vector>

namespace weir::conformance {

using Names = std::vector<std::string_view>;

struct NullPass {
  std::string_view check;
  Names servers;
  std::string_view reason;
};

inline Names opening() { return {"opens_then_method_error", "opens_then_params_error", "opens_then_served"}; }

/// Those that open a stream of http-sse and name its endpoint.
inline Names announcing() {
  return {"endpoint_then_accepted", "opens_then_method_error", "opens_then_params_error", "opens_then_served"};
}

inline Names everywhere() {
  return {"empty",
          "accepted",
          "method_error",
          "params_error",
          "not_found",
          "echo",
          "silent_stream",
          "endpoint_then_accepted",
          "opens_then_method_error",
          "opens_then_params_error",
          "opens_then_served"};
}

/// Those that answer a request with some JSON.
inline Names talking() {
  return {"method_error",     "params_error", "echo", "opens_then_method_error", "opens_then_params_error",
          "opens_then_served"};
}

inline constexpr std::string_view kPassive =
    "It judges bytes, heads and ids of whatever is answered, and they are right.";
inline constexpr std::string_view kOpened = "It is about the opening, or an answer or stream that is right there.";
inline constexpr std::string_view kProfile = "It asks for no more than status, time or form, and gets that.";
inline constexpr std::string_view kHttp = "It is about HTTP or the survey alone, whatever is answered there.";
inline constexpr std::string_view kForm = "It asks for the form or the way of an answer, be it an error, and has one.";
inline constexpr std::string_view kBesideOpening = "Its control is the opening, which is served: the rest is refused.";
inline constexpr std::string_view kRight = "A result to every request, or this status or stream, is what it asks for.";

inline const std::vector<NullPass>& null_passes() {
  static const std::vector<NullPass> kPasses = {
      {"affinity.release.same", opening(), kOpened},
      {"affinity.session.cookie-free", {"opens_then_method_error", "opens_then_served"}, kRight},
      {"affinity.session.shared", {"opens_then_method_error", "opens_then_served"}, kRight},
      {"auth.api-key.not-echoed", everywhere(), kHttp},
      {"auth.bearer.any-case", opening(), kOpened},
      {"auth.credentials.not-echoed", everywhere(), kPassive},
      {"caching.hints.discover", {"opens_then_served"}, kOpened},
      {"caching.scope.valid", {"opens_then_served"}, kOpened},
      {"caching.ttl.valid", {"opens_then_served"}, kOpened},
      {"cancellation.late.tolerated", {"opens_then_served"}, kRight},
      {"cancellation.unknown.ignored", {"opens_then_served"}, kRight},
      {"completion.capability.declared", everywhere(), kHttp},
      {"completion.unknown-ref.refused", {"opens_then_params_error"}, kRight},
      {"delivery.first-event.compressed", announcing(), kOpened},
      {"delivery.first-event.prompt", announcing(), kOpened},
      {"delivery.reply.immediate", opening(), kForm},
      {"front-door.route.content-type", opening(), kProfile},
      {"front-door.route.headers", {"method_error", "echo", "opens_then_method_error"}, kProfile},
      {"front-door.route.latency", everywhere(), kProfile},
      {"header.accept.any-order", {"opens_then_method_error", "opens_then_served"}, kOpened},
      {"header.accept.spellings", everywhere(), kHttp},
      {"header.names.any-case", opening(), kOpened},
      {"header.param.unknown-ignored", opening(), kOpened},
      {"header.protocol-version.absent-accepted", {"opens_then_served"}, kRight},
      {"health.body.as-declared", talking(), kProfile},
      {"health.elb.answers",
       {"empty", "accepted", "endpoint_then_accepted", "method_error", "echo", "silent_stream",
        "opens_then_method_error", "opens_then_served"},
       kProfile},
      {"health.route.answers", {"empty", "method_error", "echo", "silent_stream", "opens_then_method_error"}, kProfile},
      {"health.route.any-host",
       {"empty", "method_error", "echo", "silent_stream", "opens_then_method_error"},
       kProfile},
      {"health.route.ends",
       {"empty", "accepted", "endpoint_then_accepted", "method_error", "params_error", "not_found", "echo",
        "opens_then_method_error", "opens_then_params_error", "opens_then_served"},
       kProfile},
      {"health.route.fast", everywhere(), kProfile},
      {"health.route.no-session", everywhere(), kProfile},
      {"health.route.open", everywhere(), kProfile},
      {"health.route.plain-get",
       {"empty", "accepted", "endpoint_then_accepted", "method_error", "not_found", "echo", "silent_stream",
        "opens_then_method_error", "opens_then_served"},
       kProfile},
      {"health.truth.mcp-alive", {"opens_then_method_error", "opens_then_served"}, kProfile},
      {"http-sse.endpoint.distinct", announcing(), kOpened},
      {"http-sse.endpoint.first", announcing(), kOpened},
      {"http-sse.endpoint.once", opening(), kOpened},
      {"http-sse.endpoint.resolves", announcing(), kOpened},
      {"http-sse.endpoint.same-origin", announcing(), kOpened},
      {"http-sse.endpoint.usable-at-once", announcing(), kOpened},
      {"http-sse.message.event-type", opening(), kOpened},
      {"http-sse.post.accepted", {"opens_then_method_error", "opens_then_served"}, kRight},
      {"http-sse.post.prompt", opening(), kHttp},
      {"http-sse.reply.on-stream", opening(), kForm},
      {"http-sse.sessions.concurrent", {"opens_then_served"}, kRight},
      {"http-sse.stream.early-request-kept", opening(), kOpened},
      {"http-sse.stream.silent-client-kept", {"opens_then_served"}, kOpened},
      {"http.body.identity-when-unasked", opening(), kOpened},
      {"http.body.utf8", talking(), kPassive},
      {"http.connection.in-order", opening(), kOpened},
      {"http.errors.no-stack-trace", {"params_error", "opens_then_params_error"}, kPassive},
      {"http.fields.single", everywhere(), kPassive},
      {"http.head.answered", opening(), kHttp},
      {"http.head.unfolded", everywhere(), kPassive},
      {"http.length.reached", everywhere(), kPassive},
      {"http.length.told", opening(), kHttp},
      {"http.options.answered", opening(), kOpened},
      {"http.request.chunked", opening(), kOpened},
      {"http.request.content-type", opening(), kOpened},
      {"http.request.expect-continue", opening(), kOpened},
      {"http.request.segments", opening(), kOpened},
      {"idle.get.answered", opening(), kOpened},
      {"idle.session.kept", {"opens_then_served"}, kRight},
      {"jsonrpc.answer.asked-for", talking(), kPassive},
      {"jsonrpc.answer.single", talking(), kPassive},
      {"jsonrpc.batch.notifications-only", {"opens_then_served"}, kRight},
      {"jsonrpc.error.concise", {"opens_then_method_error", "opens_then_params_error"}, kForm},
      {"jsonrpc.error.id", talking(), kPassive},
      {"jsonrpc.error.invalid-request", {"opens_then_method_error", "opens_then_params_error"}, kBesideOpening},
      {"jsonrpc.error.not-5xx", opening(), kHttp},
      {"jsonrpc.error.parse", {"opens_then_method_error", "opens_then_params_error"}, kBesideOpening},
      {"jsonrpc.error.shape", talking(), kPassive},
      {"jsonrpc.id.echoed", opening(), kOpened},
      {"jsonrpc.id.initialize", opening(), kOpened},
      {"jsonrpc.id.unicode", opening(), kOpened},
      {"jsonrpc.id.zero", opening(), kForm},
      {"jsonrpc.members.no-duplicates", talking(), kPassive},
      {"jsonrpc.notification.no-reply", {"opens_then_params_error", "opens_then_served"}, kRight},
      {"jsonrpc.notification.unknown-tolerated", {"opens_then_served"}, kRight},
      {"jsonrpc.params.meta-accepted", {"opens_then_served"}, kRight},
      {"jsonrpc.response.once", talking(), kPassive},
      {"jsonrpc.result.object", opening(), kPassive},
      {"jsonrpc.result.xor-error", talking(), kPassive},
      {"jsonrpc.strings.whole", talking(), kPassive},
      {"jsonrpc.text.parses", talking(), kPassive},
      {"jsonrpc.version.present", talking(), kPassive},
      {"lifecycle.capabilities.respected", {"opens_then_served"}, kRight},
      {"lifecycle.capabilities.shape", everywhere(), kOpened},
      {"lifecycle.handshake.no-race", {"opens_then_served"}, kOpened},
      {"lifecycle.initialize.result-shape", opening(), kOpened},
      {"lifecycle.initialized.accepted", opening(), kOpened},
      {"lifecycle.server-info.named", opening(), kOpened},
      {"lifecycle.server.consistent", opening(), kOpened},
      {"lifecycle.unknown-capability.tolerated", opening(), kOpened},
      {"lifecycle.version.echoed", opening(), kOpened},
      {"lifecycle.version.newest-offered", opening(), kOpened},
      {"lifecycle.version.of-transport", everywhere(), kHttp},
      {"logging.set-level.accepted", {"opens_then_served"}, kRight},
      {"meta.keys.valid", opening(), kOpened},
      {"ping.before-initialized.answered", {"opens_then_served"}, kRight},
      {"plain.stream.framing",
       {"silent_stream", "endpoint_then_accepted", "opens_then_method_error", "opens_then_params_error",
        "opens_then_served"},
       kOpened},
      {"plain.stream.no-error",
       {"silent_stream", "endpoint_then_accepted", "opens_then_method_error", "opens_then_params_error",
        "opens_then_served"},
       kOpened},
      {"preflight.answers.prompt", everywhere(), kHttp},
      {"preflight.answers.regular", opening(), kForm},
      {"preflight.answers.steady", everywhere(), kHttp},
      {"preflight.connection.reusable", {"opens_then_method_error", "opens_then_served"}, kHttp},
      {"preflight.endpoint.stays-up", opening(), kOpened},
      {"preflight.framing.unambiguous", everywhere(), kHttp},
      {"progress.stops.at-answer", opening(), kPassive},
      {"prompts.get.served", {"opens_then_served"}, kRight},
      {"reconnect.storm.survived", opening(), kOpened},
      {"reconnect.stream.reopens", opening(), kOpened},
      {"reconnect.streams.leave-room", opening(), kOpened},
      {"resources.read.served", {"opens_then_served"}, kRight},
      {"resources.subscribe.accepted", {"opens_then_served"}, kRight},
      {"session.conversation.kept", {"opens_then_served"}, kRight},
      {"session.delete.answered", {"opens_then_method_error", "opens_then_served"}, kRight},
      {"session.delete.own-alone", {"opens_then_served"}, kRight},
      {"session.fresh-connection.works", {"opens_then_served"}, kRight},
      {"session.id.kept", opening(), kPassive},
      {"session.id.not-adopted", opening(), kOpened},
      {"session.id.visible-ascii", opening(), kOpened},
      {"sizes.first-contact.fast", everywhere(), kHttp},
      {"sizes.request.answered", opening(), kOpened},
      {"sizes.request.refused-plainly", opening(), kOpened},
      {"sizes.slow-call.below-ceiling", opening(), kHttp},
      {"sse.data.json-rpc", opening(), kOpened},
      {"sse.framing.known-fields", opening(), kOpened},
      {"sse.framing.line-endings", opening(), kOpened},
      {"sse.framing.utf8", opening(), kOpened},
      {"sse.head.content-type", opening(), kOpened},
      {"sse.head.identity-when-unasked", opening(), kOpened},
      {"sse.head.no-transform", opening(), kOpened},
      {"sse.id.no-nul", opening(), kOpened},
      {"sse.retry.digits", opening(), kOpened},
      {"stateless.discover.shape", opening(), kOpened},
      {"stateless.error-codes.not-retired",
       {"method_error", "params_error", "opens_then_method_error", "opens_then_params_error"},
       kForm},
      {"stateless.last-event-id.ignored", opening(), kOpened},
      {"stateless.meta.client-info-optional", opening(), kOpened},
      {"stateless.notification.accepted-202", {"accepted", "endpoint_then_accepted", "opens_then_served"}, kRight},
      {"stateless.request.content-type",
       {"method_error", "params_error", "echo", "silent_stream", "opens_then_method_error", "opens_then_params_error",
        "opens_then_served"},
       kHttp},
      {"stateless.requests.interleaved", {"opens_then_method_error", "opens_then_params_error"}, kBesideOpening},
      {"stateless.result-type.known", {"opens_then_served"}, kOpened},
      {"stateless.result-type.present", {"opens_then_served"}, kOpened},
      {"stateless.server-info.in-meta", opening(), kOpened},
      {"stateless.session.ignored", opening(), kOpened},
      {"stateless.session.not-minted", opening(), kOpened},
      {"streamable.notification.accepted-202", {"opens_then_served"}, kRight},
      {"streamable.notification.empty-body", {"opens_then_served"}, kRight},
      {"streamable.posts.concurrent", {"opens_then_served"}, kRight},
      {"streamable.request.content-type", {"opens_then_method_error", "opens_then_served"}, kHttp},
      {"tools.call.arguments-optional", {"opens_then_served"}, kRight},
      {"tools.call.empty-arguments", {"opens_then_served"}, kRight},
      {"tools.call.served", {"opens_then_served"}, kRight},
      {"url.agent.any-accepted", everywhere(), kHttp},
      {"url.endpoint.keeps-prefix", announcing(), kOpened},
      {"url.host.any-accepted", everywhere(), kHttp},
      {"url.payload.code-accepted", opening(), kHttp},
      {"url.slash.keeps-body", everywhere(), kHttp},
      {"url.slash.keeps-host", everywhere(), kHttp},
      {"x402.unpaid.variants", everywhere(), kProfile},
  };
  return kPasses;
}

}  // namespace weir::conformance
