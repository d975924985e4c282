#include "conformance/ask/common.hpp"

namespace weir::conformance::completion_listed_served {
namespace {

constexpr std::size_t kAsked = 4;

struct Wanted {
  json::object ref;
  std::string argument;
};

/// What completion is declared for, as it is listed: arguments of prompts, and variables of templates in their simplest
/// form.
std::vector<Wanted> listed(const Survey& survey) {
  std::vector<Wanted> wanted;
  for (const json::value& prompt : survey.prompts) {
    const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
    if (!arguments || arguments->empty()) { continue; }
    wanted.push_back({{{"type", "ref/prompt"}, {"name", wire::string_or(prompt, "name", "")}},
                      std::string(wire::string_or(arguments->front(), "name", ""))});
  }
  for (const json::value& one : survey.resource_templates) {
    const std::string uri(wire::string_or(one, "uriTemplate", ""));
    const auto open = uri.find('{'), close = uri.find('}');
    if (open == std::string::npos || close == std::string::npos || close < open + 2) { continue; }
    const std::string name = uri.substr(open + 1, close - open - 1);
    if (name.find_first_of("+#./;?&,:*") != std::string::npos) { continue; }
    wanted.push_back({{{"type", "ref/resource"}, {"uri", uri}}, name});
  }
  wanted.resize(std::min(wanted.size(), kAsked));
  return wanted;
}

wire::Result<wire::mcp::Reply> complete(Probe& probe, const Wanted& wanted, std::string_view begun) {
  return probe.call("completion/complete",
                    {{"ref", wanted.ref}, {"argument", {{"name", wanted.argument}, {"value", begun}}}});
}

/// Whether what is refused to begin with is served for a value that nothing begins with: it has too many to send.
bool has_too_many(Probe& probe, const Wanted& wanted) {
  const auto few = complete(probe, wanted, "weir-no-such-value");
  return few && wire::as_array(wire::find_pointer(few->result(), "/completion/values"));
}

Finding run(Probe& probe) {
  std::string refusal;
  const auto wanted = listed(probe.survey());
  for (const Wanted& each : wanted) {
    const auto reply = complete(probe, each, "");
    if (!reply) { return probe.broken(reply.error(), "an answer"); }
    if (wire::as_array(wire::find_pointer(reply->result(), "/completion/values"))) {
      return pass("an argument that is listed is completed");
    }
    if (reply->is_result()) { return untestable("no values came: " + reply->describe()); }
    refusal = reply->describe();
  }
  if (wanted.empty()) { return untestable("no prompt with arguments and no template is listed"); }
  if (has_too_many(probe, wanted.front())) {
    return fail("values for an argument of which nothing is written yet",
                "refused for an empty value, and served for one that nothing begins with: " + refusal)
        .at("server", "Send the first 100 values where there are more, and set hasMore, in place of an error.");
  }
  return fail(
             fmt::format("a result for one of {} arguments that are listed, as completions is declared", wanted.size()),
             "each is refused: " + refusal)
      .at("server", "Answer an empty list of values where there is nothing to suggest.");
}

const Registration kCheck{{
    .id = "completion.listed.served",
    .title = "what is listed can be completed where completion is declared",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .capability = "completions",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/utilities/completion",
    .consequence = "Clients ask with every key that is pressed, and show an error each time.",
    .fix = "Answer completion/complete for every listed prompt argument and template variable, with an empty list of "
           "values instead of an error where nothing is to be suggested.",
    .faults = {"completion.refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::completion_listed_served
