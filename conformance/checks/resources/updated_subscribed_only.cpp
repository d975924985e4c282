#include <map>
#include <set>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::resources_updated_subscribed_only {
namespace {

using Subscriptions = std::map<std::string, std::set<std::string>>;

/// What each session has subscribed to at any time: of what it has given up a notification may be on its way. All that
/// was sent counts, that of checks whose own finding tells what they saw included.
Subscriptions subscriptions_of(const Probe& probe) {
  Subscriptions all;
  const auto everything = probe.tap().seen(probe.era());
  for (const auto& seen : probe.in_time(everything)) {
    const wire::Request& request = seen->http.request;
    if (request.method != "POST" || request.body.find("resources/subscribe") == std::string::npos) { continue; }
    const bool old = probe.is(Era::http_sse);
    auto& uris = all[old ? request.url.str() : std::string(request.headers.get("Mcp-Session-Id"))];
    const auto parsed = jsonrpc::parse(request.body);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      uris.emplace(wire::string_or(message.params, "uri", ""));
    }
  }
  return all;
}

/// "The URI ... might be a sub-resource of the one that the client actually subscribed to" (the schema, of
/// ResourceUpdatedNotification).
bool is_part_of(std::string_view uri, const std::set<std::string>& subscribed) {
  return std::any_of(subscribed.begin(), subscribed.end(), [&](const auto& one) { return uri.starts_with(one); });
}

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  if (probe.is(Era::http_sse) && mixes_streams(*traffic)) { return untestable(kStreamsMixed); }
  if (probe.tap().left_out() > 0) { return untestable("there was more than could be kept: a subscription may lack"); }
  const auto subscriptions = subscriptions_of(probe);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    if (heard.message.method != "notifications/resources/updated") { continue; }
    const std::string session =
        probe.is(Era::http_sse) ? heard.session : std::string(heard.in->http.request.headers.get("Mcp-Session-Id"));
    if (session.empty()) { continue; }
    const std::string uri(wire::string_or(heard.message.params, "uri", ""));
    const auto own = subscriptions.find(session);
    if (own == subscriptions.end()) {
      places.looked();
      places.broken(heard.in, fmt::format("'{}' was updated, in a session that has subscribed to nothing",
                                          wire::excerpt(std::string_view(uri), 100)));
    } else if (is_part_of(uri, own->second)) {
      places.looked();  // What is neither may be a part of what was subscribed to, under a URI of another kind.
    }
  }
  if (places.has_nothing()) { return not_applicable("no resource was said to have been updated"); }
  return judged(probe, places, "notifications/resources/updated for what a session has subscribed to",
                "notifications of updated resources", "none");
}

const Registration kCheck{{
    .id = "resources.updated.subscribed-only",
    .title = "updates of a resource are told to those who have subscribed to it",
    .level = Level::should,
    .eras = kSessionEras,
    .capability = "resources",
    .requirements = {"resources.subscribe.no-unsolicited-updates"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#subscriptions",
    .consequence = "Each client is woken for the resources of all others, and learns which of them are in use.",
    .fix = "Keep the subscriptions of each session, and send notifications/resources/updated to those sessions alone "
           "that have subscribed to the URI.",
    .faults = {"resources.updates-to-everybody"},
    .green_may_be = "no resource was said to have been updated",
    .passive = true,
    .run = run,
}};
const NotByCommand kNoCommand{"resources.updated.subscribed-only", "the notification comes when something changes"};

}  // namespace
}  // namespace weir::conformance::resources_updated_subscribed_only
