#include "conformance/ask/cors.hpp"

#include <algorithm>
#include <cctype>

#include "conformance/probe/secrets.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

wire::Result<wire::Exchange> ask_preflight(Probe& probe, const std::string& method,
                                           const std::vector<std::string>& names) {
  wire::Request request = probe.request("OPTIONS", probe.url());
  request.headers = {};  // A browser sends no credentials with a preflight.
  request.headers.set("Origin", probe.url().origin());
  request.headers.set("Access-Control-Request-Method", method);
  if (!names.empty()) {
    request.headers.set("Access-Control-Request-Headers", fmt::format("{}", fmt::join(names, ",")));
  }
  return probe.send(request);
}

/// Fetch, "CORS-preflight fetch": `*` stands for every header but Authorization.
bool allows(const std::string& allowed, const std::string& name) {
  return lists(allowed, name) || (lists(allowed, "*") && name != "authorization");
}

/// Frameworks refuse a preflight as a whole for one header that they do not allow: each is asked for alone then.
wire::Result<HeaderLeave> leave_one_by_one(Probe& probe, const std::string& method, std::string refusal) {
  HeaderLeave leave{.allowed = std::move(refusal)};
  const auto bare = ask_preflight(probe, method, {});
  if (!bare) { return tl::unexpected(bare.error()); }
  leave.offered = offers_cors(*bare);
  for (const auto& name : leave.offered ? needed_headers(probe, method) : std::vector<std::string>{}) {
    const auto offer = ask_preflight(probe, method, {name});
    if (!offer) { return tl::unexpected(offer.error()); }
    if (!offers_cors(*offer)) { leave.missing.push_back(name); }
  }
  leave.offered = !leave.missing.empty();
  return leave;
}

}  // namespace

wire::Result<wire::Exchange> ask_preflight(Probe& probe, const std::string& method) {
  return ask_preflight(probe, method, needed_headers(probe, method));
}

wire::Result<HeaderLeave> ask_leave(Probe& probe, const std::string& method) {
  const auto offer = ask_preflight(probe, method);
  if (!offer) { return tl::unexpected(offer.error()); }
  if (!offer->ok()) { return leave_one_by_one(probe, method, describe(*offer)); }
  HeaderLeave leave{.offered = offers_cors(*offer)};
  leave.allowed = wire::lower(offer->head.headers.joined("access-control-allow-headers"));
  for (const auto& name : leave.offered ? needed_headers(probe, method) : std::vector<std::string>{}) {
    if (!allows(leave.allowed, name)) { leave.missing.push_back(name); }
  }
  return leave;
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
