// What the checks of resources share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

inline constexpr const char* kUnknownUri = "weir-unknown://no/such/resource";

/// Up to three listed URIs to read, one of them of a binary media type where there is one. Reading a listed resource
/// has no effect by its definition.
std::vector<std::string> readable_sample(const Survey& survey);

/// Whether reading kUnknownUri gave contents: such a server, a proxy for instance, has a resource at every URI.
bool serves_unknown(const wire::mcp::Reply& reply);

/// Braces that match, with a variable list of RFC 6570 between them.
bool is_uri_template(std::string_view text);
/// What is wrong with the annotations of a resource or a template.
std::optional<std::string> annotation_problem(const json::value& annotations);

}  // namespace weir::conformance
