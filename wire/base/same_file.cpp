#include "wire/base/same_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

namespace weir::wire {

namespace {

/// The same for two names of one file, and empty for what may be shared.
std::string identity(const std::string& path) {
  if (path.empty() || path == "-") { return ""; }
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) {
    return S_ISREG(status.st_mode) ? fmt::format("{}:{}", status.st_dev, status.st_ino) : "";
  }
  std::error_code unknown;
  const auto place = std::filesystem::weakly_canonical(std::filesystem::absolute(path, unknown), unknown);
  return unknown ? path : place.string();
}

}  // namespace

std::optional<std::string> shared_file(const std::vector<NamedFile>& written, const std::vector<NamedFile>& read) {
  std::map<std::string, std::string> taken;
  for (const auto& file : read) { taken.emplace(identity(file.path), file.option); }
  for (const auto& file : written) {
    const std::string key = identity(file.path);
    const auto [other, is_new] = taken.emplace(key, file.option);
    if (!key.empty() && !is_new) {
      return fmt::format("{} and {} name one file, {}: give each a file of its own", other->second, file.option,
                         file.path);
    }
  }
  return std::nullopt;
}

}  // namespace weir::wire
