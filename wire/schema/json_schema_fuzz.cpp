// The first line of the input is a schema, the rest an instance: whatever they are, the answer comes, in bounded time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/schema/json_schema.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cut = std::min(text.find('\n'), text.size());
  const auto schema = parse_json(text.substr(0, cut));
  if (!schema) { return 0; }
  const auto instance = parse_json(text.substr(std::min(cut + 1, text.size())));
  for (const auto dialect : {SchemaDialect::draft_07, SchemaDialect::draft_2020_12}) {
    const auto compiled = JsonSchema::compile(schema->value, dialect);
    if (!compiled) { continue; }
    if (const auto found = compiled->validate(schema->value, 3); found && found->size() > 3) { __builtin_trap(); }
    if (!instance) { continue; }
    const auto found = compiled->validate(instance->value, 3);
    // Quiet and loud walks come to the same answer, as long as no reference or name sees that the schema has moved.
    if (text.find('$') != std::string_view::npos) { continue; }
    const auto negated = JsonSchema::compile(json::object{{"not", schema->value}}, dialect);
    if (!found || !negated) { continue; }
    const auto opposite = negated->validate(instance->value);
    if (opposite && opposite->empty() == found->empty()) { __builtin_trap(); }
  }
  return 0;
}
