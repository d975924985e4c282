// What a client of a held stream must understand of the server's messages: its requests, and the answers to its own
// handshake. Bytes in, bytes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http/http.hpp"
#include "wire/json/json_scan.hpp"

namespace weir::loadgen {

/// The id of our `initialize`, of every session.
inline constexpr std::uint64_t kInitializeId = 1;

/// The message that answers a server's request rightly for a client without capabilities: `ping` with an empty result,
/// anything else with -32601. Empty where the request cannot be answered: its id is neither string nor number, or
/// beyond limits::kRequestIdBytes.
std::string answer_to_server(std::string_view message, const wire::RpcGlance& glance);

/// The elements of a batch (2025-03-26) as texts; empty for what is none or has too many.
std::vector<std::string> split_batch(std::string_view message);

/// A raw JSON-RPC id as a number: 7. nullopt for "7", 7.5 and null: an answer carries the id as it was sent.
std::optional<std::uint64_t> numeric_id(std::string_view raw);

/// The protocolVersion that an answer to `initialize` settles on. An error says what else it was.
wire::Result<std::string> read_initialize_answer(std::string_view message);

/// The message with our numeric `id` in a response: a JSON body, or an event of a body that was a stream.
std::optional<std::string> find_answer(const wire::Exchange& http, std::uint64_t id);

/// A session id as 2025-11-25 transports, "Session Management", allows it: visible ASCII. Longer than
/// limits::kSessionIdBytes is none to us.
bool is_session_id(std::string_view text);

}  // namespace weir::loadgen
