#include "conformance/checks/sse/common.hpp"

namespace weir::conformance::sse_data_json_rpc {
namespace {

/// 2025-11-25 transports, "Sending Messages to the Server", item 6: an id and empty data begin a stream. Servers do so
/// for older revisions too, which forbid it nowhere.
bool is_priming(const Probe& probe, const wire::SseEvent& event) {
  return event.data.empty() && event.has_id && probe.is(Era::streamable);
}

bool is_json_rpc(std::string_view data) {
  // That a message is no JSON is the finding of jsonrpc.text.parses.
  if (data.find("\"jsonrpc\"") != std::string_view::npos && !wire::parse_json(data)) { return true; }
  const auto parsed = jsonrpc::parse(data);
  return parsed && std::none_of(parsed->messages.begin(), parsed->messages.end(),
                                [](const jsonrpc::Message& message) { return message.kind == jsonrpc::Kind::invalid; });
}

Finding run(Probe& probe) {
  const auto problem = [&](const SeenStream& stream) -> std::optional<std::string> {
    for (const auto& item : stream.exchange.items) {
      const auto* event = std::get_if<wire::SseEvent>(&item);
      if (event && event->type == "message" && !is_priming(probe, *event) && !is_json_rpc(event->data)) {
        return fmt::format("'{}'", wire::excerpt(std::string_view(event->data), 80));
      }
    }
    return std::nullopt;
  };
  Finding finding = judge_streams(probe, {.headers = {}, .calls = true}, "a JSON-RPC message in each event", problem);
  // The sentence is of 2024-11-05: later transports only mean it.
  if (finding.verdict == reports::Verdict::fail && !probe.is(Era::http_sse)) {
    finding.verdict = reports::Verdict::warn;
  }
  return finding;
}

const Registration kCheck{{
    .id = "sse.data.json-rpc",
    .title = "every message event carries JSON-RPC",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"transport.sse.message-event-framing"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports",
    .consequence = "Clients log an error for each such event, and some close the conversation.",
    .fix = "Send heartbeats as comment lines that begin with a colon, keep logs and banners off the stream, and give "
           "each message event a whole JSON-RPC message as its data.",
    .faults = {"sse.heartbeat-as-data"},
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sse_data_json_rpc
