#include "conformance/ask/control.hpp"
#include "conformance/ask/one_code.hpp"

namespace weir::conformance::jsonrpc_error_invalid_params {
namespace {

Finding run(Probe& probe) {
  const Survey& survey = probe.survey();
  const bool stateless = probe.is(Era::stateless);
  std::string method = survey.declares("tools") ? "tools/" : survey.declares("prompts") ? "prompts/" : "resources/";
  const std::string list = method + "list";
  if (method == "resources/" && !survey.declares("resources")) {
    return not_applicable("the server declares no tools, prompts or resources");
  }
  // In stateless a name that is no string would already be refused for its header.
  method += stateless ? "list" : method == "tools/" ? "call" : method == "prompts/" ? "get" : "read";
  // Whoever looks at `arguments` before the name shall find them.
  const json::object params =
      stateless ? json::object{{"cursor", 42}} : json::object{{"name", 42}, {"uri", 42}, {"arguments", json::object{}}};
  auto reply = probe.call(method, params);
  const std::string expected = fmt::format("error -32602 for {} with a number where a string is due", method);
  if (!reply) { return probe.broken(reply.error(), expected); }
  const auto code = error_code(*reply);
  if (code && code != jsonrpc::kInvalidParams && is_code_of_all(probe, *code)) {
    return untestable(fmt::format("every error has the code {}, which jsonrpc.error.method-not-found says", *code));
  }
  if (code != jsonrpc::kInvalidParams) { return fail(expected, reply->describe()); }
  return beside_a_call(probe, pass(reply->describe()), list);
}

const Registration kCheck{{
    .id = "jsonrpc.error.invalid-params",
    .title = "params of the wrong shape are answered with -32602",
    .level = Level::should,
    .eras = kAllEras,
    .requirements = {"jsonrpc.invalid-params"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "By another code the client cannot tell its own mistake from a failure of the server, and retries.",
    .fix = "Validate params before the handler runs, and answer a mismatch by error -32602: an exception that "
           "nobody catches becomes -32603.",
    .faults = {"jsonrpc.invalid-params-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_invalid_params
