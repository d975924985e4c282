// What the checks of cancellation share.
#pragma once

#include "conformance/ask/tools.hpp"

namespace weir::conformance {

/// Cancels a request that is not running, and expects the session to go on as if nothing had come.
Finding cancel_in_vain(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view request_id);

/// What came of a call that was under way; nothing where another one has to be tried.
using JudgeUnderWay =
    std::function<std::optional<Finding>(const ToolCall& call, wire::mcp::Dialogue&, wire::HttpStream& running)>;

/// Makes each of the safe calls under this id, in a conversation of its own, and judges the first that is not answered
/// at once: only such a call can be cancelled. Untestable where there is none.
Finding judge_under_way(Probe& probe, const char* id, const JudgeUnderWay& judge);

/// Cancels the call with this id; what is wrong where the notification is not accepted.
std::optional<Finding> unless_cancelled(wire::mcp::Dialogue& dialogue, const char* id);

/// Reads to the end, and where a stream ends with word when to come again, to the end of those that take it up.
void read_through_polls(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call, wire::Deadline until);

}  // namespace weir::conformance
