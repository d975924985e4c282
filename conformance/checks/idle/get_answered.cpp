#include "conformance/checks/idle/watch.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance::idle_get_answered {
namespace {

constexpr int kBadGateway = 502;
constexpr int kUnavailable = 503;
constexpr int kGatewayTimeout = 504;

/// Who says so at once has waited for nothing.
constexpr double kLeastWaitS = 0.1;

double seconds_to_head(const wire::Exchange& exchange) {
  return static_cast<double>(exchange.timings.head_us - exchange.timings.sent_us) / 1e6;
}

Finding gave_up(const Probe& probe, const wire::Exchange& exchange) {
  const double took_s = seconds_to_head(exchange);
  const NamedHop* hop = hop_in_front(probe.target().profile.edge, exchange.head.headers);
  const auto sign = wire::edge_sign(exchange);
  const std::string known = cutters_at(took_s, wire::Counts::silence);
  const std::string whose = sign            ? fmt::format(" ({}: {})", sign->hop, sign->meaning)
                            : hop           ? ": " + describe(*hop)
                            : known.empty() ? ""
                                            : ": " + known;
  return fail("an event stream, or HTTP 405", fmt::format("HTTP {} after {:.1f} s: a gateway waited for the stream{}",
                                                          exchange.head.status, took_s, whose))
      .at(sign  ? std::string(sign->hop)
          : hop ? std::string(hop->name)
                : "gateway",
          "Let every hop pass a response on as it comes, without a limit on the time between its bytes that is below "
          "the heartbeat; let the server send the head and a comment at once.");
}

Finding run(Probe& probe) {
  const auto patience = std::max(probe.target().answer_timeout, watch_span(probe));
  auto dialogue = probe.dialogue([&](wire::mcp::DialogueOptions& options) { options.timeout = patience; });
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto stream = dialogue->open_get_stream();
  if (!stream && stream.error().code == wire::ErrorCode::timeout) {
    return untestable(fmt::format("no response head within {:.1f} s: use --hold SECONDS",
                                  std::chrono::duration<double>(patience).count()));
  }
  if (!stream) { return probe.broken(stream.error(), "an answer to GET"); }
  switch (stream->exchange().head.status) {
    case kBadGateway:
    case kUnavailable:
    case kGatewayTimeout:
      if (seconds_to_head(stream->exchange()) < kLeastWaitS) {
        return untestable(fmt::format("HTTP {} came at once, which streamable.get.stream-or-405 judges",
                                      stream->exchange().head.status));
      }
      return gave_up(probe, stream->exchange());
    default:
      return pass(describe(stream->exchange()));
  }
}

const Registration kCheck{{
    .id = "idle.get.answered",
    .title = "the GET of a stream is not answered by a gateway that gave up waiting",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/"
              "transports#listening-for-messages-from-the-server",
    .consequence = "POSTs work and the stream never does: clients report a server that fails every half minute.",
    .fix = "Flush the head and a comment of the GET stream at once, let each hop pass them on (nginx: "
           "proxy_buffering off), or answer GET by 405 behind a gateway that cannot stream.",
    .faults = {"idle.get-gateway-timeout"},
    .fixture = "idle",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"idle.get.answered", "it comes only after the stream has been idle for long"};

}  // namespace
}  // namespace weir::conformance::idle_get_answered
