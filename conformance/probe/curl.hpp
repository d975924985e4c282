// A curl command that shows a request again, safe to paste into a shell and into a ticket.
#pragma once

#include <string>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// A POSIX shell word that stands for exactly these bytes: plain words as they are, others in single quotes.
std::string shell_quote(std::string_view word);

/// Header fields that carry credentials become "$WEIR_BEARER", "$WEIR_API_KEY" or "$WEIR_HEADER"; secrets elsewhere are
/// masked with the rest of the results. Event streams are read for ten seconds at most.
/// With `live_session` the Mcp-Session-Id was issued and not ended: the command opens a session of its own instead.
std::string curl_command(const wire::Request& request, bool insecure = false, std::string_view ca_file = "",
                         bool live_session = false);

}  // namespace weir::conformance
