#include "wire/base/limits.hpp"
#include "wire/base/utf8.hpp"
#include "wire/json/json.hpp"
#include "wire/testing/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view bytes = testing::view(data, size);
  const std::size_t max = testing::cut_of(bytes);
  const std::string shown = excerpt(bytes, max);
  testing::require(shown.size() <= max && !find_invalid_utf8(shown));

  const Result<JsonText> text = parse_json(bytes);
  json::parse_options options;
  options.max_depth = limits::kJsonDepth;
  json::error_code ec;
  json::parse(json::string_view(bytes), ec, {}, options);
  if (!text) {
    testing::require(text.error().byte_offset <= size && !find_invalid_utf8(text.error().detail));
    testing::require(ec || text.error().code == ErrorCode::limit_exceeded);
    return 0;
  }
  testing::require(!ec || text->unpaired_surrogates);
  testing::require(text->duplicate_keys.size() <= limits::kJsonDuplicateKeys);
  for (const std::string& pointer : text->duplicate_keys) { testing::require(!find_invalid_utf8(pointer)); }

  const std::string once = canonical(text->value);
  const Result<JsonText> again = parse_json(once);
  testing::require(again && again->duplicate_keys.empty());
  testing::require(json_equal(text->value, again->value) && json_equal(again->value, text->value));
  testing::require(canonical(again->value) == once);
  testing::require(excerpt(text->value, max).size() <= max);
  return 0;
}
