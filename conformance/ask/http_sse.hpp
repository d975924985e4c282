// What the checks of the HTTP+SSE transport (2024-11-05) share.
#pragma once

#include <string>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Opens the stream without starting a conversation.
wire::Result<wire::HttpStream> open_stream(Probe& probe);

/// The data of the first `endpoint` event of a stream; an Error where none comes in time.
wire::Result<std::string> read_endpoint(Probe& probe, wire::HttpStream& stream);

/// The same of a fresh stream.
wire::Result<std::string> announced_endpoint(Probe& probe);

/// What looks most like a session id in the announced URI: a query value, by its name or by what it is, else the last
/// path segment, of at least eight characters; empty where nothing does.
std::string announced_session(const wire::Url& url);

/// Replaces announced_session() by one of the same form that was never issued; false where there is none.
bool forge_session(wire::Url& url);

/// A finding about what the specification leaves open, such as how a POST without its session is refused: a fail is a
/// warning. That nothing is answered at all is none of these.
Finding left_open(Finding finding);

}  // namespace weir::conformance
