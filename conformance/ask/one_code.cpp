#include "conformance/ask/one_code.hpp"

namespace weir::conformance {

bool is_code_of_all(Probe& probe, std::int64_t code) {
  if (code == jsonrpc::kMethodNotFound) { return false; }
  const auto asked = probe.last_request();
  const auto reply = probe.call(kUnknownMethod);
  if (asked) { probe.pin_request(*asked); }
  return reply && error_code(*reply) == code;
}

}  // namespace weir::conformance
