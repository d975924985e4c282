#include "conformance/checks/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  std::string_view method = probe.survey().declares("tools")       ? "tools/call"
                            : probe.survey().declares("resources") ? "resources/read"
                            : probe.survey().declares("prompts")   ? "prompts/get"
                                                                   : "";
  if (method.empty()) {
    return not_applicable("the server declares no tools, resources or prompts");
  }
  const json::object params =
      method == "resources/read" ? json::object{{"uri", 42}} : json::object{{"name", 42}, {"arguments", "none"}};
  auto reply = probe.call(method, params);
  const std::string expected = fmt::format("error -32602 for {} with a numeric name", method);
  if (!reply) {
    return probe.broken(reply.error(), expected);
  }
  if (error_code(*reply) != jsonrpc::kInvalidParams && error_code(*reply) != wire::jsonrpc::kHeaderMismatch) {
    return fail(expected, reply->describe());
  }
  return pass(reply->describe());
}

const Registration kCheck{{
    .id = "jsonrpc.error.invalid-params",
    .title = "params of the wrong shape are answered with -32602",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.invalid-params"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "By another code the client cannot tell its own mistake from a failure of the server, and retries.",
    .faults = {"jsonrpc.invalid-params-internal"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
