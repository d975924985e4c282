// What the checks of credentials share.
#pragma once

#include <initializer_list>

#include "conformance/ask/challenge.hpp"
#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// The request by which a client of the probe's era begins, with the target's credentials: GET of the stream,
/// initialize or server/discover.
wire::Request opening_request(const Probe& probe);

/// The field of a credential, and the check that says once when whoever brings none at all is let in: then that a wrong
/// one is taken is no news. Without a field nobody says so.
struct Door {
  std::string field;
  std::string_view judge;
};
Door bearer_door(const Probe& probe);
Door key_door(const wire::ApiKey& key);

/// Sends it; a fail for any other status than these, and a pass only where the target's own credentials are let in.
/// What anybody gets at the door is untestable.
Finding refused_with(Probe& probe, const wire::Request& request, std::initializer_list<int> statuses,
                     const Door& door = {});

/// `finding` about an answer of this status; untestable in place of a fail where the door stands open, or whoever
/// brings nothing is refused by the same status: that it is a wrong one is said once.
Finding unless_for_anybody(Probe& probe, Finding finding, int status, const Door& door);

/// Untestable for a redirect, to a login page mostly: that is no 401, but it lets nobody in. The check of requests
/// without a token judges it, once.
std::optional<Finding> if_sent_elsewhere(const wire::Exchange& answer);

/// Whether requests carry a bearer token, and the token.
bool uses_bearer(const Probe& probe);
std::string bearer_token(const Probe& probe);

/// How an API key may be refused: gateways hide what is there, or call the request bad.
inline constexpr std::initializer_list<int> kKeyRefusals = {400, 401, 403, 404};

/// Protected resource metadata (RFC 9728), found as a client finds it: by the challenge, then at the well-known paths.
struct Metadata {
  std::string url;
  wire::Exchange exchange;
  json::value document;    ///< null where there is no JSON.
  bool mistyped = false;   ///< The document is metadata, but not called JSON: auth.metadata.served says so.
  std::string named;       ///< resource_metadata of the Bearer challenge; empty where it has none.
  bool elsewhere = false;  ///< `named` is on another origin, and was not asked for.
  bool unclear = false;    ///< The challenge is not written as it should be: auth.challenge.well-formed says so.
};
wire::Result<Metadata> find_metadata(Probe& probe);
/// The document of an answer, whatever it is called where it is plainly metadata; null where there is none.
json::value metadata_in(const wire::Exchange& answer);
/// Whether a document is a JSON-RPC message: then the MCP endpoint answers in the place of what was asked for, and that
/// members are missing is said once, by auth.metadata.shape.
bool is_rpc_envelope(const json::value& document);

}  // namespace weir::conformance
