// What the checks of URLs share: redirects of slash variants, and hosts that only the inside of a network knows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// One answer that sends the client elsewhere.
struct SlashTurn {
  wire::Request request;
  int status = 0;
  std::string location;         ///< As it came.
  std::optional<wire::Url> to;  ///< Resolved; nullopt for one that is no URL.

  std::string describe() const;  ///< "POST /mcp/ gave 307 to http://..."
};

/// Sends a request and gives its own answer: no redirect is followed.
wire::Result<wire::Exchange> send_once(Probe& probe, const wire::Request& request);

/// A request that no front door has a reason to refuse and that opens nothing: in http-sse the GET of the stream, else
/// a harmless message outside of any session, which a server may answer 400.
wire::Request knock(const Probe& probe);

/// The path with a slash at its end where it has none, and without where it has one; nullopt for "/" alone.
std::optional<wire::Url> other_slash(const wire::Url& url);

/// The redirects that the URL and its other spelling give to a GET and, where the era POSTs to it, to a POST. An error
/// only when nothing answered.
wire::Result<std::vector<SlashTurn>> turns_of(Probe& probe);

/// Whether a refusal is about the Host: an allow-list against DNS rebinding.
bool speaks_of_host(const wire::Exchange& answer);

/// A target of a deployment that is asked by its address, as a pipeline does; a server on a developer's own loopback
/// interface is right to take no other name.
bool is_deployed_target(const Probe& probe);

/// Loopback, private and link-local addresses, names without a dot and names of internal zones.
bool is_internal_host(std::string_view host);

/// "which is an internal host", "another port", ... : how `to` leaves the origin of `from`; nullopt where it stays, the
/// scheme left aside.
std::optional<std::string> leaves_host(const wire::Url& from, const wire::Url& to);

}  // namespace weir::conformance
