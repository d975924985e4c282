// A call that may be made and gives back a text that it was given: what shows how texts travel.
#pragma once

#include "conformance/ask/tools.hpp"

namespace weir::conformance {

struct Echo {
  ToolCall call;
  std::string argument;  ///< Whose value comes back.
  std::string text;      ///< Its value, as the profile or the schema has it.

  /// The same call with `more` behind the text.
  wire::Result<wire::mcp::Reply> ask(Probe& probe, std::string_view more) const;
};
/// nullopt where none is known, or the schema of the argument says which texts it takes.
std::optional<Echo> find_echo(Probe& probe);

/// All texts of a result, its content and its structured content.
std::string text_of_result(const wire::mcp::Reply& reply);
/// Whether it stands in there as it is, or as it stands in JSON: results often are a text that holds JSON.
bool holds_text(std::string_view all, const std::string& text);

}  // namespace weir::conformance
