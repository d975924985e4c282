// References between schemas: RFC 3986 resolution for any scheme (urn:, tag:, file: ...), and fragments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::wire::schema {

/// What documents without an absolute `$id` are resolved against (RFC 3986 section 5.1.4).
inline constexpr std::string_view kDefaultBase = "weir-schema:///";

/// Text before the first '#', and the fragment after it (nothing where there is no '#').
std::pair<std::string_view, std::optional<std::string_view>> split_fragment(std::string_view reference);

/// Resolves a reference without fragment. Characters that no URI has are kept: schemas in the wild have them.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// Undoes percent-encoding; a '%' that encodes nothing stands for itself.
std::string percent_decode(std::string_view text);

}  // namespace weir::wire::schema
