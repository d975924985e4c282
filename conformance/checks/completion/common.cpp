#include "conformance/checks/completion/common.hpp"

#include <algorithm>

namespace weir::conformance {
namespace {

constexpr std::size_t kAsked = 6;

std::vector<Completable> arguments_of(const json::value& prompt) {
  const std::string name(wire::string_or(prompt, "name", ""));
  const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
  std::vector<Completable> found;
  for (const json::value& one : arguments ? *arguments : json::array{}) {
    if (found.size() >= kAsked) { break; }
    const std::string argument(wire::string_or(one, "name", ""));
    found.push_back({{{"type", "ref/prompt"}, {"name", name}},
                     argument,
                     fmt::format("argument {} of prompt {}", wire::excerpt(argument, 40), wire::excerpt(name, 40))});
  }
  return found;
}

std::vector<Completable> variable_of(const json::value& listed) {
  const std::string uri(wire::string_or(listed, "uriTemplate", ""));
  const auto open = uri.find('{'), close = uri.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open + 2) { return {}; }
  const std::string name = uri.substr(open + 1, close - open - 1);
  if (name.find_first_of("+#./;?&,:*") != std::string::npos) { return {}; }
  return {{{{"type", "ref/resource"}, {"uri", uri}},
           name,
           fmt::format("variable {} of template {}", wire::excerpt(name, 40), wire::excerpt(uri, 60))}};
}

}  // namespace

std::vector<Completable> completables(const Probe& probe) {
  std::vector<std::vector<Completable>> all;
  for (const json::value& prompt : probe.in_time(probe.survey().prompts)) { all.push_back(arguments_of(prompt)); }
  for (const json::value& one : probe.in_time(probe.survey().resource_templates)) { all.push_back(variable_of(one)); }
  std::vector<Completable> wanted;
  for (std::size_t turn = 0; turn < kAsked; ++turn) {
    for (const auto& each : all) {
      if (turn < each.size() && wanted.size() < kAsked) { wanted.push_back(each[turn]); }
    }
  }
  return wanted;
}

wire::Result<wire::mcp::Reply> complete(Probe& probe, const Completable& wanted, std::string_view begun) {
  return probe.call("completion/complete",
                    {{"ref", wanted.ref}, {"argument", {{"name", wanted.argument}, {"value", begun}}}});
}

const json::array* values_of(const wire::mcp::Reply& reply) {
  return wire::as_array(wire::find_pointer(reply.result(), "/completion/values"));
}

}  // namespace weir::conformance
