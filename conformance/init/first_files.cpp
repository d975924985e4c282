#include "conformance/init/first_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "wire/base/text.hpp"
#include "wire/json/pretty_json.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kCommentBytes = 400;
constexpr std::size_t kExpectedTools = 200;  ///< More than that are left to the tools lock.

/// A JSON string is one of YAML too; what would be a variable of the environment is none.
std::string quoted(std::string_view text) {
  std::string plain;
  for (; !text.empty(); text.remove_prefix(1)) {
    plain += text.starts_with("${") ? "$$" : std::string(1, text.front());
  }
  return wire::inert_yaml(json::serialize(json::string(plain)));
}

std::string variable(std::string_view name) { return fmt::format("${{{}}}", name); }

/// One line that ends nothing, whatever the endpoint said.
std::string remark(std::string_view text) { return wire::printable(wire::excerpt(text, kCommentBytes)); }

std::string list_of(const std::vector<std::string>& names) {
  std::vector<std::string> items;
  for (const auto& name : names) { items.push_back(quoted(name)); }
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string described(const std::vector<Survey>& surveys) {
  std::vector<std::string> eras;
  for (const auto& survey : surveys) { eras.push_back(fmt::format("{} {}", to_string(survey.era), survey.revision)); }
  return fmt::format("{}", fmt::join(eras, ", "));
}

std::string credentials(const FirstProfile& profile, const FirstLook& look) {
  std::string out =
      "# Credentials come from the environment: ${NAME} is replaced by the variable, and no output shows it.\n";
  if (!look.challenge.empty()) { out += fmt::format("# Without any it answers {}\n", remark(look.challenge)); }
  out += profile.bearer.empty()
             ? "# bearer: ${MCP_TOKEN}          # sent as 'Authorization: Bearer ...'\n"
             : fmt::format("bearer: {}          # sent as 'Authorization: Bearer ...'\n", variable(profile.bearer));
  if (!profile.api_key.empty()) {
    out += fmt::format("api_key: {{header: {}, value: \"{}\"}}\n", quoted(profile.api_key_header),
                       variable(profile.api_key));
  }
  if (!profile.headers.empty()) {
    out += "headers:                      # sent with every request\n";
    for (const auto& [name, from] : profile.headers) {
      out += fmt::format("  {}: \"{}\"\n", quoted(name), variable(from));
    }
  }
  return out + "\n";
}

std::string health(const FirstLook& look) {
  constexpr std::string_view kWhat =
      "# Routes that tell a load balancer that the target is healthy; they are asked without a session, and must be "
      "fast.\n";
  return std::string(kWhat) + (look.health.empty()
                                   ? std::string("# health: [/health]           # none of the usual ones answers\n\n")
                                   : fmt::format("health: {}\n\n", list_of(look.health)));
}

std::string tools(const FirstProfile& profile, const FirstLook& look) {
  const auto readers = read_only_tools(look.surveys);
  auto names = tools_of_all(look.surveys);
  std::string out =
      "# Tools that may be called at any time: they change nothing that matters. No other tool is ever called, so that "
      "much\n"
      "# stays unverified until some stand here, with arguments: {name: search, arguments: {query: weir}}\n";
  out += fmt::format("# safe_tools: {}\n",
                     readers.empty() ? "[]" : list_of(readers) + "   # these say that they only read");
  out += fmt::format("call_read_only: {}         # whether every tool that says so may be called\n\n",
                     profile.call_read_only);
  if (names.empty()) { return out + "# Tools that must be offered.\n# expected_tools: []\n\n"; }
  const bool all = names.size() <= kExpectedTools;
  if (!all) { names.resize(kExpectedTools); }
  out += fmt::format(
      "# Tools that must be offered: take out what nobody depends on. {}\nexpected_tools:\n",
      all ? "(How they look is pinned by the tools lock.)" : "These are the first; the tools lock pins all.");
  for (const auto& name : names) { out += fmt::format("  - {}\n", quoted(name)); }
  return out + "\n";
}

std::string way(const FirstLook& look) {
  std::string out =
      "# What stands in front: alb, api-gateway, api-gateway-http, function-url, cloudfront, nginx, haproxy or "
      "other.\n";
  if (!look.edge.empty()) {
    out += fmt::format("edge: {}                    # by its marks in the answers: {}\n", look.edge, remark(look.hop));
  } else {
    out += fmt::format("# edge: alb{}\n",
                       look.hop.empty() ? "                     # none left a mark" : "   # seen: " + remark(look.hop));
  }
  return out +
         "# The smallest idle timeout on the way, in seconds: streams must show life more often than that.\n"
         "# idle_budget: 60\n\n"
         "# What a load may ask of it (weir-loadgen): a host that is not private is loaded only where it stands here.\n"
         "# load_allowed: {hosts: [], streams: 1000, opens: 100, calls: 50}\n";
}

}  // namespace

std::string first_profile(const FirstProfile& profile, const FirstLook& look) {
  std::string out =
      "# What is known of a deployed endpoint; weir-conformance and weir-loadgen read it. Only `url` is required.\n\n";
  out += fmt::format("# For reports, metrics and the tools lock.\nname: {}\n\n", quoted(profile.name));
  out += "# The MCP endpoint itself, or the GET stream of an HTTP+SSE server.\n";
  out += fmt::format("url: {}\n\n", profile.url.starts_with("${") ? profile.url : quoted(profile.url));
  out += "# Which wire protocol is asked: http-sse, streamable or stateless. Where it is absent, all that it speaks.\n";
  out += profile.era.empty() ? fmt::format("# era: {}          # seen: {}\n",
                                           look.surveys.empty() ? "streamable" : to_string(look.surveys.front().era),
                                           remark(described(look.surveys)))
                             : fmt::format("era: {}\n", profile.era);
  if (!profile.revision.empty()) { out += fmt::format("revision: \"{}\"\n", profile.revision); }
  out += "\n" + credentials(profile, look) + health(look) + tools(profile, look) + way(look);
  if (!profile.ca_file.empty() || profile.insecure) {
    out += "\n# Only for https.\ntls:\n";
    if (!profile.ca_file.empty()) { out += fmt::format("  ca_file: {}\n", quoted(profile.ca_file)); }
    if (profile.insecure) { out += "  insecure: true              # any certificate is accepted; reports say so\n"; }
  }
  return out;
}

std::string first_baseline(const reports::Results& results) {
  std::string out =
      "# What may fail for now. An entry whose check passes again fails the run, so that the list only ever shrinks; "
      "so\n"
      "# does one without a reason, and one that has expired (expires: 2030-01-31).\n";
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& check : results.checks) {
    if (check.verdict != reports::Verdict::fail || !seen.emplace(check.id, check.era).second) { continue; }
    out += fmt::format("\n# {}: {}\n", check.id, remark(check.title));
    for (const auto& [what, text] :
         {std::pair{"expected", &check.expected}, {"got", &check.got}, {"hop", &check.hop}, {"fix", &check.fix}}) {
      if (!text->empty()) { out += fmt::format("#   {:8} {}\n", what, remark(*text)); }
    }
    if (check.got.empty()) { out += fmt::format("#   {}\n", remark(check.message)); }
    out += fmt::format("- check: {}\n", check.id);
    if (!check.era.empty()) { out += fmt::format("  era: {}\n", check.era); }
    out += fmt::format("  reason: \"{}\"\n", kFirstReason);
  }
  if (seen.empty()) { out += "# Nothing fails today.\n"; }
  return out;
}

}  // namespace weir::conformance
