// The specimens of a corpus: seeds of the fuzzers, and replayed by the unit tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace weir::wire::testing {

struct Specimen {
  std::string name;
  std::string bytes;
};

/// Every file of the folder, by name.
inline std::vector<Specimen> corpus(const std::filesystem::path& folder) {
  std::vector<Specimen> specimens;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    specimens.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(file), {}}});
  }
  std::sort(specimens.begin(), specimens.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return specimens;
}

}  // namespace weir::wire::testing
