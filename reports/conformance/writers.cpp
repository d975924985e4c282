#include "reports/conformance/writers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "reports/conformance/json.hpp"
#include "reports/conformance/junit.hpp"
#include "reports/conformance/markdown.hpp"
#include "wire/base/text.hpp"

namespace weir::reports {
namespace {

constexpr std::array kFormats = {Format::console, Format::json, Format::junit, Format::markdown};

std::string format_names() {
  std::string out;
  for (const Format format : kFormats) { out.append(out.empty() ? "" : ", ").append(to_string(format)); }
  return out;
}

/// The one format that shares the longest beginning with `name`: four names need no more.
std::optional<Format> nearest_format(std::string_view name) {
  std::optional<Format> best;
  std::size_t longest = 0;
  for (const Format format : kFormats) {
    const std::string_view candidate = to_string(format);
    std::size_t shared = 0;
    while (shared < name.size() && shared < candidate.size() && name[shared] == candidate[shared]) { ++shared; }
    if (shared < longest || shared == 0) { continue; }
    best = shared == longest ? std::nullopt : std::optional(format);
    longest = shared;
  }
  return best;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  int close() {
    const int fd = std::exchange(fd_, -1);
    return fd < 0 ? 0 : ::close(fd);
  }

 private:
  int fd_;
};

tl::unexpected<std::string> failed(const std::string& path, int error) {
  return tl::unexpected(fmt::format("cannot write {}: {}", path, std::strerror(error)));
}

/// 0, or the errno of what went wrong.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written < 0) { return errno; }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int open_beside(const std::string& path, std::string& temporary) {
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary = fmt::format("{}.{}-{}.tmp", path, ::getpid(), counter++);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) { return fd; }
  }
  return -1;
}

tl::expected<void, std::string> write_in_place(const std::string& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) { return failed(path, errno); }
  if (const int error = write_all(file.get(), content); error != 0) { return failed(path, error); }
  return {};
}

tl::expected<void, std::string> replace_file(const std::string& path, std::string_view content) {
  std::string temporary;
  Descriptor file(open_beside(path, temporary));
  if (file.get() < 0) { return failed(path, errno); }
  int error = write_all(file.get(), content);
  if (error == 0 && ::fsync(file.get()) != 0) { error = errno; }
  if (file.close() != 0 && error == 0) { error = errno; }
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) { error = errno; }
  if (error == 0) { return {}; }
  ::unlink(temporary.c_str());
  return failed(path, error);
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::console:
      return "console";
    case Format::json:
      return "json";
    case Format::junit:
      return "junit";
    case Format::markdown:
      return "markdown";
  }
  return "json";
}

tl::expected<Format, std::string> parse_format(std::string_view name) {
  for (const Format format : kFormats) {
    if (to_string(format) == name) { return format; }
  }
  const auto near = nearest_format(name);
  return tl::unexpected(fmt::format("unknown report format '{}'{} (there are {})", printable(name.substr(0, 60)),
                                    near ? fmt::format(", did you mean '{}'?", to_string(*near)) : "", format_names()));
}

tl::expected<ReportSpec, std::string> parse_report_spec(std::string_view text) {
  const std::size_t equals = text.find('=');
  const auto format = parse_format(text.substr(0, equals));
  if (!format) { return tl::unexpected(format.error()); }
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    return tl::unexpected(
        fmt::format("the report '{}' names no file: write {}=PATH", to_string(*format), to_string(*format)));
  }
  return ReportSpec{*format, std::string(text.substr(equals + 1))};
}

std::string render(const Results& results, Format format, const ConsoleOptions& console) {
  switch (format) {
    case Format::console:
      return render_console(results, console);
    case Format::json:
      return render_json(results);
    case Format::junit:
      return render_junit(results);
    case Format::markdown:
      return render_markdown(results);
  }
  return render_json(results);
}

tl::expected<void, std::string> write_file(const std::string& path, std::string_view content) {
  if (path == "-") {
    const int error = write_all(STDOUT_FILENO, content);
    if (error != 0) { return failed("the standard output", error); }
    return {};
  }
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) { return failed(path, EISDIR); }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return write_in_place(path, content);
  }
  // Through a symbolic link, so that it stays one.
  const std::string target = std::filesystem::exists(status) ? std::filesystem::canonical(path, ignored).string() : "";
  return replace_file(target.empty() ? path : target, content);
}

tl::expected<void, std::string> write_report(const Results& results, const ReportSpec& spec) {
  return write_file(spec.path, render(results, spec.format));
}

}  // namespace weir::reports
