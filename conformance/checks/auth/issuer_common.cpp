#include "conformance/checks/auth/issuer_common.hpp"

#include "conformance/ask/url.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {

namespace {

/// OpenID Connect Discovery 1.0 section 4 appends, RFC 8414 section 3.1 inserts.
std::vector<std::string> places(const wire::Url& issuer) {
  std::string path = issuer.path;
  while (path.ends_with('/')) { path.pop_back(); }
  return {issuer.origin() + path + "/.well-known/openid-configuration",
          issuer.origin() + "/.well-known/oauth-authorization-server" + path};
}

bool trusted(const Probe& probe, const wire::Url& issuer) {
  const auto& oauth = probe.target().profile.oauth;
  const auto token_url = wire::parse_url(oauth ? oauth->token_url : "");
  return issuer.origin() == probe.url().origin() || (token_url && issuer.origin() == token_url->origin());
}

/// Addresses that mean another machine to whoever is told of them: our own, or a cloud's metadata service.
bool is_inside(std::string_view host) {
  const auto begins = [&](std::initializer_list<std::string_view> starts) {
    return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return host.starts_with(start); });
  };
  return host == "localhost" || host.ends_with(".localhost") || begins({"127.", "169.254.", "0.", "[::1]", "::1"}) ||
         begins({"[fe8", "[fe9", "[fea", "[feb", "fe8", "fe9", "fea", "feb"});
}

/// The first place that answers with a document; without credentials.
tl::expected<void, Finding> look_at_places(Probe& probe, const wire::Url& issuer, Discovery& found) {
  for (const auto& place : places(issuer)) {
    auto answer = probe.send({.method = "GET", .url = wire::parse_url(place).value()});
    // A name of an internal zone is nobody's but their own, wherever it is told.
    if (!answer && answer.error().code == wire::ErrorCode::resolve_failed && is_inside(probe.url().host) &&
        !is_internal_host(issuer.host)) {
      return tl::unexpected(untestable(fmt::format(
          "{} is not known here, and a target on this very machine does not show what names its clients know",
          issuer.host)));
    }
    if (!answer && is_internal_host(issuer.host) && issuer.host != probe.url().host) {
      return tl::unexpected(fail("an issuer that clients reach",
                                 fmt::format("{}: a name inside the network: {}", issuer.str(), answer.error().detail))
                                .at("server behind a proxy",
                                    "Name the issuer by its public URL in authorization_servers (Keycloak: "
                                    "KC_HOSTNAME), not by the name that the server itself reaches it by."));
    }
    if (!answer) { return tl::unexpected(probe.broken(answer.error(), "the issuer's discovery document")); }
    const auto text =
        answer->head.status == 200 ? wire::parse_json(answer->body) : wire::Result<wire::JsonText>(wire::fail({}, {}));
    const bool good = text && text->value.is_object();
    if (good || found.url.empty()) {
      found.url = place;
      found.exchange = std::move(*answer);
      found.document = good ? text->value : json::value(nullptr);
    }
    if (good) { break; }
  }
  return {};
}

/// Whether the URL is on the origin that the metadata gives to its resource, and which is not the target's.
bool is_misplaced(const Probe& probe, const json::value& metadata, const std::string& url) {
  const auto resource = wire::parse_url(std::string(wire::string_or(metadata, "resource", "")));
  const auto other = wire::parse_url(url);
  return resource && other && resource->origin() != probe.url().origin() && other->origin() == resource->origin();
}

std::string misplaced(const std::string& url) {
  return fmt::format("{} is on the origin of the metadata's resource, which auth.metadata.resource-matches tells of",
                     url);
}

}  // namespace

tl::expected<Discovery, Finding> discover_at(Probe& probe, const std::string& issuer) {
  const auto url = wire::parse_url(issuer);
  if (!url) { return tl::unexpected(untestable("an authorization server that is named is no URL")); }
  if (is_inside(url->host) && !is_inside(probe.url().host)) {
    return tl::unexpected(untestable(
        fmt::format("the authorization server {} is not asked: only the target itself can reach it", issuer)));
  }
  Discovery found{.issuer = issuer, .token = {}, .url = {}, .exchange = {}, .document = nullptr};
  if (auto looked = look_at_places(probe, *url, found); !looked) { return tl::unexpected(looked.error()); }
  return found;
}

