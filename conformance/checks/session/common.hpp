// What the checks of sessions share.
#pragma once

#include "conformance/checks/common.hpp"

namespace weir::conformance {

/// Sends a ping of the conversation with another session id, or with none.
wire::Result<wire::Exchange> ask_as(Probe& probe, const wire::mcp::Dialogue& dialogue, std::optional<std::string> id);

/// How many characters two ids begin with alike.
std::size_t common_prefix(std::string_view a, std::string_view b);

}  // namespace weir::conformance
