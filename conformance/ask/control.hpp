// A refusal proves something only beside its control: the same request unbroken, which was served.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// Whether the answer is a 2xx that holds a JSON-RPC result, in its body or in an event of its stream.
bool has_result(const wire::Exchange& exchange);

/// The finding where a result that must be empty is none, or is not: `_meta` and resultType are no content.
std::optional<Finding> unless_empty_result(const wire::mcp::Reply& reply, std::string expected);

/// `refusal`, where it is no pass or where the whole request is served (a result; an event stream for a GET); else
/// untestable. The evidence keeps the broken request as the one to repeat.
Finding beside(Probe& probe, const wire::Request& whole, Finding refusal);

/// A harmless request in another dress that a server has to read as well: `change` gets the request of a good client. A
/// fail where it is not served and the request as it was is; untestable where neither is; else a pass that says
/// `dress`.
Finding served_as_well(Probe& probe, const std::function<void(wire::Request&)>& change, std::string_view dress);

/// `failure`, unless `method`, of which it is a part, is not served either: then that is the matter.
Finding where_served(Probe& probe, Finding failure, std::string_view method, json::value params = nullptr);

/// A fail, unless the conversation serves nothing any more: then what was answered is of its death.
Finding while_it_lives(Probe& probe, wire::mcp::Dialogue& dialogue, Finding failure);

/// A fail for an answer that is not the refusal that was due; untestable where it is a 5xx, and a harmless call of the
/// shared conversation is not served either.
Finding not_refused(Probe& probe, std::string expected, const wire::Exchange& answer);

/// `beside` where what was refused is no request at all: the control is a harmless call of the shared conversation.
Finding beside_a_call(Probe& probe, Finding refusal);
/// The same with a call of this method, as near to the refused one as may be served without an effect.
Finding beside_a_call(Probe& probe, Finding refusal, std::string_view method, json::value params = nullptr);

}  // namespace weir::conformance
