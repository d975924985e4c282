// What changed between two JSON Schemas, in terms of who breaks: a caller (input) or a reader of results (output).
#pragma once

#include <string>
#include <vector>

#include "wire/json/json.hpp"

namespace weir::conformance {

/// From mild to grave, so that a gate is a comparison.
enum class Severity {
  additive,  ///< Old callers and readers go on as before.
  risky,     ///< They go on, but may behave otherwise; or the change cannot be judged.
  breaking,  ///< What was right before can now be refused, or what was promised is gone.
};
std::string_view to_string(Severity severity);

enum class SchemaSide {
  input,   ///< The endpoint reads it: to accept less is breaking.
  output,  ///< The endpoint writes it: to promise less is breaking.
};

struct SchemaChange {
  Severity severity = Severity::risky;
  std::string pointer;  ///< Into the schema, as a JSON pointer, from `root` on.
  std::string message;
};

/// Local references ("#/$defs/Item") are followed; each pair of places is compared once and the work is bounded, so
/// that recursive schemas end. `root` begins every pointer ("/inputSchema").
std::vector<SchemaChange> diff_schemas(const wire::json::value& before, const wire::json::value& after, SchemaSide side,
                                       const std::string& root);

}  // namespace weir::conformance
