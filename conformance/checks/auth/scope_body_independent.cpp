#include <fmt/ranges.h>

#include "conformance/checks/auth/token_common.hpp"
#include "conformance/probe/status.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::conformance::auth_scope_body_independent {
namespace {

struct Shape {
  std::string name;
  std::string body;
};

std::string padded(const std::string& body, std::size_t bytes) {
  std::string out = body;
  out.insert(out.find('{') + 1, std::string(bytes, ' '));
  return out;
}

/// The same message four times: the gateways that this is for copy bodies into headers, whose size and characters have
/// bounds (10 KB of a proxy's buffer, no line breaks).
std::vector<Shape> shapes_of(const std::string& compact) {
  constexpr std::size_t kSpilled = 12 * 1024;
  constexpr std::size_t kLarge = 64 * 1024;
  const auto parsed = wire::parse_json(compact);
  return {{"compact", compact},
          {"pretty-printed", parsed ? wire::pretty_json(parsed->value) : compact},
          {"padded to 12 KB", padded(compact, kSpilled)},
          {"padded to 64 KB", padded(compact, kLarge)}};
}

Finding run(Probe& probe) {
  auto call = denied_call(probe);
  if (!call) { return call.error(); }
  std::vector<std::string> seen;
  int decided = 0;
  for (const auto& shape : shapes_of(call_body(probe, "weir-denied", "tools/call", call->params))) {
    const auto answer = ask(probe, call->dialogue.make_post(shape.body));
    if (!answer) { return probe.broken(answer.error(), "the same decision for every shape of the call"); }
    const int status = answer->head.status;
    seen.push_back(fmt::format("{} HTTP {}", shape.name, status));
    if (decided == 0) {
      decided = status;
      if (status >= kServerErrors) {
        return untestable(fmt::format("the compact call is not decided on (HTTP {})", status));
      }
      if (status < 400) { return untestable(fmt::format("the compact call is not refused either (HTTP {})", status)); }
    } else if (status != decided) {
      return fail(fmt::format("HTTP {} for every shape of the same call", decided),
                  fmt::format("{}", fmt::join(seen, ", ")))
          .at("token check in front of the server",
              "Decide by the parsed body, and refuse what cannot be parsed or is not there; do not pass it in a "
              "header.");
    }
  }
  return pass(fmt::format("{}", fmt::join(seen, ", ")));
}

const Registration kCheck{{
    .id = "auth.scope.body-independent",
    .title = "a call without its scope is refused however its JSON is written and how long it is",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_buffer_size",
    .consequence = "Line breaks or blanks in the JSON are enough to call what the token may not.",
    .fix = "Decide by the parsed JSON body, in the server or a filter that reads all of it, refuse what does not "
           "parse, and hand no body to auth_request in a header.",
    .faults = {"token.scope-blind-large", "token.scope-blind-lines"},
    .fixture = "token",
    .run = run,
}};
const NotByCommand kNoCommand{"auth.scope.body-independent",
                              "it takes a token that the provider issues with fewer scopes"};

}  // namespace
}  // namespace weir::conformance::auth_scope_body_independent
