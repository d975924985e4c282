// For tests: an oracle that runs in Node.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "wire/json/json.hpp"

namespace weir::wire::testing {

/// What ci/tests/SCRIPT prints for these cases, given the installed packages and a file with the cases: JSON. Null
/// where Node or a package is not to be had. `name` is of the file, one for each test.
inline json::value ask_node(const std::string& script, const json::array& cases, const std::string& name) {
  const auto path = fmt::format("{}/{}.json", WEIR_BINARY_DIR, name);
  std::ofstream(path) << json::serialize(cases);
  const auto command =
      fmt::format("node '{0}/ci/tests/{1}' '{0}/ci/node/node_modules' '{2}'", WEIR_SOURCE_DIR, script, path);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) { return nullptr; }
  std::string output;
  std::array<char, 4096> chunk{};
  while (const auto n = std::fread(chunk.data(), 1, chunk.size(), pipe)) { output.append(chunk.data(), n); }
  if (pclose(pipe) != 0) { return nullptr; }
  json::error_code ec;
  auto verdicts = json::parse(output, ec);
  return ec ? json::value(nullptr) : verdicts;
}

}  // namespace weir::wire::testing
