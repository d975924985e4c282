// What the checks of 2026-07-28 share: requests whose every byte the check decides.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// A request as a good client of `revision` sends it (2026-07-28 where empty): `_meta`, headers, id "weir-modern".
wire::Request modern_request(const Probe& probe, std::string_view method, json::object params = {},
                             std::string_view revision = {});
/// `initialize` as a client of the older revisions sends it.
wire::Request older_initialize(const Probe& probe);
/// Changes the message in a request's body, and nothing else.
void edit_body(wire::Request& request, const std::function<void(json::object&)>& edit);

/// A request that names something by Mcp-Name and has no effect: reading a listed resource, getting a prompt without
/// arguments, else a safe tool.
std::optional<wire::Request> named_request(const Probe& probe);

inline constexpr const char* kNothingToName = "no tool, prompt or resource can be named without an effect";

/// Sends a request that must be refused with this status and, where one is given, this JSON-RPC error code. It passes
/// only where server/discover is served.
Finding refused_with(Probe& probe, const wire::Request& request, int status, std::optional<int> code = std::nullopt);
/// Sends a request that must be served.
Finding served(Probe& probe, const wire::Request& request);
/// Sends a request whose Mcp-Name agrees with its body, however it is written; untestable where none is compared.
Finding no_mismatch(Probe& probe, const wire::Request& request);
/// GET or DELETE, which this revision does not have.
Finding refuses_method(Probe& probe, std::string method);

/// Asks `judge`, whose rule binds a server of this revision alone; what it fails is not applicable where the URL serves
/// older revisions as well (versioning, "Dual-era").
Finding unless_dual_era(Probe& probe, const std::function<Finding(Probe&)>& judge);

/// `=?base64?...?=` of a header value.
std::string base64_form(std::string_view value);

/// The JSON-RPC error of an answer, in a JSON body or in the first message of a stream.
std::optional<jsonrpc::Message> body_error(const wire::Exchange& exchange);
/// describe() with the JSON-RPC error code.
std::string describe_error(const wire::Exchange& exchange);

/// Asks each of listing_methods() and judges its result; the first finding counts. `judge` gives nothing for a result
/// that is right, and `looked` counts those that it had something to say about.
Finding judge_results(Probe& probe,
                      const std::function<std::optional<Finding>(const std::string& method, const json::value& result,
                                                                 int& looked)>& judge);
/// Whether a result lacks `ttlMs` or `cacheScope`.
bool lacks_hints(const json::value& result);

/// server/discover and the list methods that the server declares.
std::vector<std::string> listing_methods(const Survey& survey);

}  // namespace weir::conformance
