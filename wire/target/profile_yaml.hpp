// A profile that stands within another file: the `target:` map of a scenario.
#pragma once

#include "wire/json/yaml_reader.hpp"
#include "wire/target/profile.hpp"

namespace weir::wire {

/// Reads the map at `node` by the keys of a profile; complaints go to the reader. `environment`: as
/// parse_profile has it.
void read_profile(yaml::Reader& in, std::string_view key, const YAML::Node& node, Profile& profile,
                  const std::string& environment = {});

/// A URL, or a path with its query, as its text: what the environment brought into its path, and whatever credentials
/// stand in it, are secrets of the reader.
std::string read_url_text(yaml::Reader& in, std::string_view key, const YAML::Node& node);

/// Makes a relative ca_file stand beside `file`; an absolute path stays what it is.
void find_beside(const std::string& file, Profile& profile);

}  // namespace weir::wire
