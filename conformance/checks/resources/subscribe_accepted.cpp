#include "conformance/ask/control.hpp"
#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_subscribe_accepted {
namespace {

Finding run(Probe& probe) {
  const json::value* resources = probe.survey().capabilities.if_contains("resources");
  const json::value* subscribe = resources ? wire::find(*resources, "subscribe") : nullptr;
  if (!subscribe || !subscribe->is_bool() || !subscribe->get_bool()) {
    return not_applicable("subscriptions are not declared");
  }
  if (probe.survey().resources.empty()) { return untestable("no resources are listed"); }
  const std::string uri(wire::string_or(probe.survey().resources.front(), "uri", ""));
  for (const std::string_view method : {"resources/subscribe", "resources/unsubscribe"}) {
    auto reply = probe.call(method, {{"uri", uri}});
    if (!reply) { return probe.broken(reply.error(), fmt::format("an empty result of {}", method)); }
    if (auto bad = unless_empty_result(*reply, fmt::format("an empty result of {}", method))) { return *bad; }
  }
  return pass("subscribed and unsubscribed");
}

const Registration kCheck{{
    .id = "resources.subscribe.accepted",
    .title = "a declared subscription is accepted and ended with empty results",
    .level = Level::must,
    .eras = kSessionEras,
    .capability = "resources",
    .requirements = {"resources.subscribe.result"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#subscriptions",
    .consequence = "Clients believe that they will be told of changes.",
    .fix = "Register handlers of resources/subscribe and resources/unsubscribe that answer with an empty result, or "
           "stop declaring `subscribe` under resources.",
    .faults = {"resources.subscribe-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_subscribe_accepted
