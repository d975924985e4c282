// What the checks for browser clients share.
#pragma once

#include "conformance/checks/streamable/common.hpp"

namespace weir::conformance {

/// The preflight that a browser would send before a POST from the endpoint's own origin.
wire::Result<wire::Exchange> ask_preflight(Probe& probe);
/// Whether the answer lets any origin in.
bool offers_cors(const wire::Exchange& preflight);
/// The headers that a client of the probe's revision must send, in lower case.
std::vector<std::string> needed_headers(const Probe& probe);
std::string lower(std::string_view text);
/// Whether a comma-separated list, in lower case, names `item`.
bool lists(std::string_view list, std::string_view item);

}  // namespace weir::conformance
