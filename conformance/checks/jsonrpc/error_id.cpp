#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_error_id {
namespace {

/// Whether the request was understood far enough for its id to be known. A refusal by HTTP status may lack it
/// (transports, "Sending Messages": an error response that has no id), but whoever knows the method knows the id.
bool was_read(const Heard& heard) {
  constexpr int kFirstRefusal = 300;
  return heard.in->http.head.status < kFirstRefusal || heard.message.error.code == jsonrpc::kMethodNotFound;
}

/// Whether the transport had to refuse the request for its head, and need not have read it. That the refusal has the
/// wrong status is told by session.missing.bad-request and header.protocol-version.invalid.
bool is_refused_unread(const Probe& probe, const Heard& heard) {
  if (!probe.is(Era::streamable) || !heard.post) { return false; }
  const auto& asked = heard.post->in->http.request.headers;
  const auto* request = heard.post->request();
  const bool opens = request && request->method == "initialize";
  const auto version = asked.find("MCP-Protocol-Version");
  return (probe.survey().sessions && !opens && !asked.has("Mcp-Session-Id")) ||
         (version && !wire::mcp::is_known_revision(*version));
}

/// http-sse: a stream on which one of the bodies that were sent has no id to tell.
bool only_requests_were_sent(const Traffic& traffic, const std::string& session) {
  return !session.empty() && std::all_of(traffic.sent.begin(), traffic.sent.end(), [&](const Sent& sent) {
    return sent.session != session || (sent.well_formed() && !sent.batch);
  });
}

const json::value kEmpty("");

/// Whether no request that this may answer has the empty id.
bool nobody_asked_so(const Traffic& traffic, const Heard& heard) {
  const auto asks_so = [](const Sent& sent) {
    return std::any_of(sent.messages.begin(), sent.messages.end(),
                       [](const jsonrpc::Message& message) { return message.id == kEmpty; });
  };
  if (heard.post) { return heard.post->well_formed() && !asks_so(*heard.post); }
  return !heard.session.empty() && std::none_of(traffic.sent.begin(), traffic.sent.end(), [&](const Sent& sent) {
    return sent.session == heard.session && asks_so(sent);
  });
}

Finding run(Probe& probe) {
  const auto kept = traffic_by(probe);
  const Traffic& traffic = *kept;
  Places places;
  for (const auto& heard : probe.in_time(traffic.heard)) {
    const bool is_error = heard.message.kind == jsonrpc::Kind::error;
    // No id may be given where none could be read; the empty one is an id, and nobody's.
    if (is_error && heard.message.id == kEmpty && nobody_asked_so(traffic, heard)) {
      places.looked();
      places.broken(heard.in, "the error has the id \"\", which is no request's");
      continue;
    }
    if (!is_error || !was_read(heard) || is_refused_unread(probe, heard)) { continue; }
    const bool due = heard.post ? heard.post->request() != nullptr : only_requests_were_sent(traffic, heard.session);
    if (!due) { continue; }
    places.looked();
    if (!heard.message.id || heard.message.id->is_null()) {
      places.broken(heard.in,
                    fmt::format("the error lacks the id of its request: {}", wire::excerpt(heard.message.raw, 120)));
    }
  }
  return judged(probe, places, "errors with the id of their request", "errors", "no request was answered by an error");
}

const Registration kCheck{{
    .id = "jsonrpc.error.id",
    .title = "an error carries the id of its request",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.response-id-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#responses",
    .consequence = "No client can tell which of its requests has failed: it waits until its timeout.",
    .fix = "Read the id before anything that can fail, and put it into every error, those of middleware, "
           "validators and catch-all handlers included.",
    .faults = {"jsonrpc.error-without-id", "jsonrpc.error-empty-id"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_id
