#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_error_concise {
namespace {

Finding run(Probe& probe) {
  constexpr std::size_t kConcise = 300;
  auto reply = probe.call(kUnknownMethod);
  if (!reply) { return probe.broken(reply.error(), "a JSON-RPC error"); }
  if (!reply->is_error()) { return untestable("no JSON-RPC error came for an unknown method: " + reply->describe()); }
  const std::string& message = reply->response->message.error.message;
  if (message.find('\n') != std::string::npos || message.size() > kConcise) {
    return fail("one sentence",
                fmt::format("{} bytes: {}", message.size(), wire::excerpt(std::string_view(message), 100)));
  }
  return pass(wire::excerpt(std::string_view(message), 80));
}

const Registration kCheck{{
    .id = "jsonrpc.error.concise",
    .title = "an error message is one concise sentence",
    .level = Level::should,
    .eras = kAllEras,
    .requirements = {"jsonrpc.error-message-concise"},
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "Stack traces in messages reach users and models, and show the inside of the server.",
    .fix = "Put one short sentence into the error's message, and write the stack trace and what else there is to "
           "say to the log.",
    .faults = {"jsonrpc.error-stack-trace"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_error_concise
