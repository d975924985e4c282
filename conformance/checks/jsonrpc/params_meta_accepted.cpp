#include "conformance/ask/tools.hpp"

namespace weir::conformance::jsonrpc_params_meta_accepted {
namespace {

struct Asked {
  std::string method;
  json::object params;
};

/// What clients ask in every conversation, and one call that may be made.
std::vector<Asked> ordinary_requests(const Probe& probe) {
  std::vector<Asked> requests{{std::string(harmless_method(probe)), {}}};
  for (const auto& [capability, method] : {std::pair{"tools", "tools/list"}, std::pair{"resources", "resources/list"},
                                           std::pair{"prompts", "prompts/list"}}) {
    if (probe.survey().declares(capability)) { requests.push_back({method, {}}); }
  }
  const auto calls = safe_calls(probe);
  if (!calls.empty()) {
    requests.push_back({"tools/call", {{"name", calls.front().name}, {"arguments", calls.front().arguments}}});
  }
  return requests;
}

wire::Result<wire::mcp::Reply> ask(Probe& probe, const Asked& asked, bool with_meta) {
  json::object params = asked.params;
  if (with_meta) { params["_meta"] = {{"progressToken", "weir-meta"}, {"weir.example/note", "meta"}}; }
  return probe.call(asked.method, params.empty() ? json::value() : json::value(std::move(params)));
}

Finding run(Probe& probe) {
  std::vector<std::string> served;
  std::string unserved;
  for (const auto& asked : ordinary_requests(probe)) {
    const auto reply = ask(probe, asked, true);
    if (reply && reply->is_result()) {
      served.push_back(asked.method);
      continue;
    }
    const auto request = probe.last_request();
    const auto plain = ask(probe, asked, false);
    if (!plain || !plain->is_result()) {
      unserved = fmt::format("{} is not served without it either: {}", asked.method,
                             plain ? plain->describe() : plain.error().detail);
      continue;
    }
    if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
    if (request) { probe.pin_request(*request); }
    return fail(fmt::format("a result of {} with _meta, as without it", asked.method),
                reply ? reply->describe() : reply.error().detail)
        .at("server", "Let params of every request have a member _meta, and read from it what is known.");
  }
  if (served.empty()) { return untestable(unserved); }
  return pass(fmt::format("served with _meta: {}", fmt::join(served, ", ")));
}

const Registration kCheck{{
    .id = "jsonrpc.params.meta-accepted",
    .title = "a request whose params have _meta is served as one without",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Clients that ask for progress, or trace their requests, get no list and no result.",
    .fix = "Let the params of every request have a member _meta with whatever keys: take additionalProperties "
           "false, strict or extra=forbid off the types of params.",
    .faults = {"jsonrpc.list-meta-refused", "jsonrpc.call-meta-refused"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_params_meta_accepted
