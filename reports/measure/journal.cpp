#include "reports/measure/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "reports/measure/journal_record.hpp"

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

tl::expected<JournalWriter, std::string> JournalWriter::create(const std::string& path, const JournalHead& head) {
  JournalWriter writer;
  writer.path_ = path;
  // A device or a pipe is taken as it is; a regular file must be new.
  writer.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (writer.fd_ < 0 && errno == EEXIST && path.starts_with("/dev/")) {
    writer.fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  }
  if (writer.fd_ < 0) {
    if (errno == EEXIST) {
      return tl::unexpected(fmt::format("{} exists; a journal is never overwritten, name another file", path));
    }
    return tl::unexpected(fmt::format("cannot create the journal {}: {}", path, std::strerror(errno)));
  }
  const std::string first = std::string(kJournalMagic) + framed(RecordKind::head, payload_of(head), {});
  if (auto written = writer.write_all(first); !written) { return tl::unexpected(written.error()); }
  return writer;
}

tl::expected<void, std::string> JournalWriter::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    // A signal may come in between, and a pipe takes what it has room for.
    const auto written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written <= 0) {
      const std::string why = written < 0 ? std::strerror(errno) : "the file takes no more bytes";
      ::close(std::exchange(fd_, -1));
      return tl::unexpected(fmt::format("the journal {} ends here: {}", path_, why));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
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
