#include <array>

#include "conformance/ask/url.hpp"

namespace weir::conformance::url_agent_any_accepted {
namespace {

/// As the HTTP libraries under the usual MCP clients name themselves, or do not.
constexpr std::array kAgents = {"node", "python-httpx/0.28.1", ""};

std::string named(std::string_view agent) {
  return agent.empty() ? std::string("a client without a User-Agent") : fmt::format("'{}'", agent);
}

bool is_block(const wire::Exchange& answer) { return answer.head.status == 403 || answer.head.status == 406; }

Finding run(Probe& probe) {
  const auto own = send_once(probe, knock(probe));
  if (!own || is_block(*own)) {
    return untestable("our own User-Agent is refused as well: " + (own ? describe(*own) : own.error().detail));
  }
  for (const char* agent : kAgents) {
    wire::Request request = knock(probe);
    request.headers.set("User-Agent", agent);
    const auto answer = send_once(probe, request);
    if (!answer) { return probe.broken(answer.error(), fmt::format("an answer to {}", named(agent))); }
    if (is_block(*answer)) {
      Finding finding =
          fail("an answer whatever the User-Agent", fmt::format("{} to {}", describe(*answer), named(agent)))
              .at("web firewall", "Exempt the MCP path from the rules against bots and unknown user agents.");
      // RFC 9110 section 10.1.5: a client SHOULD name itself.
      if (std::string_view(agent).empty()) { finding.verdict = reports::Verdict::warn; }
      return finding;
    }
  }
  return pass("as to node, to python-httpx, and to a client without a name");
}

const Registration kCheck{{
    .id = "url.agent.any-accepted",
    .title = "clients are served whatever they call themselves",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-bot.html",
    .consequence = "Bot rules take MCP clients for scrapers: what a browser or a test shows green is 403 for them.",
    .fix = "Exempt the MCP path from firewall rules against bots and unknown or missing user agents (AWS WAF: "
           "SignalNonBrowserUserAgent, NoUserAgent_HEADER), and limit by rate or login.",
    .faults = {"url.waf-blocks-agents", "url.waf-wants-agent"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_agent_any_accepted
