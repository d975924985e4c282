// The table that shape.cpp reads, in a notation of its own.
#pragma once

#include <string_view>

namespace weir::wire::mcp {

/// A line at the margin begins a type, `Name`, or gives one to a part of a message, `result METHOD = TYPE`; indented
/// lines are the members of a type: `name TYPE`, or `name? TYPE` where it may be absent. Each line may end with the
/// revisions in which it holds: `@FIRST`, `@FIRST..LAST` or `@..LAST`.
///
/// A TYPE is one of `string base64 integer count number unit boolean object any id null`, a name, a constant in double
/// quotes, `[TYPE]` for an array, `{TYPE}` for an object whose members are all of the type, or several with `|`
/// between them. A count is an integer from 0 on, a unit a number from 0 to 1, an id a string or an integer.
std::string_view shape_table();

}  // namespace weir::wire::mcp
