// What checks of every area use.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "conformance/probe.hpp"

namespace weir::conformance {

/// The finding when a request that must succeed did not: nullopt for a result, else a fail that quotes what came
/// instead.
std::optional<Finding> unless_result(const wire::mcp::Reply& reply, std::string expected);

/// The error code of a reply that is a JSON-RPC error, wherever it came; nullopt for anything else.
std::optional<std::int64_t> error_code(const wire::mcp::Reply& reply);

/// "HTTP 404 text/html" with an excerpt of the body; for findings about plain HTTP answers.
std::string describe(const wire::Exchange& exchange);
/// Whether the answer refuses: a 4xx status.
bool refused(const wire::Exchange& exchange);

/// A POST to `url` with a JSON body and the headers of a good client that belongs to no dialogue.
wire::Request json_post(const Probe& probe, const wire::Url& url, std::string body);
/// A GET of `url` that asks for an event stream.
wire::Request stream_get(const Probe& probe, const wire::Url& url);

}  // namespace weir::conformance
