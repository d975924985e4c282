// What the checks of delivery share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Opens a stream on which an event is due (http-sse: the held one; streamable: the answer to ping; stateless:
/// subscriptions/listen) and waits for its first event. An empty `accept_encoding` sends no such field.
Finding first_event_in_time(Probe& probe, const std::string& accept_encoding);

}  // namespace weir::conformance
