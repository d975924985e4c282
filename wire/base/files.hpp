// Small files, read whole; reports/conformance/writers.hpp writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"

namespace weir::conformance {

/// The file's bytes, at most `max`; nullopt when it does not exist. `bad_input` names the file otherwise.
wire::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max);

}  // namespace weir::conformance
