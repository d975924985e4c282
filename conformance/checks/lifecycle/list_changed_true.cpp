#include <array>
#include <map>
#include <set>

#include "conformance/ask/common.hpp"
#include "conformance/ask/passive.hpp"

namespace weir::conformance::lifecycle_list_changed_true {
namespace {

/// A server may say so once for each stream, when its tools are ready; one that says so again and again, or whenever
/// the list is read, is believed each time.
constexpr std::size_t kOften = 3;

struct List {
  std::string_view notification;
  std::string_view method;
  std::string_view capability;
  std::string_view items;
};
constexpr std::array kLists = {
    List{"notifications/tools/list_changed", "tools/list", "tools", "tools"},
    List{"notifications/prompts/list_changed", "prompts/list", "prompts", "prompts"},
    List{"notifications/resources/list_changed", "resources/list", "resources", "resources"}};

/// The first pages of a list as they came.
std::set<std::string> versions_of(const Traffic& traffic, const List& list) {
  std::set<std::string> versions;
  for (const auto& heard : traffic.heard) {
    const auto* request = heard.post ? heard.post->request() : nullptr;
    if (!request || request->method != list.method || wire::find(request->params, "cursor")) { continue; }
    const json::value* items = wire::find(heard.message.result, list.items);
    if (items && items->is_array()) { versions.insert(canonical_without_meta(*items)); }
  }
  return versions;
}

bool announces(const Survey& survey, const List& list) {
  const json::value* capability = survey.capabilities.if_contains(list.capability);
  const json::value* flag = capability ? wire::find(*capability, "listChanged") : nullptr;
  return flag && flag->is_bool() && flag->get_bool();
}

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const List& list : kLists) {
    if (!announces(probe.survey(), list)) { continue; }
    std::map<const Seen*, std::size_t> said;  // By stream, and with the answers to this list together.
    SeenPtr often;
    for (const auto& heard : probe.in_time(traffic->heard)) {
      if (heard.message.method != list.notification) { continue; }
      places.looked();
      const auto* request = heard.post ? heard.post->request() : nullptr;
      const bool with_list = request && request->method == list.method;
      if (++said[with_list ? nullptr : heard.in.get()] == kOften) { often = heard.in; }
    }
    if (!often || versions_of(*traffic, list).size() != 1) { continue; }
    places.broken(
        often,
        fmt::format("{} comes {} times and more on one stream, or with the list itself, and {} is the same each time",
                    list.notification, kOften, list.method));
  }
  if (places.has_nothing()) { return not_applicable("no list was said to have changed"); }
  return judged(probe, places, "notifications of lists that have changed", "notifications of changed lists", "none");
}

const Registration kCheck{{
    .id = "lifecycle.list-changed.true",
    .title = "a list that is said to have changed, again and again, has changed",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools#list-changed-notification",
    .consequence = "Clients read the list each time: where it is said with each list, they never stop.",
    .fix = "Send list_changed only after an item was added, removed or altered, not from the handler of the list, "
           "from a timer or where the same item is registered anew.",
    .faults = {"lifecycle.list-changed-each-time"},
    .green_may_be = "no list was said to have changed",
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_list_changed_true
