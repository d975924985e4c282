#include "conformance/ask/dialogue.hpp"
#include "conformance/probe/preflight_cause.hpp"
#include "conformance/probe/secrets.hpp"

namespace weir::conformance::preflight_endpoint_speaks {
namespace {

Finding run(Probe& probe) {
  const Target& target = probe.target();
  if (target.profile.era == Era::none) { return not_applicable("the profile says that this is no MCP endpoint"); }
  std::vector<std::string> spoken;
  for (Era era : target.detection.eras()) { spoken.emplace_back(to_string(era)); }
  if (!spoken.empty()) { return pass(fmt::format("{}", fmt::join(spoken, " and "))); }
  const Cause cause =
      cause_of(target.detection,
               {.url = target.url, .credentials = has_credentials(target.headers), .timeout = target.answer_timeout});
  for (const auto& attempt : target.detection.attempts) {
    probe.note(fmt::format("{}: {}", attempt.question,
                           attempt.why.empty() && attempt.error ? attempt.error->detail : attempt.why));
  }
  if (cause.telling) { probe.pin_request(cause.telling->request); }
  return fail(fmt::format("MCP at {}", target.url.str()), fmt::format("{} ({})", cause.message, cause.name))
      .at("endpoint", cause.fix);
}

const Registration kCheck{{
    .id = "preflight.endpoint.speaks",
    .title = "every endpoint that the profile names speaks MCP",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports",
    .consequence = "One endpoint of the deployment is dead or wrongly routed while the others look well.",
    .fix = "Compare the URL with the path where the server mounts MCP, let every hop pass POST and its headers on, "
           "and give the credentials that the endpoint asks for.",
    .faults = {"plain.page-everywhere"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::preflight_endpoint_speaks
