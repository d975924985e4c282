// Of two checks that one fault turns red, the one that says more of it is told: each pair beside a fault that shows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"
#include "conformance/run/told.hpp"
#include "fixtures/faults/common.hpp"

namespace weir::conformance {

namespace {

const fixtures::FaultRegistration kTwice(fixtures::Fault{
    .name = "test.malformed-resets",
    .summary = "The connection of a request whose params are of the wrong kind is reset.",
    .on_request = [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      const auto has = [&](std::string_view text) { return request.body.find(text) != std::string::npos; };
      if (!has(R"("params":"weir")") && !has(R"("name":42)")) { return false; }
      reply.raw = "H";
      reply.ending = fixtures::Ending::reset;
      return true;
    }});

const fixtures::FaultRegistration kNames(fixtures::Fault{
    .name = "test.any-name-succeeds",
    .summary = "A call of whatever has no name of a tool is a success, which says in words that there is none.",
    .on_message = fixtures::accept_method("tools/call", {{"content", json::array{{{"type", "text"},
                                                                                  {"text", "There is no such tool."}}}},
                                                         {"resultType", "complete"}})});

struct Pair {
  std::string check, by, fault;
  Era era = Era::streamable;
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.check << " by " << pair.by; }

std::string named(const ::testing::TestParamInfo<Pair>& info) {
  std::string name = info.param.check + "_by_" + info.param.by;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

class ToldPairs : public ::testing::TestWithParam<Pair> {};

}  // namespace

TEST_P(ToldPairs, are_red_for_one_fault_that_is_told_once) {
  const Pair& pair = GetParam();
  EXPECT_THAT(what_implies(pair.check), ::testing::Contains(pair.by));
  EXPECT_THAT(red(judge(pair.era, {pair.fault}, {pair.check})), ::testing::ElementsAre(pair.check));
  EXPECT_THAT(red(judge(pair.era, {pair.fault}, {pair.check, pair.by})), ::testing::ElementsAre(pair.by));
}

INSTANTIATE_TEST_SUITE_P(
    Checks, ToldPairs,
    ::testing::Values(
        Pair{"cancellation.running.spares-session", "cancellation.late.tolerated", "cancellation.late-kills"},
        Pair{"cancellation.unknown.ignored", "cancellation.late.tolerated", "cancellation.unknown-500"},
        Pair{"cors.expose.session-id", "cors.answer.allow-origin", "cors.only-on-preflight"},
        Pair{"delivery.body.streamed", "delivery.events.spread", "delivery.whole-body"},
        Pair{"delivery.events.spread-compressed", "delivery.events.spread", "delivery.events-together"},
        Pair{"delivery.events.spread-compressed", "delivery.first-event.compressed", "delivery.gzip-holds-events"},
        Pair{"header.accept.spellings", "header.accept.any-order", "header.accept-compared-as-text"},
        Pair{"http-sse.post.after-close", "http-sse.post.unknown-session", "http-sse.unknown-session-hangs",
             Era::http_sse},
        Pair{"http.request.chunked", "affinity.session.shared", "affinity.sessions-refused-by-error"},
        Pair{"http.request.content-type", "affinity.session.shared", "affinity.sessions-refused-by-error"},
        Pair{"http.request.whitespace", "affinity.session.shared", "affinity.sessions-refused-by-error"},
        Pair{"http.request.expect-continue", "affinity.session.shared", "affinity.sessions-refused-by-error"},
        Pair{"http.request.expect-continue", "http.request.segments", "http.first-segment-only"},
        Pair{"http.request.segments", "affinity.session.shared", "affinity.sessions-refused-by-error"},
        Pair{"jsonrpc.answer.asked-for", "jsonrpc.id.echoed", "jsonrpc.string-id-replaced"},
        Pair{"jsonrpc.error.invalid-params", "jsonrpc.error.not-5xx", "test.malformed-resets"},
        Pair{"jsonrpc.error.invalid-params", "tools.call.unknown-refused", "test.any-name-succeeds"},
        Pair{"streamable.get.stream-or-405", "idle.get.answered", "idle.get-gateway-timeout"},
        Pair{"tools.call.missing-name", "tools.call.unknown-refused", "test.any-name-succeeds"},
        Pair{"jsonrpc.error.parse-code", "jsonrpc.error.parse", "jsonrpc.garbage-accepted"},
        Pair{"lifecycle.version.served-agreed", "lifecycle.version.echoed", "lifecycle.versions-crossed"},
        Pair{"http-sse.post.names-session", "http-sse.post.unknown-session", "http-sse.unknown-session-hangs",
             Era::http_sse},
        Pair{"progress.stream.of-request", "streamable.messages.one-stream", "streamable.messages-broadcast"},
        Pair{"sse.framing.known-fields", "sse.data.every-line", "sse.bare-line"},
        Pair{"sse.head.content-type", "http.fields.single", "http.content-type-twice"},
        Pair{"streamable.notification.accepted-202", "jsonrpc.notification.no-reply", "jsonrpc.notification-answered"},
        Pair{"tools.list.not-connection-dependent", "tools.call.known-everywhere", "tools.replica-without-tools",
             Era::stateless},
        Pair{"tools.list.same-across-connections", "tools.call.known-everywhere", "tools.replica-without-tools"},
        Pair{"tools.call.text-fallback", "tools.call.structured-conforms", "tools.structured-wrong-kind"}),
    named);

}  // namespace weir::conformance
