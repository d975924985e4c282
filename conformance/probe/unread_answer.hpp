// Why an answer that is there in the bytes reaches no client: its frame, its event type or its id. Pure: asks nothing.
#pragma once

#include <optional>
#include <string>

#include "wire/http/http_client.hpp"

namespace weir::conformance {

struct Unread {
  std::string why;  ///< Half a sentence: what is wrong with the bytes.
  std::string fix;
};

/// For the exchange of one request with an integer id (of `initialize`) that was answered 2xx, and brought no answer:
/// nullopt where nothing in it looks like one.
std::optional<Unread> unread_answer(const wire::Exchange& exchange);

/// Whether it was answered 2xx, and the connection ended before anything of the body.
bool is_cut_short(const wire::Exchange& exchange);

/// Whether the body is said to be JSON, and is no message of JSON-RPC.
bool is_foreign_json(const wire::Exchange& exchange);

}  // namespace weir::conformance
