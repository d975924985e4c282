// JSON for people and for diff.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace weir::wire {

/// Two spaces a level; what has no members stays on its line. A diff of two reports then reads by member. Inert.
std::string pretty_json(const boost::json::value& value);

/// A JSON text that says the same to a parser, and nothing to a terminal or a CI service that it is shown to: what they
/// would obey (is_obeyed, begins_ci_command) is written as `\u202e`.
std::string inert_json(std::string_view text);

/// The same of YAML whose strings are written as those of JSON: what is beyond the 16 bits of `\u` is one `\U` of YAML,
/// whose readers refuse the two halves that JSON has for it.
std::string inert_yaml(std::string_view text);

}  // namespace weir::wire
