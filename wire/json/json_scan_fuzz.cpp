// Looking into a text against parsing it: where the parser takes the text, both find the same; where it does not,
// nothing outside of the text is touched.
#include <fmt/format.h>

#include "wire/json/json_scan.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/testing/fuzz.hpp"

namespace weir::wire {
namespace {

using testing::require;

/// Every member and element within three levels, by pointer.
void compare(std::string_view text, const json::value& value, const std::string& pointer, int depth) {
  const std::optional<JsonPointer> parsed = JsonPointer::parse(pointer);
  require(parsed.has_value());
  const std::optional<std::string_view> raw = find_raw(text, *parsed);
  require(raw.has_value());
  const Result<JsonText> found = parse_json(*raw);
  require(found && found->value == value);
  if (depth == 0) { return; }
  if (const json::object* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      std::string token;
      for (const char c : std::string_view(name)) { token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c); }
      compare(text, member, pointer + '/' + token, depth - 1);
    }
  }
  if (const json::array* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      compare(text, (*array)[i], fmt::format("{}/{}", pointer, i), depth - 1);
    }
  }
}

}  // namespace
}  // namespace weir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view text = testing::view(data, size);
  const RpcGlance seen = glance(text);
  for (const std::string_view part : {seen.id, seen.method, seen.result, seen.error}) {
    testing::require(part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + size));
  }
  raw_to_unix_ns(text);
  raw_to_integer(text);
  if (const Result<JsonText> parsed = parse_json(text)) { compare(text, parsed->value, "", 3); }
  return 0;
}
