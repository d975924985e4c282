#include "wire/base/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace weir::conformance {

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

tl::unexpected<wire::Error> failed(const std::string& path) {
  return wire::fail(wire::ErrorCode::bad_input, fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
}

}  // namespace

wire::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max) {
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    if (errno == ENOENT) { return std::nullopt; }
    return failed(path);
  }
  std::string bytes;
  char buffer[16 * 1024];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0;) {
    bytes.append(buffer, got);
    if (bytes.size() > max) {
      return wire::fail(wire::ErrorCode::bad_input, fmt::format("{} has more than {} bytes", path, max));
    }
  }
  if (std::ferror(file.get())) { return failed(path); }
  return bytes;
}

}  // namespace weir::conformance
