// Small files, read and written whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"

namespace weir::wire {

/// The file's bytes, at most `max`; nullopt when it does not exist. `bad_input` names the file otherwise.
Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max);

/// Replaces a regular file as a whole or not at all; anything else (a pipe, /dev/stdout) is written to. The error is
/// one sentence that names the path.
tl::expected<void, std::string> write_file(const std::string& path, std::string_view content);
}  // namespace weir::wire
