#include <algorithm>

#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_metadata_whole {
namespace {

bool has_grant(const json::value& document, std::string_view grant) {
  const json::array* grants = wire::as_array(wire::find(document, "grant_types_supported"));
  // RFC 8414 section 2: without the member they are those of a browser.
  if (!grants) { return grant == "authorization_code"; }
  return std::any_of(grants->begin(), grants->end(),
                     [&](const json::value& one) { return wire::as_string(&one).value_or("") == grant; });
}

/// What a client that logs a person in cannot do without; empty where all of it is there.
std::string missing_in(const json::value& document) {
  for (const char* endpoint : {"authorization_endpoint", "token_endpoint"}) {
    const auto text = wire::as_string(wire::find(document, endpoint));
    if (!text || !wire::parse_url(*text)) { return endpoint; }
  }
  const json::array* types = wire::as_array(wire::find(document, "response_types_supported"));
  return types && !types->empty() ? "" : "response_types_supported";
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto metadata = find_metadata(probe);
  if (!metadata) { return probe.broken(metadata.error(), "an answer"); }
  const json::array* servers = wire::as_array(wire::find(metadata->document, "authorization_servers"));
  if (!servers || servers->empty()) { return not_applicable("no resource metadata names an authorization server"); }
  int looked = 0;
  for (const auto& entry : *servers) {
    const auto found = discover_at(probe, std::string(wire::as_string(&entry).value_or("")));
    if (!found) { return found.error(); }
    if (!found->document.is_object() || !has_grant(found->document, "authorization_code")) { continue; }
    ++looked;
    const std::string missing = missing_in(found->document);
    if (missing.empty()) { continue; }
    const json::value* got = wire::find(found->document, missing);
    return fail(fmt::format("{} in the metadata at {}", missing, found->url),
                got ? wire::excerpt(*got, 80) : "no such member")
        .at("the authorization server", fmt::format("Publish {}: RFC 8414 requires it.", missing));
  }
  if (looked == 0) { return untestable("no authorization server for people served its metadata"); }
  return pass(fmt::format("{} authorization servers say where to log in", looked));
}

const Registration kCheck{{
    .id = "auth.server.metadata-whole",
    .title = "the metadata of an authorization server says all that a client needs to log in",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc8414#section-2",
    .consequence = "Clients drop the whole document for a required member that it lacks, and cannot log in.",
    .faults = {"openid.authorization-endpoint-unsaid", "openid.response-types-unsaid"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_metadata_whole
