// Parameters of a URL.
#pragma once

#include <string_view>

#include "wire/http/url.hpp"

namespace weir::wire {

/// Adds `name=value` to the query. Whatever the value holds arrives as it is, also where '+' is read as a space.
void add_to_query(Url& url, std::string_view name, std::string_view value);

}  // namespace weir::wire
