// Whether two names that a user gave are of one file.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace weir::wire {

/// A file, and the option that names it; an empty path names none, and "-" the standard output.
struct NamedFile {
  std::string option;
  std::string path;
};

/// One sentence where something is to be written to a file that is written or read by another name too: what was there,
/// or what came first, would be lost. Files are told apart by what they are, and where there is none yet by the place
/// that it would have. Pipes and devices may be shared.
std::optional<std::string> shared_file(const std::vector<NamedFile>& written, const std::vector<NamedFile>& read);

}  // namespace weir::wire
