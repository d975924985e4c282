#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::jsonrpc_error_parse_code {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  const auto ask = [&] { return post_raw(probe, *dialogue, R"({"jsonrpc": "2.0", "id": 1, "method": )"); };
  auto answer = ask();
  if (answer && answer->http.head.status >= kServerErrors) { answer = ask(); }  // It may have come by chance.
  if (!answer) { return probe.broken(answer.error(), "error -32700"); }
  const auto* error = answer->error();
  if (!error || error->error.code != jsonrpc::kParseError) {
    if (answer->http.head.status >= kServerErrors) {
      return untestable("as a failure of the server, which jsonrpc.error.not-5xx says: " + answer->describe());
    }
    return fail("a JSON-RPC error with code -32700", answer->describe());
  }
  // 1 stands in the text, and may be read there.
  if (error->id && !error->id->is_null() && !error->answers(1)) {
    return fail("the id null, as nobody could read one", wire::excerpt(error->raw, 100));
  }
  return pass("error -32700");
}

const Registration kCheck{{
    .id = "jsonrpc.error.parse-code",
    .title = "the answer to a body that is not JSON carries error -32700",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "A framework page instead of an error object hides from the client what was wrong, and often shows "
                   "a stack trace.",
    .fix = "Catch the parser's error before the framework's page does, and answer 400 with error -32700 and the id "
           "null: in Express by an error handler after express.json().",
    .faults = {"jsonrpc.parse-error-html", "jsonrpc.parse-error-id-0"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_parse_code
