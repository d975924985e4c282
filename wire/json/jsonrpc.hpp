// JSON-RPC 2.0 (https://www.jsonrpc.org/specification) as MCP narrows it: ids are strings or integers and never null in
// requests, `result` excludes `error`, batches exist only in revision 2025-03-26.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json/json.hpp"

namespace weir::wire::jsonrpc {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kResourceNotFound = -32002;         ///< Until 2025-11-25.
inline constexpr int kHeaderMismatch = -32020;           ///< From 2026-07-28.
inline constexpr int kMissingClientCapability = -32021;  ///< From 2026-07-28.
inline constexpr int kUnsupportedVersion = -32022;       ///< From 2026-07-28.

enum class Kind { request, notification, response, error, invalid };
std::string_view to_string(Kind kind);

struct ErrorObject {
  std::optional<std::int64_t> code;  ///< Absent when missing or not an integer.
  std::string message;
  json::value data;  ///< null where absent.
};

/// One message, classified even when it breaks rules; `violations` says which, one sentence each.
struct Message {
  Kind kind = Kind::invalid;
  json::value raw;
  std::optional<json::value> id;  ///< Exactly as it came, type included; nullopt where the member is absent.
  std::string method;
  json::value params;  ///< null where absent.
  json::value result;
  ErrorObject error;
  std::vector<std::string> violations;

  bool is_reply() const { return kind == Kind::response || kind == Kind::error; }
  /// Same type and same value: "1" is not 1; 1.0 is not 1.
  bool answers(const json::value& request_id) const;
};

Message classify(const json::value& value);

/// Parses and classifies; a batch (array) gives one message per element with `batch` set. limit_exceeded beyond
/// limits::kJsonBatch of them.
struct Parsed {
  std::vector<Message> messages;
  bool batch = false;
  std::vector<std::string> duplicate_keys;
};
Result<Parsed> parse(std::string_view text);

std::string request(const json::value& id, std::string_view method, const json::value& params = nullptr);
std::string notification(std::string_view method, const json::value& params = nullptr);
std::string response(const json::value& id, const json::value& result);
std::string error(const json::value& id, int code, std::string_view message, const json::value& data = nullptr);

}  // namespace weir::wire::jsonrpc
