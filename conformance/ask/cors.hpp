// What the checks for browser clients share.
#pragma once

#include "conformance/ask/initialize.hpp"

namespace weir::conformance {

/// The preflight that a browser would send before a request of this method from the endpoint's own origin, with the
/// headers that such a request needs.
wire::Result<wire::Exchange> ask_preflight(Probe& probe, const std::string& method = "POST");
/// Whether the answer lets any origin in.
bool offers_cors(const wire::Exchange& preflight);

/// What the server says of the headers that a client must send with a method.
struct HeaderLeave {
  bool offered = false;              ///< It offers CORS at all.
  std::vector<std::string> missing;  ///< In lower case.
  std::string allowed;               ///< What it allows; where it refuses a preflight for the rest, its answer.
};
wire::Result<HeaderLeave> ask_leave(Probe& probe, const std::string& method = "POST");
/// The methods that a client of the probe's revision uses, as far as this server takes them.
std::vector<std::string> used_methods(const Probe& probe);
/// The headers that a client of the probe's revision must send with this method, in lower case; credentials and what
/// else the target is given included.
std::vector<std::string> needed_headers(const Probe& probe, const std::string& method = "POST");
/// Whether a comma-separated list, in lower case, names `item`.
bool lists(std::string_view list, std::string_view item);

/// The message by which a client opens, as a browser would send it from the endpoint's own origin.
wire::Request from_browser(const Probe& probe, wire::Request request);
/// What a page of the endpoint's own origin may see of an answer.
bool lets_origin_in(const Probe& probe, const wire::Exchange& answer);

}  // namespace weir::conformance
