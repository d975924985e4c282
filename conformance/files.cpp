#include "conformance/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace weir::conformance {

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

tl::unexpected<wire::Error> failed(std::string_view what, const std::string& path) {
  return wire::fail(wire::ErrorCode::bad_input, fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

}  // namespace

wire::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max) {
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    return failed("read", path);
  }
  std::string bytes;
  char buffer[16 * 1024];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0;) {
    bytes.append(buffer, got);
    if (bytes.size() > max) {
      return wire::fail(wire::ErrorCode::bad_input, fmt::format("{} has more than {} bytes", path, max));
    }
  }
  if (std::ferror(file.get())) {
    return failed("read", path);
  }
  return bytes;
}

wire::Result<void> write_file(const std::string& path, std::string_view bytes) {
  const std::string beside = fmt::format("{}.{}.tmp", path, ::getpid());
  File file(std::fopen(beside.c_str(), "wb"), &std::fclose);
  if (!file) {
    return failed("written", path);
  }
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  const bool closed = std::fclose(file.release()) == 0;
  if (!written || !closed || std::rename(beside.c_str(), path.c_str()) != 0) {
    auto error = failed("written", path);
    std::remove(beside.c_str());
    return error;
  }
  return {};
}

}  // namespace weir::conformance
