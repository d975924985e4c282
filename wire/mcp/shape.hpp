// The form of the messages that a server sends, in each revision: members with their types, as the schema of that
// revision has them (https://modelcontextprotocol.io/specification/{revision}/schema). Members beyond those named are
// allowed, null where a member is optional is not. What a text means (a URI, a time) is not looked at, but for Base64.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/json/json.hpp"

namespace weir::wire::mcp {

/// What part of a message is looked at.
enum class Part { result, params, error };

struct ShapeViolation {
  std::string at;        ///< A JSON pointer below the part: "/tools/3/name"; empty: the part itself.
  std::string expected;  ///< "a string", "\"user\" or \"assistant\""
  std::string got;       ///< "nothing", "null", or an excerpt.
};

/// Of one part at most.
inline constexpr std::size_t kShapeViolations = 8;

/// What is wrong with the result of a request, or with the params of a request or notification of the server, in this
/// revision. `value` is null where the member is absent. Empty for a method that the revision does not have, as
/// knows_shape() tells. An error has one shape whatever the method.
std::vector<ShapeViolation> shape_violations(std::string_view revision, Part part, std::string_view method,
                                             const json::value& value);
bool knows_shape(std::string_view revision, Part part, std::string_view method);

/// What the table has for this revision, for tests: each part and method.
struct ShapeSubject {
  Part part;
  std::string method;  ///< Empty for errors.
};
std::vector<ShapeSubject> shape_subjects(std::string_view revision);

}  // namespace weir::wire::mcp
