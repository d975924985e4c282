#include "conformance/ask/initialize.hpp"

namespace weir::conformance {

wire::Request initialize_request(const Probe& probe) {
  const json::object params{{"protocolVersion", probe.revision()},
                            {"capabilities", json::object{}},
                            {"clientInfo", {{"name", "weir"}, {"version", "1"}}}};
  return json_post(probe, probe.url(), jsonrpc::request("weir-initialize", "initialize", params));
}

}  // namespace weir::conformance
