// Small files, whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/error.hpp"

namespace weir::conformance {

/// The file's bytes, at most `max`; nullopt when it does not exist. `bad_input` names the file otherwise.
wire::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max);

/// Writes beside the file and renames, so that nobody ever reads half of it.
wire::Result<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace weir::conformance