std::string misplaced_with_resource(Probe& probe, const std::string& url) {
  const auto metadata = find_metadata(probe);
  return metadata && is_misplaced(probe, metadata->document, url) ? misplaced(url) : std::string();
}

tl::expected<NamedServers, Finding> named_servers(Probe& probe) {
  if (!uses_bearer(probe)) { return tl::unexpected(not_applicable("no bearer token is configured")); }
  const auto metadata = find_metadata(probe);
  if (!metadata) { return tl::unexpected(probe.broken(metadata.error(), "an answer")); }
  const json::array* servers = wire::as_array(wire::find(metadata->document, "authorization_servers"));
  if (!servers || servers->empty()) {
    return tl::unexpected(not_applicable("no resource metadata names an authorization server"));
  }
  NamedServers named;
  for (const auto& entry : *servers) {
    const std::string issuer(wire::as_string(&entry).value_or(""));
    auto found = discover_at(probe, issuer);
    if (!found) {
      const std::string why = is_misplaced(probe, metadata->document, issuer) ? misplaced(issuer) : "";
      named.stopped_by = why.empty() ? found.error() : untestable(why);
      break;
    }
    if (found->document.is_object()) { named.served.push_back(*std::move(found)); }
  }
  return named;
}

Finding not_asked(const NamedServers& named) {
  const Finding& why = *named.stopped_by;
  return why.verdict == reports::Verdict::fail ? untestable(why.got + " (see auth.server.metadata-whole)") : why;
}

std::optional<wire::Url> endpoint_in(const Discovery& server, std::string_view member) {
  const auto url = wire::parse_url(std::string(wire::string_or(server.document, member, "")));
  const auto document = wire::parse_url(server.url);
  return url && document && url->origin() == document->origin() ? std::optional(*url) : std::nullopt;
}

bool is_served_nowhere(int status) {
  constexpr int kNoMethod = 405, kGone = 410;
  return status == kNotFound || status == kGone || status == kNoMethod;
}

std::optional<Finding> unless_shown(Probe& probe, const wire::Url& url, std::string_view member) {
  const std::string expected = fmt::format("an answer at {}, which the metadata names as {}", url.path, member);
  const auto answer = probe.send({.method = "GET", .url = url, .headers = {}, .body = {}});
  if (!answer) { return probe.broken(answer.error(), expected); }
  if (!is_served_nowhere(answer->head.status)) { return std::nullopt; }
  return fail(expected, describe(*answer))
      .at(kProviderHop,
          fmt::format("Route {} at the host where the metadata names it, or correct the metadata.", url.path));
}

bool lists(const json::value& document, std::string_view member, std::string_view wanted) {
  const json::array* values = wire::as_array(wire::find(document, member));
  return values && std::any_of(values->begin(), values->end(),
                               [&](const json::value& one) { return wire::as_string(&one).value_or("") == wanted; });
}

bool logs_people_in(const json::value& document) {
  return !wire::find(document, "grant_types_supported") ||
         lists(document, "grant_types_supported", "authorization_code");
}

tl::expected<Discovery, Finding> discover(Probe& probe) {
  const auto absent = [](std::string why) { return tl::unexpected(not_applicable(std::move(why))); };
  if (!uses_bearer(probe)) { return absent("no bearer token is configured"); }
  const auto jwt = wire::decode_jwt(bearer_token(probe));
  if (!jwt) { return absent("the token is opaque, and names no issuer"); }
  Discovery found{
      .issuer = wire::jwt_text(jwt->claims, "iss"), .token = *jwt, .url = {}, .exchange = {}, .document = nullptr};
  const auto issuer = wire::parse_url(found.issuer);
  if (!issuer) { return absent(found.issuer.empty() ? "the token names no issuer" : "the token's issuer is no URL"); }
  if (!trusted(probe, *issuer)) {
    return tl::unexpected(untestable(fmt::format(
        "the token's issuer {} is not asked: it is on the origin neither of the target nor of oauth.token_url",
        found.issuer)));
  }
  if (auto looked = look_at_places(probe, *issuer, found); !looked) { return tl::unexpected(looked.error()); }
  return found;
}

}  // namespace weir::conformance
