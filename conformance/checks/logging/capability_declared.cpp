#include "conformance/ask/passive.hpp"

namespace weir::conformance::logging_capability_declared {
namespace {

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  const bool declared = probe.survey().declares("logging");
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    const auto& message = heard.message;
    if (message.kind != jsonrpc::Kind::notification || message.method != "notifications/message") { continue; }
    places.looked();
    if (!declared) { places.broken(heard.in, wire::excerpt(message.raw, 80)); }
  }
  if (places.has_nothing()) { return not_applicable("no log message came"); }
  return judged(probe, places, "the capability 'logging' of a server that sends log messages", "log messages",
                "no log message came");
}

const Registration kCheck{{
    .id = "logging.capability.declared",
    .title = "a server that sends log messages declares logging",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"logging.capability-declared"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/logging#capabilities",
    .consequence =
        "Clients cannot set a level, and strict ones end the session at a notification that nobody declared.",
    .fix = "Declare `logging: {}` among the server's capabilities where notifications/message are sent, or send none.",
    .faults = {"logging.undeclared"},
    .fault_eras = {"http-sse", "streamable"},
    .fixture = "logging",
    .green_may_be = "no log message came",
    .passive = true,
    .run = run,
}};

const NotByCommand kNoCommand{"logging.capability.declared",
                              "two answers show it together: the capabilities of initialize, and a log message"};

}  // namespace
}  // namespace weir::conformance::logging_capability_declared
