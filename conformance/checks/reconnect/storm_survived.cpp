#include "conformance/ask/held_stream.hpp"
#include "conformance/ask/listen.hpp"

namespace weir::conformance::reconnect_storm_survived {
namespace {

constexpr int kDisconnects = 20;
constexpr std::chrono::milliseconds kStormTime{1000};

/// A request whose answer is a held stream where the server has one, else any other.
wire::Request victim(Probe& probe, wire::mcp::Dialogue& dialogue) {
  if (probe.is(Era::http_sse)) { return stream_get(probe, probe.url()); }
  if (probe.is(Era::stateless)) {
    const json::object filter = listen_filter(probe.survey());
    return filter.empty() ? modern_request(probe, "server/discover")
                          : modern_request(probe, "subscriptions/listen", {{"notifications", filter}});
  }
  wire::Request get = dialogue.make_post("");
  get.method = "GET";
  get.headers.remove("Content-Type");
  get.headers.set("Accept", "text/event-stream");
  return get;
}

/// Every second one waits for its answer to begin before it goes.
int storm(Probe& probe, const wire::Request& request, std::vector<wire::HttpStream>& half_closed) {
  const wire::Deadline deadline = probe.in(kStormTime);
  int gone = 0;
  for (; gone < kDisconnects && !deadline.passed() && !probe.throttled(); ++gone) {
    auto stream = probe.http().begin(request, deadline);
    if (!stream) { break; }
    if (gone / 2 % 2 == 0) { stream->wait_for_head(deadline); }
    if (gone % 2 == 0) {
      stream->reset();
    } else {
      stream->shutdown_send();
      half_closed.push_back(std::move(*stream));
    }
  }
  return gone;
}

Finding run(Probe& probe) {
  auto before = probe.dialogue();
  if (!before) { return probe.broken(before.error(), "a conversation"); }
  std::vector<wire::HttpStream> half_closed;
  const int gone = storm(probe, victim(probe, *before), half_closed);
  const std::string expected = fmt::format("a new conversation after {} clients went without a word", gone);
  const auto fix = [](Finding finding) {
    return finding.verdict == reports::Verdict::fail
               ? std::move(finding).at("server", "Close the server's side when a client has gone, and free its thread.")
               : finding;
  };
  auto after = probe.dialogue();
  if (!after) { return fix(probe.not_opened(after.error(), expected)); }
  auto reply = after->request(harmless_method(probe));
  if (!reply) { return fix(probe.broken(reply.error(), expected)); }
  if (auto bad = unless_result(*reply, expected)) { return fix(std::move(*bad)); }
  return pass(fmt::format("answered after {} abrupt disconnects", gone));
}

const Registration kCheck{{
    .id = "reconnect.storm.survived",
    .title = "clients that vanish without a word keep nobody else out",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/modelcontextprotocol/java-sdk/issues/1021",
    .consequence = "Half-open connections pile up until the pool of threads is empty, and health checks fail.",
    .fix = "Close the server's side as soon as the client has gone (read to the end of the connection, catch failing "
           "writes), and free the thread, worker or slot that the request held.",
    .faults = {"reconnect.storm-exhausts"},
    .waits = true,
    .timed = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.storm.survived", "it takes many clients that vanish"};

}  // namespace
}  // namespace weir::conformance::reconnect_storm_survived
