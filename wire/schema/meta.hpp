// The meta-schemas of the two dialects, embedded: validation never asks the network.
#pragma once

#include <map>
#include <string_view>

#include "wire/json/json.hpp"

namespace weir::wire::schema {

inline constexpr std::string_view kDraft07Uri = "http://json-schema.org/draft-07/schema";
inline constexpr std::string_view kDraft202012Uri = "https://json-schema.org/draft/2020-12/schema";

/// The embedded document with that URI (without fragment), or nullptr.
const json::value* find_meta_schema(std::string_view uri);

}  // namespace weir::wire::schema
