#include "conformance/checks/cors/common.hpp"

#include <algorithm>
#include <cctype>

namespace weir::conformance {

wire::Result<wire::Exchange> ask_preflight(Probe& probe) {
  wire::Request request = probe.request("OPTIONS", probe.url());
  request.headers = {};  // A browser sends no credentials with a preflight.
  request.headers.set("Origin", probe.url().origin());
  request.headers.set("Access-Control-Request-Method", "POST");
  request.headers.set("Access-Control-Request-Headers", fmt::format("{}", fmt::join(needed_headers(probe), ",")));
  return probe.send(request);
}

bool offers_cors(const wire::Exchange& preflight) {
  return preflight.ok() && preflight.head.headers.has("access-control-allow-origin");
}

std::vector<std::string> needed_headers(const Probe& probe) {
  if (probe.is(Era::stateless)) {
    return {"content-type", "mcp-protocol-version", "mcp-method", "mcp-name"};
  }
  std::vector<std::string> names{"content-type"};
  if (probe.survey().sessions) {
    names.push_back("mcp-session-id");
  }
  if (probe.revision() >= wire::mcp::k2025_06_18) {
    names.push_back("mcp-protocol-version");
  }
  return names;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool lists(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view entry = list.substr(0, comma);
    while (!entry.empty() && entry.front() == ' ') {
      entry.remove_prefix(1);
    }
    while (!entry.empty() && entry.back() == ' ') {
      entry.remove_suffix(1);
    }
    if (entry == item) {
      return true;
    }
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return false;
}

}  // namespace weir::conformance
