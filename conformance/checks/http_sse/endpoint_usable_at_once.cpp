#include "conformance/ask/http_sse.hpp"
#include "conformance/probe/status.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance::http_sse_endpoint_usable_at_once {
namespace {

constexpr int kStreams = 3;
constexpr std::chrono::milliseconds kPatience{1500};
constexpr std::chrono::milliseconds kStep{100};

bool is_unknown(const wire::Result<wire::Exchange>& answer) {
  return answer && (answer->head.status == kNotFound || answer->head.status == kBadRequest);
}

std::string opening_body(const Probe& probe) {
  return jsonrpc::request("weir-at-once", "initialize", wire::mcp::initialize_params(probe.revision(), {}));
}

/// Whether it stays known: of several replicas without affinity some know the session, and others never do.
bool is_known_for_good(Probe& probe, const wire::Request& post) {
  constexpr int kTimes = 10;
  for (int i = 0; i < kTimes; ++i) {
    const auto answer = probe.send(post, probe.in(kPatience));
    if (!answer || !answer->ok()) { return false; }
  }
  return true;
}

/// How long after the event the same POST is accepted, in seconds: 0 where it is at once.
tl::expected<double, Finding> wait_until_known(Probe& probe) {
  auto stream = open_stream(probe);
  if (!stream) { return tl::unexpected(probe.broken(stream.error(), "an event stream")); }
  const auto endpoint = read_endpoint(probe, *stream);
  if (!endpoint) { return tl::unexpected(untestable(endpoint.error().detail)); }
  const auto url = wire::resolve(stream->exchange().request.url, *endpoint);
  if (!url || url->origin() != probe.url().origin()) {
    return tl::unexpected(untestable("the endpoint event names no address on this origin"));
  }
  const wire::Request post = json_post(probe, *url, opening_body(probe));
  const auto begin = wire::Clock::now();
  auto answer = probe.send(post, probe.in(kPatience));
  if (answer && answer->ok()) { return 0.0; }
  while (is_unknown(answer) && wire::Clock::now() - begin < kPatience && !probe.out_of_time()) {
    probe.pause(kStep);
    answer = probe.send(post, probe.in(kPatience));
  }
  if (!answer || !answer->ok()) {
    return tl::unexpected(
        untestable("the POST is not accepted at all: " + (answer ? describe(*answer) : answer.error().detail)));
  }
  const double waited = std::chrono::duration<double>(wire::Clock::now() - begin).count();
  if (!is_known_for_good(probe, post)) {
    return tl::unexpected(untestable("the session is known now and then, as affinity.session.shared judges"));
  }
  return waited;
}

Finding run(Probe& probe) {
  for (int i = 0; i < kStreams && !probe.out_of_time(); ++i) {
    const auto waited = wait_until_known(probe);
    if (!waited) { return waited.error(); }
    if (*waited <= 0) { continue; }
    return fail("a POST that is accepted as soon as the endpoint event has come",
                fmt::format("the session is unknown at first, and known {:.1f} s after the event", *waited))
        .at("server", "Register the session before its endpoint event is sent: clients POST at once.");
  }
  if (probe.out_of_time()) { return untestable("the run ended before"); }
  return pass(fmt::format("accepted at once on {} streams", kStreams));
}

const Registration kCheck{{
    .id = "http-sse.endpoint.usable-at-once",
    .title = "the announced URI takes a POST as soon as it was announced",
    .level = Level::must,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "The first message of a client is refused: no conversation opens, or now and then only.",
    .fix = "Put the session into the table in which POST looks before its endpoint event is written, not in a "
           "callback or task that runs after it.",
    .faults = {"http-sse.session-late"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session},
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.endpoint.usable-at-once",
                              "it takes a stream, and a POST at once to the URI that it announces"};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_usable_at_once
