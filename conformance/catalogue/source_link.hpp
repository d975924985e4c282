// Links to the specification: one source holds for several revisions, whose pages do not all stand at one path.
#pragma once

#include <string>
#include <string_view>

namespace weir::conformance {

/// The source of a check with "{revision}" filled in, at the page where that revision says it.
std::string source_link(std::string source, std::string_view revision);

}  // namespace weir::conformance
