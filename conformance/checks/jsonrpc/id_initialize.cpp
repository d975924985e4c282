#include "conformance/ask/auth.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::jsonrpc_id_initialize {
namespace {

wire::Result<wire::Exchange> open_as(Probe& probe, const json::value& id) {
  constexpr std::chrono::milliseconds kPatience{500};
  wire::Request request = opening_request(probe);
  edit_body(request, [&](json::object& message) { message["id"] = id; });
  auto answer = probe.send(request);
  probe.pin_request(request);
  const std::string session(answer ? answer->head.headers.get("Mcp-Session-Id") : std::string_view());
  if (!session.empty()) {
    wire::Request end = probe.request("DELETE", request.url);
    end.headers.set("Mcp-Session-Id", session);
    (void)probe.http().exchange(end, probe.in(kPatience));
  }
  return answer;
}

bool is_served_as(const wire::Result<wire::Exchange>& answer, const json::value& id) {
  for (const auto& text : answer ? message_texts(*answer) : std::vector<std::string>{}) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (message.kind == jsonrpc::Kind::response && message.answers(id)) { return true; }
    }
  }
  return false;
}

Finding run(Probe& probe) {
  if (!probe.survey().string_ids) {
    return untestable("no request whose id is a string is answered, which jsonrpc.id.echoed says");
  }
  const json::value number(7), name("weir-initialize");
  const auto control = open_as(probe, number);
  if (!is_served_as(control, number)) {
    return untestable("initialize with the id 7 is not served either: " +
                      (control ? describe(*control) : control.error().detail));
  }
  const auto named = open_as(probe, name);
  if (is_served_as(named, name)) { return pass("initialize is served under the id \"weir-initialize\""); }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  return fail("an answer to initialize with the id \"weir-initialize\", as to one with the id 7",
              named ? describe(*named) : named.error().detail)
      .at("server", "Take ids that are strings as well as numbers in every method, and give them back unchanged.");
}

const Registration kCheck{{
    .id = "jsonrpc.id.initialize",
    .title = "a conversation can be opened under an id that is a string",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Clients that count in strings, or name requests by UUIDs, cannot connect at all.",
    .fix = "Take the id of initialize as a string or as a number, as in every other method, and copy it unchanged "
           "into the result: a type of integers alone refuses it.",
    .faults = {"jsonrpc.string-id-not-opened"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_id_initialize
