// What a person reads on a page of HTML: an excerpt of its markup shows the same head whoever wrote it.
#pragma once

#include <string>
#include <string_view>

namespace weir::conformance {

/// The text between the tags, without scripts and styles, blanks and line ends as one blank; of the first 16 kB.
/// Entities stay as they are.
std::string text_of_page(std::string_view html);

}  // namespace weir::conformance
