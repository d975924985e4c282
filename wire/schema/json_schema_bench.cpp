#include <benchmark/benchmark.h>

#include "wire/schema/json_schema.hpp"

namespace weir::wire {
namespace {

constexpr auto kToolSchema = R"({
  "type": "object",
  "properties": {
    "query": {"type": "string", "minLength": 1, "maxLength": 200},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "uniqueItems": true},
    "filter": {"$ref": "#/$defs/filter"}
  },
  "required": ["query"],
  "additionalProperties": false,
  "$defs": {
    "filter": {
      "anyOf": [{"type": "null"}, {"type": "object", "properties": {"and": {"$ref": "#/$defs/filter"}}}]
    }
  }
})";
constexpr auto kArguments = R"({"query": "weir", "limit": 10, "tags": ["sse", "mcp", "load"],
                                "filter": {"and": {"and": null}}})";

void compile_tool_schema(benchmark::State& state) {
  const auto schema = json::parse(kToolSchema);
  for (auto _ : state) { benchmark::DoNotOptimize(JsonSchema::compile(schema)); }
}
BENCHMARK(compile_tool_schema);

void check_tool_schema(benchmark::State& state) {
  const auto schema = json::parse(kToolSchema);
  for (auto _ : state) { benchmark::DoNotOptimize(check_schema(schema)); }
}
BENCHMARK(check_tool_schema);

void validate_arguments(benchmark::State& state) {
  const auto schema = JsonSchema::compile(json::parse(kToolSchema));
  const auto arguments = json::parse(kArguments);
  for (auto _ : state) { benchmark::DoNotOptimize(schema->validate(arguments)); }
}
BENCHMARK(validate_arguments);

void validate_many_items(benchmark::State& state) {
  const auto schema = JsonSchema::compile(json::parse(R"({"items": {"type": "object", "required": ["id"]}})"));
  json::array items;
  for (int i = 0; i < 10'000; ++i) { items.push_back(json::object{{"id", i}}); }
  const json::value instance(items);
  for (auto _ : state) { benchmark::DoNotOptimize(schema->validate(instance)); }
  state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(validate_many_items);

}  // namespace
}  // namespace weir::wire
