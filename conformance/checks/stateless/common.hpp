// What the checks of 2026-07-28 share: requests whose every byte the check decides.
#pragma once

#include "conformance/checks/common.hpp"

namespace weir::conformance {

/// A request as a good client of `revision` sends it (2026-07-28 where empty): `_meta`, headers, id "weir-modern".
wire::Request modern_request(const Probe& probe, std::string_view method, json::object params = {},
                             std::string_view revision = {});
/// Changes the message in a request's body, and nothing else.
void edit_body(wire::Request& request, const std::function<void(json::object&)>& edit);

/// A request that names something by Mcp-Name and has no effect: reading a listed resource, getting a prompt without
/// arguments, else a safe tool.
std::optional<wire::Request> named_request(const Probe& probe);

/// `=?base64?...?=` of a header value.
std::string base64_form(std::string_view value);

/// The JSON-RPC error of an answer, in a JSON body or in the first message of a stream.
std::optional<jsonrpc::Message> body_error(const wire::Exchange& exchange);
/// describe() with the JSON-RPC error code.
std::string describe_error(const wire::Exchange& exchange);

/// server/discover and the list methods that the server declares.
std::vector<std::string> listing_methods(const Survey& survey);

}  // namespace weir::conformance
