#include "wire/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "wire/base/descriptor.hpp"
#include "wire/base/end_signals.hpp"

namespace weir::wire {

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

tl::unexpected<Error> failed(const std::string& path) {
  return fail(ErrorCode::bad_input, fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
}

constexpr int kNobodyReads = -1;  ///< Beside the numbers of errno.

std::string why(int error) { return error == kNobodyReads ? "nobody reads it" : std::strerror(error); }

tl::unexpected<std::string> not_written(const std::string& path, int error) {
  return tl::unexpected(fmt::format("cannot write {}: {}", path, why(error)));
}

constexpr int kLookEveryMs = 50;
/// A pipe that has room for anything has it for so much, so that no write waits.
constexpr std::size_t kAtOnce = PIPE_BUF;

bool takes_more_within(int fd, int milliseconds) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&ready, 1, milliseconds) == 1;
}

/// With who takes nothing.
class Patience {
 public:
  /// For ever, and for a second once somebody asked the program to end.
  Patience() = default;
  explicit Patience(std::chrono::milliseconds span) : until_end_is_wished_(false), span_(span) {}

  bool is_at_its_end() {
    if (until_end_is_wished_ && !end_is_wished()) { begin_anew(); }
    return Clock::now() - begin_ >= span_;
  }
  void begin_anew() { begin_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  bool until_end_is_wished_ = true;
  std::chrono::milliseconds span_{1'000};
  Clock::time_point begin_ = Clock::now();
};

void wait_a_little() { ::poll(nullptr, 0, kLookEveryMs); }

/// A pipe or terminal opened anew, so as not to wait in a write: to set that on `fd` would set it for all that share
/// it. Nothing where it cannot be, as where it belongs to another user.
Descriptor opened_for_us(int fd, mode_t kind) {
  if (!S_ISFIFO(kind) && ::isatty(fd) == 0) { return Descriptor(); }
  return Descriptor(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

/// 0, or the errno of what went wrong. Whoever shares a standard stream with us may have made it non-blocking.
int write_all(int fd, std::string_view content, Patience patience = {}) {
  struct stat status{};
  const mode_t kind = ::fstat(fd, &status) == 0 ? status.st_mode : S_IFREG;
  const Descriptor ours = opened_for_us(fd, kind);
  if (ours.get() >= 0) { fd = ours.get(); }
  const std::size_t at_once = S_ISREG(kind) ? content.size() : kAtOnce;
  while (!content.empty()) {
    if (patience.is_at_its_end()) { return kNobodyReads; }
    if (!takes_more_within(fd, kLookEveryMs)) { continue; }
    const ssize_t written = ::write(fd, content.data(), std::min(content.size(), at_once));
    if (written < 0 && errno == EAGAIN) { wait_a_little(); }
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) { continue; }
    if (written <= 0) { return written < 0 ? errno : ENOSPC; }
    content.remove_prefix(static_cast<std::size_t>(written));
    patience.begin_anew();
  }
  return 0;
}

/// For writing without waiting, or a negative errno. A named pipe cannot be opened so before somebody reads from it.
int open_in_place(const std::string& path) {
  for (Patience patience; !patience.is_at_its_end();) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) { return fd; }
    const int error = errno;
    std::error_code ignored;
    if (error != EINTR && (error != ENXIO || !std::filesystem::is_fifo(path, ignored))) { return -error; }
    wait_a_little();
  }
  return -ETIMEDOUT;
}

/// Opened for what it is not used for: else the next file or connection would become a standard stream, and what is
/// printed would go there.
void keep_standard_streams_closed() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) { continue; }
    const int lowest = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (lowest > STDERR_FILENO) { ::close(lowest); }
  }
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
  const int fd = open_in_place(path);
  if (fd < 0) { return not_written(path, fd == -ETIMEDOUT ? kNobodyReads : -fd); }
  const Descriptor file(fd);
  if (const int error = write_all(file.get(), content); error != 0) { return not_written(path, error); }
  return {};
}

tl::expected<void, std::string> replace_file(const std::string& path, std::string_view content) {
  std::string temporary;
  Descriptor file(open_beside(path, temporary));
  if (file.get() < 0) { return not_written(path, errno); }
  int error = write_all(file.get(), content);
  if (error == 0 && ::fsync(file.get()) != 0) { error = errno; }
  if (file.close() != 0 && error == 0) { error = errno; }
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) { error = errno; }
  if (error == 0) { return {}; }
  ::unlink(temporary.c_str());
  return not_written(path, error);
}

}  // namespace

Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max) {
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    if (errno == ENOENT) { return std::nullopt; }
    return failed(path);
  }
  std::string bytes;
  char buffer[16 * 1024];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0;) {
    bytes.append(buffer, got);
    if (bytes.size() > max) { return fail(ErrorCode::bad_input, fmt::format("{} has more than {} bytes", path, max)); }
  }
  if (std::ferror(file.get())) { return failed(path); }
  return bytes;
}

tl::expected<void, std::string> write_file(const std::string& path, std::string_view content) {
  if (path == "-") {
    const int error = write_all(STDOUT_FILENO, content);
    if (error != 0) { return not_written("the standard output", error); }
    return {};
  }
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) { return not_written(path, EISDIR); }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return write_in_place(path, content);
  }
  // Through a symbolic link, so that it stays one.
  const std::string target = std::filesystem::exists(status) ? std::filesystem::canonical(path, ignored).string() : "";
  return replace_file(target.empty() ? path : target, content);
}

tl::expected<void, std::string> write_to(int fd, std::string_view content) {
  if (const int error = write_all(fd, content); error != 0) { return tl::unexpected(why(error)); }
  return {};
}

tl::expected<void, std::string> prove_writable(const std::string& path) {
  if (path == "-") { return {}; }
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(status)) { return not_written(path, EISDIR); }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    // Opening a pipe would wait for its reader.
    if (::access(path.c_str(), W_OK) != 0) { return not_written(path, errno); }
    return {};
  }
  const std::string target = std::filesystem::exists(status) ? std::filesystem::canonical(path, ignored).string() : "";
  std::string temporary;
  const Descriptor file(open_beside(target.empty() ? path : target, temporary));
  if (file.get() < 0) { return not_written(path, errno); }
  ::unlink(temporary.c_str());
  return {};
}

void say(std::string_view text) {
  constexpr std::chrono::milliseconds kPatience{100};
  write_all(STDERR_FILENO, text, Patience(kPatience));
}

void take_write_errors_as_values() {
  keep_standard_streams_closed();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace weir::wire
