#include "conformance/ask/common.hpp"

namespace weir::conformance::http_refusal_names_methods {
namespace {

constexpr int kMethodNotAllowed = 405;
constexpr std::chrono::milliseconds kPatience{1000};

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  std::vector<std::string> refused;
  for (const char* method : {"PUT", "GET"}) {
    // As a request of the conversation, so that neither its session nor its revision is what is refused.
    wire::Request request = shared->get().make_post(method == std::string_view("PUT") ? "{}" : "");
    request.method = method;
    if (request.body.empty()) {
      request.headers.remove("Content-Type");
      request.headers.set("Accept", "text/event-stream");
    }
    const auto stream = probe.http().open(request, probe.in(kPatience));
    if (!stream || stream->exchange().head.status != kMethodNotAllowed) { continue; }
    // An empty list says that there is no method at all, which is an answer (RFC 9110 section 10.2.1).
    if (!stream->exchange().head.headers.has("allow")) {
      return fail("Allow with each 405", fmt::format("none with the 405 to {}", method));
    }
    refused.emplace_back(method);
  }
  if (refused.empty()) { return not_applicable("neither PUT nor GET is answered 405"); }
  return pass(fmt::format("with the 405 to {}", fmt::join(refused, " and ")));
}

// RFC 9110 has a MUST for it; that clients of MCP do without, for whom the 405 alone decides, makes it no reason to
// stop a deploy.
const Registration kCheck{{
    .id = "http.refusal.names-methods",
    .title = "a 405 names the methods that there are",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
    .consequence = "Gateways and tools that look for Allow take the whole resource for one that is not there.",
    .fix = "Set Allow with every 405 of the endpoint to the methods that it takes, as `Allow: POST` or `Allow: "
           "GET, POST, DELETE`.",
    .faults = {"http.no-allow"},
    .green_may_be = "answered 405",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_refusal_names_methods
