#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_response_once {
namespace {

/// How often a request with this id was sent where its answers come: a client of ours may use an id again.
std::size_t times_asked(const Traffic& traffic, const Heard& heard) {
  const auto count = [&](const Sent& sent) {
    return static_cast<std::size_t>(std::count_if(
        sent.messages.begin(), sent.messages.end(),
        [&](const jsonrpc::Message& message) { return message.id && heard.message.answers(*message.id); }));
  };
  if (heard.post) { return count(*heard.post); }
  std::size_t times = 0;
  for (const auto& sent : traffic.sent) { times += sent.session == heard.session ? count(sent) : 0; }
  return times;
}

Finding run(Probe& probe) {
  const auto kept = traffic_by(probe);
  const Traffic& traffic = *kept;
  if (mixes_streams(traffic)) { return untestable(kStreamsMixed); }
  std::map<std::pair<const Seen*, std::string>, std::size_t> answers;
  Places places;
  for (const auto& heard : probe.in_time(traffic.heard)) {
    // Of a GET stream only http-sse's is one on which each answer comes once: others may be resumed.
    const bool known = heard.post || !heard.session.empty();
    if (!known || !heard.message.is_reply() || !heard.message.id || heard.message.id->is_null()) { continue; }
    const std::size_t asked = times_asked(traffic, heard);
    if (asked == 0) { continue; }  // That is another fault: jsonrpc.answer.asked-for.
    const std::size_t came = ++answers[{heard.in.get(), json::serialize(*heard.message.id)}];
    if (came == 1) { places.looked(); }
    if (came == asked + 1) {
      places.broken(heard.in, fmt::format("a second response with the id {}", wire::excerpt(*heard.message.id, 60)));
    }
  }
  return judged(probe, places, "one response", "requests", "no request was answered");
}

const Registration kCheck{{
    .id = "jsonrpc.response.once",
    .title = "a request gets one response",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.jsonrpc.org/specification#response_object",
    .consequence = "A second answer reaches the next request of a client that reuses ids, or ends a strict client.",
    .fix = "Return after the response is written: look for a second send in error handlers, in a handler "
           "registered twice, and in a transport connected twice.",
    .faults = {"jsonrpc.response-twice"},
    .fault_eras = {"http-sse", "streamable"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_response_once
