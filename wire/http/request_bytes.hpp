// A request as bytes (RFC 9112 section 3), refused where it would not be one request.
#pragma once

#include <string>

#include "wire/http/http.hpp"

namespace weir::wire {

/// Host, User-Agent, Content-Length and Authorization (from the URL's userinfo) are added where absent. A User-Agent
/// without a value is not sent, as few clients have none. The connection is left open, as clients leave it: some
/// servers lose an answer behind which they are to close. bad_input for a method, target or header that is no token or
/// holds control bytes.
Result<std::string> request_bytes(const Request& request, std::string_view user_agent);

}  // namespace weir::wire
