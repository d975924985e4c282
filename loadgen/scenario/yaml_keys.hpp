// The keys of a scenario file: tables from which files are read and documentation is written. For the sources that read
// scenarios.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "loadgen/limits.hpp"
#include "loadgen/scenario/duration.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "wire/json/yaml_reader.hpp"

namespace weir::loadgen::keys {

using wire::yaml::Reader;
using YAML::Node;

/// One key as the documentation has it.
struct KeyHelp {
  std::string path;  ///< "populations[].calls[].rate"
  std::string_view type;
  std::string_view fallback;
  std::string_view meaning;
};
using Help = std::vector<KeyHelp>;

template <class Target>
struct Key {
  std::string_view name;
  std::string_view type;
  std::string_view fallback;  ///< What holds where the key is absent.
  std::string_view meaning;
  void (*read)(Reader&, std::string_view key, const Node&, Target&);
  void (*within)(std::string_view prefix, Help&) = nullptr;  ///< Lists the keys of its own map.
};

template <class Keys>
void describe(const Keys& keys, std::string_view prefix, Help& out) {
  for (const auto& key : keys) {
    out.push_back({fmt::format("{}{}", prefix, key.name), key.type, key.fallback, key.meaning});
    if (key.within != nullptr) { key.within(out.back().path, out); }
  }
}

/// A value that `parse` makes of a word; its sentence of failure becomes the complaint.
template <class Value, class Parse>
Value parsed(Reader& in, std::string_view key, const Node& node, Parse parse) {
  const std::string text = in.plain_text(key, node);
  if (in.failed()) { return {}; }
  auto value = parse(text);
  if (value) { return std::move(*value); }
  in.complain(node, fmt::format("'{}': {}", key, value.error().detail));
  return {};
}

inline Nanos duration(Reader& in, std::string_view key, const Node& node, Nanos least = 0) {
  const Nanos value = parsed<Nanos>(in, key, node, [](std::string_view text) { return parse_duration(text); });
  if (value < least) { in.complain(node, fmt::format("'{}' must be at least {}", key, format_duration(least))); }
  return value;
}

inline double rate(Reader& in, std::string_view key, const Node& node) {
  const double value = parsed<double>(in, key, node, [](std::string_view text) { return parse_rate(text); });
  if (value > limits::kRateMost) {
    in.complain(
        node, fmt::format("'{}' is at most {:.0f}/s, is '{}'", key, limits::kRateMost, Reader::quoted(node.Scalar())));
  }
  return value;
}

inline std::int64_t streams(Reader& in, std::string_view key, const Node& node, int least) {
  return in.integer(key, node, least, static_cast<int>(limits::kStreams), "a whole number of streams");
}

// Readers of plain members
// ---------------------------------------------------------------------------------------------

template <auto kMember, class Target>
void read_text(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = in.text(key, node);
}
template <auto kMember, class Target>
void read_word(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = in.plain_text(key, node);
}
template <auto kMember, class Target>
void read_boolean(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = in.boolean(key, node);
}
template <auto kMember, class Target>
void read_duration(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = duration(in, key, node);
}
/// A length of time that must not be nothing.
template <auto kMember, class Target>
void read_some_duration(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = duration(in, key, node, kMillisecond);
}
template <auto kMember, class Target>
void read_rate(Reader& in, std::string_view key, const Node& node, Target& target) {
  target.*kMember = rate(in, key, node);
}

void read_populations(Reader& in, std::string_view key, const Node& node, Scenario& scenario);
void describe_populations(std::string_view prefix, Help& out);
void read_phases(Reader& in, std::string_view key, const Node& node, Scenario& scenario);
void describe_phases(std::string_view prefix, Help& out);

/// Every key, in the order of the tables.
Help scenario_keys();

}  // namespace weir::loadgen::keys
