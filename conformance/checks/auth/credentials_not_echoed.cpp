#include "conformance/ask/passive.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::auth_credentials_not_echoed {
namespace {

/// Shorter ones stand in answers by chance.
constexpr std::size_t kTelling = 8;

/// The credentials that a request carried in its head: as a whole, since keys may have spaces, and a scheme like
/// `Bearer` aside.
std::vector<std::string> credentials_in(const wire::Request& request, bool knows_cookie) {
  std::vector<std::string> secrets;
  for (const auto& field : request.headers.fields()) {
    if (!wire::is_credential_name(field.name)) { continue; }
    // Where the user gave none, it is the target's own that comes back to it, as a balancer's does with every answer.
    if (wire::lower(field.name) == "cookie" && !knows_cookie) { continue; }
    for (const std::size_t from : {std::size_t{0}, field.value.rfind(' ') + 1}) {
      if (std::string secret = field.value.substr(from); secret.size() >= kTelling) {
        secrets.push_back(std::move(secret));
      }
    }
  }
  return secrets;
}

bool repeats(const wire::Exchange& http, const std::string& secret) {
  const auto in_event = [&](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event && event->data.find(secret) != std::string::npos;
  };
  return http.head.raw.find(secret) != std::string::npos || http.body.find(secret) != std::string::npos ||
         std::any_of(http.items.begin(), http.items.end(), in_event);
}

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    if (seen->http.request.url.origin() != probe.url().origin()) { continue; }
    const auto secrets = credentials_in(seen->http.request, probe.target().headers.has("Cookie"));
    if (secrets.empty()) { continue; }
    places.looked();
    if (std::any_of(secrets.begin(), secrets.end(), [&](const auto& each) { return repeats(seen->http, each); })) {
      places.broken(seen, fmt::format("HTTP {} repeats it", seen->http.head.status));
    }
  }
  if (places.has_nothing()) { return not_applicable("no request carries a credential"); }
  return judged(probe, places, "answers without the credential of their request", "answers", "");
}

const Registration kCheck{{
    .id = "auth.credentials.not-echoed",
    .title = "no answer repeats the credential of its request",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://cwe.mitre.org/data/definitions/200.html",
    .consequence = "What clients, proxies and logs keep of answers holds the key to everything.",
    .fix = "Take request headers out of bodies, response headers, debug pages and tool results, and redact "
           "Authorization, Cookie and API keys in whatever echoes a request.",
    .faults = {"auth.key-in-answers"},
    .fixture = "api-key",
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_credentials_not_echoed
