#include "wire/mcp/messages.hpp"

#include <algorithm>

#include "wire/mcp/header_value.hpp"
#include "wire/mcp/version.hpp"

namespace weir::wire::mcp {
namespace {

json::object client_info(const ClientIdentity& client) { return {{"name", client.name}, {"version", weir_version()}}; }

/// Which member of `params` goes into Mcp-Name, by method.
std::string_view name_member(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") { return "name"; }
  return method == "resources/read" ? "uri" : "";
}

bool fits_a_header(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

json::object initialize_params(std::string_view revision, const ClientIdentity& client) {
  return {{"protocolVersion", revision}, {"capabilities", client.capabilities}, {"clientInfo", client_info(client)}};
}

json::value stateless_params(json::value params, std::string_view revision, const ClientIdentity& client) {
  if (params.is_null()) { params = json::object(); }
  if (!params.is_object()) { return params; }
  json::value& meta = params.as_object()["_meta"];
  if (meta.is_null()) { meta = json::object(); }
  if (meta.is_object()) {
    meta.as_object().emplace("io.modelcontextprotocol/protocolVersion", revision);
    meta.as_object().emplace("io.modelcontextprotocol/clientInfo", client_info(client));
    meta.as_object().emplace("io.modelcontextprotocol/clientCapabilities", client.capabilities);
  }
  return params;
}

void add_stateless_headers(Request& request, std::string_view revision) {
  request.headers.set("MCP-Protocol-Version", std::string(revision));
  const auto body = parse_json(request.body);
  if (!body) { return; }
  const std::string_view method = string_or(body->value, "method", "");
  if (method.empty() || !fits_a_header(method)) { return; }
  request.headers.set("Mcp-Method", std::string(method));
  const std::string_view member = name_member(method);
  const json::value* params = find(body->value, "params");
  if (member.empty() || params == nullptr) { return; }
  if (const auto name = as_string(find(*params, member))) {
    request.headers.set("Mcp-Name", encode_header_value(*name));
  }
}

std::string answer_to(const jsonrpc::Message& request, const json::object& capabilities) {
  const json::value id = request.id.value_or(nullptr);
  if (request.method == "ping") { return jsonrpc::response(id, json::object()); }
  if (request.method == "roots/list" && capabilities.contains("roots")) {
    return jsonrpc::response(id, json::object{{"roots", json::array()}});
  }
  if (request.method == "elicitation/create" && capabilities.contains("elicitation")) {
    return jsonrpc::response(id, json::object{{"action", "decline"}});
  }
  if (request.method == "sampling/createMessage" && capabilities.contains("sampling")) {
    const json::object content = {{"type", "text"}, {"text", "weir"}};
    return jsonrpc::response(id, json::object{{"role", "assistant"}, {"content", content}, {"model", "weir"}});
  }
  return jsonrpc::error(id, jsonrpc::kMethodNotFound, "Method not found");
}

}  // namespace weir::wire::mcp
