#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_error_codes_not_retired {
namespace {

Finding run(Probe& probe) {
  std::vector<std::string> codes;
  const json::object missing{{"uri", "weir-unknown://no/such/resource"}};
  for (const std::string_view method : {kUnknownMethod, std::string_view("resources/read")}) {
    auto answer = probe.send(modern_request(probe, method, method == kUnknownMethod ? json::object{} : missing));
    if (!answer) { return probe.broken(answer.error(), "an error"); }
    const auto error = body_error(*answer);
    if (!error || !error->error.code) { continue; }
    const std::int64_t code = *error->error.code;
    const bool defined = code == jsonrpc::kHeaderMismatch || code == jsonrpc::kMissingClientCapability ||
                         code == jsonrpc::kUnsupportedVersion;
    if (code == -32002 || code == -32042 || (code >= -32099 && code <= -32020 && !defined)) {
      return fail("a code that this revision defines", std::to_string(code));
    }
    codes.push_back(std::to_string(code));
  }
  return codes.empty() ? untestable("no error came") : pass(fmt::format("{}", fmt::join(codes, ", ")));
}

const Registration kCheck{{
    .id = "stateless.error-codes.not-retired",
    .title = "no retired or foreign code of the reserved range is sent",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"jsonrpc.error-codes.retired", "jsonrpc.error-codes.spec-range-reserved"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes",
    .consequence = "Clients read codes by their new meaning.",
    .fix = "Use -32602 for an unknown resource and -32601 for an unknown method; drop -32002, -32042 and codes of your "
           "own from -32099 to -32020.",
    .faults = {"stateless.retired-code"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_error_codes_not_retired
