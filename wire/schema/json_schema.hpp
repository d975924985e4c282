// JSON Schema 2020-12 and draft-07 (https://json-schema.org/specification), for schemas that an endpoint hands out:
// they are untrusted, so references never leave the document set, and depth, hops and patterns are bounded by
// limits.hpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json/json.hpp"

namespace weir::wire {

enum class SchemaDialect { draft_2020_12, draft_07 };

struct SchemaProblem {
  std::string instance_pointer;  ///< Where in the instance.
  std::string schema_pointer;    ///< Which keyword.
  std::string message;           ///< "is string, must be integer".
};

class JsonSchema {
 public:
  /// Compiles a schema. The dialect comes from `$schema`, else `fallback`; another dialect is an error that names it.
  /// `documents` are further schemas by absolute URI. Unresolvable references and broken keywords are errors.
  static Result<JsonSchema> compile(const json::value& schema, SchemaDialect fallback = SchemaDialect::draft_2020_12,
                                    const std::map<std::string, json::value>& documents = {});
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  SchemaDialect dialect() const;
  /// Empty when the instance is valid; at most `max_problems` otherwise. limit_exceeded when a bound stops the answer.
  Result<std::vector<SchemaProblem>> validate(const json::value& instance, std::size_t max_problems = 20) const;

 private:
  struct Impl;
  explicit JsonSchema(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether the schema is a valid schema of its dialect (validated against the embedded meta-schema).
Result<std::vector<SchemaProblem>> check_schema(const json::value& schema,
                                                SchemaDialect fallback = SchemaDialect::draft_2020_12);

}  // namespace weir::wire
