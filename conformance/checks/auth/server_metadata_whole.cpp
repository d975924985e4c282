#include <fmt/ranges.h>

#include "conformance/checks/auth/issuer_common.hpp"

namespace weir::conformance::auth_server_metadata_whole {
namespace {

/// All that a client that logs a person in cannot do without, and that is not there.
std::vector<std::string> missing_in(const json::value& document) {
  std::vector<std::string> missing;
  for (const char* endpoint : {"authorization_endpoint", "token_endpoint"}) {
    const auto text = wire::as_string(wire::find(document, endpoint));
    if (!text || !wire::parse_url(*text)) { missing.emplace_back(endpoint); }
  }
  const json::array* types = wire::as_array(wire::find(document, "response_types_supported"));
  if (!types || types->empty()) { missing.emplace_back("response_types_supported"); }
  return missing;
}

Finding run(Probe& probe) {
  const auto named = named_servers(probe);
  if (!named) { return named.error(); }
  int looked = 0;
  for (const auto& server : named->served) {
    if (!logs_people_in(server.document)) { continue; }
    ++looked;
    const auto missing = missing_in(server.document);
    if (missing.empty()) { continue; }
    const json::value* got = wire::find(server.document, missing.front());
    const std::string names = fmt::format("{}", fmt::join(missing, ", "));
    const bool one = missing.size() == 1;
    return fail(fmt::format("{} in the metadata at {}", names, server.url), got   ? wire::excerpt(*got, 80)
                                                                            : one ? "no such member"
                                                                                  : "no such members")
        .at("the authorization server", fmt::format("Publish {}: RFC 8414 requires {}.", names, one ? "it" : "them"));
  }
  if (named->stopped_by) { return *named->stopped_by; }
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
    .fix = "Publish authorization_endpoint and token_endpoint as URLs and response_types_supported in the "
           "authorization server's metadata, at a host that clients reach.",
    .faults = {"auth.metadata-server-unreachable", "openid.authorization-endpoint-unsaid",
               "openid.response-types-unsaid"},
    .fixture = "token",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_server_metadata_whole
