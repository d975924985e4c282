// Values of Mcp-Name and Mcp-Param-* (2026-07-28 transports/streamable-http, "Value Encoding"): plain where a header
// can carry the value as it is, else `=?base64?...?=`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::wire::mcp {

std::string encode_header_value(std::string_view value);

/// The value behind a header; nullopt where it is marked as Base64 and is none.
std::optional<std::string> decode_header_value(std::string_view header);

}  // namespace weir::wire::mcp
