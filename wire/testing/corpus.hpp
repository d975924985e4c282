// The specimens of wire/corpus: seeds of the fuzzers, and replayed by the unit tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace weir::wire::testing {

struct Specimen {
  std::string name;
  std::string bytes;
};

/// Every file of wire/corpus/<codec>, by name.
inline std::vector<Specimen> corpus(const std::filesystem::path& source_dir, std::string_view codec) {
  std::vector<Specimen> specimens;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir / "wire" / "corpus" / codec)) {
    std::ifstream file(entry.path(), std::ios::binary);
    specimens.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(file), {}}});
  }
  std::sort(specimens.begin(), specimens.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return specimens;
}

}  // namespace weir::wire::testing
