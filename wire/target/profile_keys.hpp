// How the parts of a profile are read, for the sources that read profiles; each reader has the form of a key's.
#pragma once

#include <fmt/format.h>

#include "wire/json/yaml_reader.hpp"
#include "wire/target/profile.hpp"

namespace weir::wire::profile_keys {

using yaml::Key;
using YAML::Node;
using yaml::Reader;

inline constexpr std::size_t kFrontDoorRoutes = 200;  ///< Rows of one front-door table.
inline constexpr std::size_t kEndpoints = 32;         ///< Further endpoints of one profile.
inline constexpr std::size_t kEnvironments = 64;      ///< Overlays of one profile.

/// A URL, or with `or_path` also a path that begins with '/'. A variable that begins it or is (part of) its host is no
/// secret: reports name the target. Further on, and wherever there is userinfo, it may be a key and stays secret.
std::string read_location(Reader& in, std::string_view key, const Node& node, bool or_path);

/// A header value that can go on the wire; a newline at the end of a secret file is the usual reason why it cannot.
std::string header_value(Reader& in, std::string_view key, const Node& node);
void read_header_map(Reader& in, std::string_view key, const Node& node, Headers& headers);

std::optional<mcp::Era> read_era(Reader& in, std::string_view key, const Node& node);
std::vector<SafeTool> read_safe_tools(Reader& in, std::string_view key, const Node& node);
std::vector<ExpectedTool> read_expected_tools(Reader& in, std::string_view key, const Node& node);

void read_front_door(Reader& in, std::string_view key, const Node& node, Profile& profile);
void read_endpoints(Reader& in, std::string_view key, const Node& node, Profile& profile);
void read_deploy(Reader& in, std::string_view key, const Node& node, Profile& profile);
void read_load_allowed(Reader& in, std::string_view key, const Node& node, Profile& profile);
void read_oauth(Reader& in, std::string_view key, const Node& node, Profile& profile);

}  // namespace weir::wire::profile_keys
