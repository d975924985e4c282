#include "conformance/ask/auth.hpp"
#include "conformance/ask/url.hpp"

namespace weir::conformance::auth_challenge_metadata_reachable {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/";

wire::Result<wire::Exchange> fetch(Probe& probe, const wire::Url& url) {
  return probe.send({.method = "GET", .url = url, .headers = {}, .body = {}});  // Without credentials.
}

/// "/.well-known/x/prod/mcp" becomes "/prod/.well-known/x/mcp": where a gateway serves what stands under its stage.
std::optional<wire::Url> below_stage(const wire::Url& named, const wire::Url& endpoint) {
  const std::size_t end = endpoint.path.find('/', 1);
  const std::string stage = endpoint.path.substr(0, end);
  if (end == std::string::npos || !named.path.starts_with(kWellKnown)) { return std::nullopt; }
  wire::Url moved = named;
  if (const std::size_t at = moved.path.find(stage + "/", kWellKnown.size()); at != std::string::npos) {
    moved.path.erase(at, stage.size());
  }
  moved.path.insert(0, stage);
  return moved;
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto found = find_metadata(probe);
  if (!found) { return probe.broken(found.error(), "an answer"); }
  if (found->named.empty()) { return not_applicable("no challenge names resource_metadata"); }
  const auto named = wire::resolve(probe.url(), found->named);
  if (!named) { return fail("a URL in resource_metadata", wire::excerpt(std::string_view(found->named), 120)); }
  if (!wire::parse_url(found->named)) {
    return fail("a whole URL in resource_metadata, with scheme and host",
                fmt::format("a reference relative to the endpoint: {}",
                            wire::excerpt(std::string_view(found->named), 120)))
        .at("server",
            fmt::format("Name {} in the challenge: clients read the value as a URL of its own.", named->str()));
  }
  if (probe.url().tls() && !named->tls()) {
    return fail("https, as the endpoint", named->str())
        .at("server behind TLS termination", "Set the server's public URL, or let it trust X-Forwarded-Proto.");
  }
  if (named->host != probe.url().host && is_internal_host(named->host)) {
    return fail("a URL that clients reach", fmt::format("{}: a host inside the network", named->str()))
        .at("server behind a proxy", "Set the server's public URL instead of taking it from the request.");
  }
  if (named->origin() != probe.url().origin()) {
    return untestable("the challenge names another origin, which is not asked: " + named->str());
  }
  const auto answer = fetch(probe, *named);
  if (!answer) { return probe.broken(answer.error(), fmt::format("the metadata at {}", named->str())); }
  if (answer->ok()) { return pass(named->str()); }
  if (found->unclear) {
    return untestable("clients read the challenge in different ways, which auth.challenge.well-formed says");
  }
  const std::string got = fmt::format("{} at {}", describe(*answer), named->str());
  if (const auto moved = below_stage(*named, probe.url())) {
    const auto second = fetch(probe, *moved);
    if (second && second->ok()) {
      return fail(fmt::format("{} in the challenge", moved->str()), got)
          .at("server behind a stage prefix",
              fmt::format("Tell the server its stage: the metadata is at {}, not where the challenge says.",
                          moved->path));
    }
  }
  return fail("the metadata where the challenge says", got)
      .at("server", "Serve the metadata there, without credentials, and route the path to the server.");
}

const Registration kCheck{{
    .id = "auth.challenge.metadata-reachable",
    .title = "the metadata is where the challenge says, on a host and scheme that clients reach",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc9728#section-5.1",
    .consequence =
        "Clients follow the challenge and nothing else: a lost stage or an internal host locks everyone out.",
    .fix = "Build resource_metadata from the server's configured public URL (scheme, host, stage prefix), not from the "
           "request, and route it to the server without credentials.",
    .faults = {"auth.challenge-stage-lost", "auth.challenge-internal-host", "auth.challenge-http",
               "auth.challenge-relative"},
    .fixture = "bearer-tls",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_challenge_metadata_reachable
