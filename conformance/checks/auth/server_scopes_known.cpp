#include <set>

#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_scopes_known {
namespace {

using Scopes = std::set<std::string, std::less<>>;

/// Empty where there is no such list.
Scopes scopes_of(const json::value& document) {
  Scopes scopes;
  const json::array* list = wire::as_array(wire::find(document, "scopes_supported"));
  for (const json::value& one : list ? *list : json::array{}) {
    if (const auto text = wire::as_string(&one)) { scopes.emplace(*text); }
  }
  return scopes;
}

Finding run(Probe& probe) {
  const auto named = named_servers(probe);
  if (!named) { return named.error(); }
  const auto resource = find_metadata(probe);
  const Scopes wanted = resource ? scopes_of(resource->document) : Scopes{};
  if (wanted.empty()) { return not_applicable("the resource metadata names no scopes"); }
  Scopes known;
  for (const auto& server : named->served) {
    const Scopes own = scopes_of(server.document);
    if (own.empty()) { return not_applicable("an authorization server does not say which scopes it has"); }
    known.insert(own.begin(), own.end());
  }
  if (named->stopped_by) { return not_asked(*named); }
  if (known.empty()) { return untestable("no authorization server served its metadata"); }
  Scopes unknown = wanted;
  std::erase_if(unknown, [&](const std::string& scope) { return known.contains(scope); });
  if (!unknown.empty()) {
    return fail("scopes of the resource that its authorization server has",
                wire::excerpt(fmt::format("the server's metadata lacks {}", fmt::join(unknown, ", ")), 200))
        .at("resource metadata, or the authorization server",
            "Name in scopes_supported of the resource what its authorization server gives, or let that one list it.");
  }
  return pass(fmt::format("{} scopes, all of them known", wanted.size()));
}

const Registration kCheck{{
    .id = "auth.server.scopes-known",
    .title = "the authorization server knows the scopes that the resource names",
    .level = Level::may,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc9728#section-2",
    .consequence = "Clients ask for what the resource names, and the login ends in invalid_scope.",
    .fix = "List in scopes_supported of the resource only what its authorization server issues, or define the missing "
           "scopes there and list them in its metadata.",
    .faults = {"auth.metadata-scope-unknown"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_scopes_known
