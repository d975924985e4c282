// What the checks of subscriptions/listen share.
#pragma once

#include "conformance/ask/stateless.hpp"

namespace weir::conformance {

/// The first kind of change that the server declares to tell of, as a filter: {"toolsListChanged": true}. Empty where
/// it declares none; then there is nothing to listen to, and the server need not know subscriptions/listen.
json::object listen_filter(const Survey& survey);
inline constexpr const char* kNothingToListenTo = "the server declares no listChanged and no subscribe";

/// Opens a listen stream with that filter, with an id of the conversation's choice or of the check's.
wire::Result<wire::HttpStream> open_listen(Probe& probe, json::value& id);
wire::Result<wire::HttpStream> open_listen_as(Probe& probe, const json::value& id);

/// The next JSON-RPC message of the stream; nullopt when none comes within 300 ms (the first one is given the time of
/// an answer).
std::optional<jsonrpc::Message> next_message(Probe& probe, wire::HttpStream& stream);

/// The subscription id that a notification carries; nullptr where it carries none.
const json::value* subscription_id(const jsonrpc::Message& message);

}  // namespace weir::conformance
