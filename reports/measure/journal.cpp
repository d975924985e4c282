#include "reports/measure/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "reports/measure/journal_record.hpp"
#include "wire/base/files.hpp"

namespace weir::reports::load {

JournalWriter::JournalWriter(JournalWriter&& other) noexcept { *this = std::move(other); }

JournalWriter& JournalWriter::operator=(JournalWriter&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

JournalWriter::~JournalWriter() {
  if (fd_ >= 0) { ::close(fd_); }
}

namespace {

tl::unexpected<std::string> exists(const std::string& path) {
  return tl::unexpected(fmt::format("{} exists; a journal is never overwritten, name another file", path));
}

/// A device or a pipe is taken as it is; a regular file must be new.
bool is_device(std::string_view path) { return path.starts_with("/dev/"); }

}  // namespace

tl::expected<void, std::string> JournalWriter::prove_creatable(const std::string& path) {
  struct stat status{};
  if (!is_device(path) && ::lstat(path.c_str(), &status) == 0) { return exists(path); }
  return wire::prove_writable(path);
}

tl::expected<JournalWriter, std::string> JournalWriter::create(const std::string& path, const JournalHead& head) {
  JournalWriter writer;
  writer.path_ = path;
  writer.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (writer.fd_ < 0 && errno == EEXIST && is_device(path)) {
    writer.fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  }
  if (writer.fd_ < 0) {
    if (errno == EEXIST) { return exists(path); }
    return tl::unexpected(fmt::format("cannot create the journal {}: {}", path, std::strerror(errno)));
  }
  const std::string first = std::string(kJournalMagic) + framed(RecordKind::head, payload_of(head), {});
  if (auto written = writer.write_all(first); !written) { return tl::unexpected(written.error()); }
  return writer;
}

tl::expected<void, std::string> JournalWriter::write_all(std::string_view bytes) {
  const auto written = wire::write_to(fd_, bytes);
  if (written) { return {}; }
  ::close(std::exchange(fd_, -1));
  return tl::unexpected(fmt::format("the journal {} ends here: {}", path_, written.error()));
}

tl::expected<void, std::string> JournalWriter::write_record(RecordKind kind, std::string_view payload) {
  if (fd_ < 0) { return {}; }
  buffer_ = framed(kind, payload, std::move(buffer_));
  return write_all(buffer_);
}

tl::expected<void, std::string> JournalWriter::append(const Snapshot& snapshot) {
  return write_record(RecordKind::second, payload_of(snapshot));
}

tl::expected<void, std::string> JournalWriter::append(const PhaseInfo& begun) {
  return write_record(RecordKind::phase, payload_of(begun));
}

tl::expected<void, std::string> JournalWriter::append(const Incident& incident) {
  return write_record(RecordKind::incident, payload_of(incident));
}

tl::expected<void, std::string> JournalWriter::append_invalid(const Incident& why) {
  return write_record(RecordKind::invalid, payload_of(why));
}

tl::expected<void, std::string> JournalWriter::append(const SearchStep& judged) {
  return write_record(RecordKind::judged, payload_of(judged));
}

tl::expected<void, std::string> JournalWriter::append(const Closing& closing) {
  return write_record(RecordKind::closing, payload_of(closing));
}

tl::expected<void, std::string> JournalWriter::finish(bool interrupted) {
  auto written = write_record(RecordKind::end, interrupted ? "i" : "");
  if (fd_ >= 0) { ::close(std::exchange(fd_, -1)); }
  return written;
}

}  // namespace weir::reports::load
