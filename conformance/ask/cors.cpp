#include "conformance/ask/cors.hpp"

#include <algorithm>
#include <cctype>

#include "conformance/probe/secrets.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

wire::Result<wire::Exchange> ask_preflight(Probe& probe, const std::string& method) {
  wire::Request request = probe.request("OPTIONS", probe.url());
  request.headers = {};  // A browser sends no credentials with a preflight.
  request.headers.set("Origin", probe.url().origin());
  request.headers.set("Access-Control-Request-Method", method);
  request.headers.set("Access-Control-Request-Headers",
                      fmt::format("{}", fmt::join(needed_headers(probe, method), ",")));
  return probe.send(request);
}

bool offers_cors(const wire::Exchange& preflight) {
  return preflight.ok() && preflight.head.headers.has("access-control-allow-origin");
}

std::vector<std::string> used_methods(const Probe& probe) {
  if (probe.is(Era::stateless)) { return {"POST"}; }
  return probe.survey().sessions ? std::vector<std::string>{"POST", "GET", "DELETE"}
                                 : std::vector<std::string>{"POST", "GET"};
}

std::vector<std::string> needed_headers(const Probe& probe, const std::string& method) {
  std::vector<std::string> names;
  if (method == "POST") {
    names.emplace_back("content-type");  // application/json is none of the types that need no preflight.
  }
  if (probe.is(Era::stateless)) {
    names.insert(names.end(), {"mcp-protocol-version", "mcp-method", "mcp-name"});
  } else {
    if (probe.survey().sessions) { names.emplace_back("mcp-session-id"); }
    if (probe.revision() >= wire::mcp::k2025_06_18) { names.emplace_back("mcp-protocol-version"); }
    if (method == "GET") { names.emplace_back("last-event-id"); }
  }
  for (const auto& field : probe.target().headers.fields()) {
    if (wire::is_credential_name(field.name)) { names.push_back(wire::lower(field.name)); }
  }
  return names;
}

bool lists(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view entry = list.substr(0, comma);
    while (!entry.empty() && entry.front() == ' ') { entry.remove_prefix(1); }
    while (!entry.empty() && entry.back() == ' ') { entry.remove_suffix(1); }
    if (entry == item) { return true; }
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return false;
}

wire::Request from_browser(const Probe& probe, wire::Request request) {
  request.headers.set("Origin", probe.url().origin());
  return request;
}

bool lets_origin_in(const Probe& probe, const wire::Exchange& answer) {
  const std::string_view allowed = answer.head.headers.get("access-control-allow-origin");
  return allowed == "*" || allowed == probe.url().origin();
}

}  // namespace weir::conformance
