// What a good client says: the parameters, headers and answers that the revisions ask of it.
#pragma once

#include <string>
#include <string_view>

#include "wire/http/http.hpp"
#include "wire/json/jsonrpc.hpp"

namespace weir::wire::mcp {

/// Who asks: name, version and declared capabilities.
struct ClientIdentity {
  std::string name = "weir";
  json::object capabilities;
};

/// Until 2025-11-25: the parameters of `initialize`.
json::object initialize_params(std::string_view revision, const ClientIdentity& client);

/// 2026-07-28 basic/index "_meta": parameters with the members that every request carries. What the caller has put into
/// `_meta` stands; parameters that are no object stay as they are.
json::value stateless_params(json::value params, std::string_view revision, const ClientIdentity& client);

/// 2026-07-28 transports/streamable-http "Request Metadata": MCP-Protocol-Version, Mcp-Method and Mcp-Name after the
/// request's body.
void add_stateless_headers(Request& request, std::string_view revision);

/// Until 2025-11-25: what a client with these capabilities answers to a server's request. It has no roots, declines
/// what it is asked, and samples one word.
std::string answer_to(const jsonrpc::Message& request, const json::object& capabilities);

}  // namespace weir::wire::mcp
