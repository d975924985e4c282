#include "conformance/ask/control.hpp"
#include "conformance/ask/initialize.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::jsonrpc_error_not_5xx {
namespace {

/// What clients get wrong, and servers read without a look: a body that was cut on its way, params of another kind, and
/// an initialize that lacks what it must have.
std::vector<wire::Request> mistakes(Probe& probe, wire::mcp::Dialogue& dialogue) {
  std::vector<wire::Request> requests{dialogue.make_post(R"({"jsonrpc": "2.0", "id": 1, "method": )")};
  requests.push_back(dialogue.make_post(
      jsonrpc::request(json::value(dialogue.fresh_id("weir-mistaken")), harmless_method(probe), "weir")));
  if (!probe.is(Era::streamable)) { return requests; }
  for (const json::value& params : {json::value(), json::value{{"protocolVersion", probe.revision()}}}) {
    wire::Request request = initialize_request(probe);
    request.body = jsonrpc::request(1, "initialize", params);
    requests.push_back(std::move(request));
  }
  return requests;
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  const std::size_t number = mistakes(probe, shared->get()).size();
  for (std::size_t i = 0; i < number; ++i) {
    for (int asked = 1;; ++asked) {
      const auto request = mistakes(probe, shared->get())[i];  // Anew, as its id was used.
      const auto answer = probe.send(request);
      if (!answer && i == 0) { break; }  // What is no JSON and gets no answer: jsonrpc.error.parse says so.
      if (!answer) { return probe.broken(answer.error(), "an answer"); }
      probe.end_afterwards(*answer);  // A server may take an initialize for all that it lacks.
      if (answer->head.status < kServerErrors) { break; }
      if (asked == 1) { continue; }  // An error by chance is no answer to this request.
      return where_served(
          probe,
          fail("HTTP 4xx, or 200 with a JSON-RPC error, for " + wire::excerpt(request.body, 100), describe(*answer))
              .at("server",
                  "Look at a message before it is used, and answer -32700, -32600 or -32602: by HTTP 400, or in a "
                  "200."),
          harmless_method(probe));
    }
  }
  return beside_a_call(probe, pass(fmt::format("{} malformed requests, and no 5xx", number)));
}

const Registration kCheck{{
    .id = "jsonrpc.error.not-5xx",
    .title = "a malformed request is not answered as a failure of the server",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
    .consequence =
        "Clients and gateways retry a 5xx and raise alarms, and nobody learns what was wrong with the request.",
    .fix = "Validate each message before it is used, and answer params of the wrong kind by error -32602 or HTTP "
           "400, not by an exception that nobody catches.",
    .faults = {"jsonrpc.malformed-500", "jsonrpc.garbage-500"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_not_5xx
