// Looking into a JSON text without building it: no allocation, bounded depth. For messages on held streams, where only
// an id, a method, a sequence number or a time stamp matters. Lenient: what it does not look at may be wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"

namespace weir::wire {

/// A JSON pointer (RFC 6901), parsed once.
class JsonPointer {
 public:
  /// nullopt where it is not empty and does not begin with '/', or has a '~' that is no escape.
  static std::optional<JsonPointer> parse(std::string_view text);
  const std::vector<std::string>& tokens() const WEIR_LIFETIME_BOUND { return tokens_; }
  bool operator==(const JsonPointer&) const = default;

 private:
  std::vector<std::string> tokens_;
};

/// The raw text of the value at `pointer` (a string with its quotes, escapes as they came), or nullopt. Of duplicate
/// keys the last counts, as elsewhere. A text that is cut short, or nested beyond limits::kJsonDepth, has no values
/// from there on.
std::optional<std::string_view> find_raw(std::string_view json, const JsonPointer& pointer);

/// A raw value as a whole number: 42, "42". nullopt for anything else.
std::optional<std::int64_t> raw_to_integer(std::string_view raw);
/// A raw value as nanoseconds since the epoch: an RFC 3339 string, or a number (quoted or not) in seconds,
/// milliseconds, microseconds or nanoseconds, told apart by its size: a moment from September 2001 on, until 2262 when
/// nanoseconds leave 64 bits. nullopt for anything else.
std::optional<std::int64_t> raw_to_unix_ns(std::string_view raw);

/// A JSON-RPC message at a glance: told apart as wire::jsonrpc::classify does. A batch is not looked into.
struct RpcGlance {
  enum class Kind : std::uint8_t { none, request, notification, result, error, batch };
  Kind kind = Kind::none;
  std::string_view id;      ///< Raw: 7, "abc".
  std::string_view method;  ///< Without quotes, escapes as they came.
  std::string_view result;  ///< Raw.
  std::string_view error;   ///< Raw.
};
RpcGlance glance(std::string_view json);

}  // namespace weir::wire
