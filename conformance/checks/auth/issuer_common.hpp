// Where the checks of an issuer look: the provider that the target's own token names. It is asked only where the
// profile, or the target, already trusts its origin.
#pragma once

#include "conformance/checks/auth/token_common.hpp"

namespace weir::conformance {

struct Discovery {
  std::string issuer;  ///< `iss` of the target's token.
  wire::Jwt token;
  std::string url;          ///< The document that answered, or the first that was tried.
  wire::Exchange exchange;  ///< Its answer.
  json::value document;     ///< null where there is no JSON object.
};
/// Asks for the discovery document of the token's issuer; an error finding where there is nobody to ask.
tl::expected<Discovery, Finding> discover(Probe& probe);
/// The same of an issuer that the target's metadata names. A public target that names a loopback or link-local address
/// is not followed there.
tl::expected<Discovery, Finding> discover_at(Probe& probe, const std::string& issuer);

struct NamedServers {
  std::vector<Discovery> served;      ///< Whose metadata is a document, in the order of their names.
  std::optional<Finding> stopped_by;  ///< Why the others were not asked.
};
/// As a client walks it, whatever its token looks like: resource metadata, its authorization servers, their metadata.
/// An error finding where none is named.
tl::expected<NamedServers, Finding> named_servers(Probe& probe);

/// Why a URL of the metadata is not judged: it is under the origin that the server takes for its own and is not at, as
/// behind a proxy that changes Host; auth.metadata.resource-matches says so. Empty where it is not.
std::string misplaced_with_resource(Probe& probe, const std::string& url);

/// Where the others were not asked because one is out of reach: that is the finding of auth.server.metadata-whole
/// alone.
Finding not_asked(const NamedServers& named);

inline constexpr const char* kProviderHop = "the authorization server, or what stands before it";
/// Where a member of the metadata leads, on the origin of the document itself alone: nobody else's network is walked
/// through.
std::optional<wire::Url> endpoint_in(const Discovery& server, std::string_view member);
/// Whether a status says that nothing of the kind is served there.
bool is_served_nowhere(int status);
/// What is wrong where a GET of what this member names shows that nothing is served there.
std::optional<Finding> unless_shown(Probe& probe, const wire::Url& url, std::string_view member);

/// Whether a member of a server's metadata is a list with this text in it.
bool lists(const json::value& document, std::string_view member, std::string_view wanted);
/// Nobody logs in through a browser where only programs get tokens. RFC 8414 section 2: without the member the grants
/// are those of a browser.
bool logs_people_in(const json::value& document);

}  // namespace weir::conformance
