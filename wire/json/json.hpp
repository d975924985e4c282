// JSON (RFC 8259) over Boost.JSON, with what a judge needs and a parser forgives: duplicate keys, depth, number kinds.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::wire {

namespace json = boost::json;

struct JsonText {
  json::value value;
  std::vector<std::string> duplicate_keys;  ///< JSON pointers of members whose name appeared twice; the last one won.
                                            ///< At most limits::kJsonDuplicateKeys.
  bool unpaired_surrogates = false;         ///< An escape was half of a character; U+FFFD stands in its place.
};

/// Parses a whole text: no BOM, valid UTF-8, at most limits::kJsonDepth deep, nothing but white space after it. Half of
/// a surrogate pair in an escape is within the grammar (RFC 8259 section 8.2), and what becomes of a text that was cut
/// within a character: it is read as other parsers read it.
Result<JsonText> parse_json(std::string_view text);

/// Equality as JSON Schema and JSON-RPC mean it: 1 and 1.0 are the same number, member order does not matter.
bool json_equal(const json::value& a, const json::value& b);

/// Members in sorted order and without white space: the same value always gives the same text.
std::string canonical(const json::value& value);

// Lenient look-ups that never throw; nullptr or "" where the path is absent or of another kind.
const json::value* find(const json::value& value, std::string_view member);
const json::value* find_pointer(const json::value& value, std::string_view json_pointer);
// What is found in a temporary is gone at once; a json::object becomes one on its way here.
const json::value* find(const json::value&& value, std::string_view member) = delete;
const json::value* find_pointer(const json::value&& value, std::string_view json_pointer) = delete;
const json::object* as_object(const json::value* value);
const json::array* as_array(const json::value* value);
std::optional<std::string_view> as_string(const json::value* value);
std::optional<std::int64_t> as_integer(const json::value* value);  ///< 3.0 counts as 3.
std::string_view string_or(const json::value& value WEIR_LIFETIME_BOUND, std::string_view member,
                           std::string_view fallback WEIR_LIFETIME_BOUND);

/// "object", "array", "string", "integer", "number", "boolean", "null".
std::string_view kind_name(const json::value& value);

/// At most `max` bytes of the serialized value for a message, with "..." at the end where it was cut.
std::string excerpt(const json::value& value, std::size_t max = 200);
/// The same for bytes that may be anything: control bytes and invalid UTF-8 are made printable.
std::string excerpt(std::string_view bytes, std::size_t max = 200);
inline std::string excerpt(const char* text, std::size_t max = 200) { return excerpt(std::string_view(text), max); }

}  // namespace weir::wire
