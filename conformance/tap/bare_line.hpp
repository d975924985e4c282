// Lines of an event stream that were meant as data, and are none.
#pragma once

#include <optional>
#include <string>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// The first line that stands right behind a line of data and is no field by its look: it has no colon, or begins as
/// text does ("  \"b\": 2"). Parsers ignore it, so what it says is lost. Fields that are merely unknown
/// ("foo: bar") are legal. With the offset of its first byte.
std::optional<std::string> bare_line(const wire::Exchange& stream);

}  // namespace weir::conformance
