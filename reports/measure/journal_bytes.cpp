#include "reports/measure/journal_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "reports/measure/journal_record.hpp"
#include "wire/base/bytes.hpp"

namespace weir::reports::load {
namespace {

constexpr std::size_t kBlockBytes = 64 * 1024;  // Ten thousand shards are read side by side.

}  // namespace

std::optional<JournalBytes> JournalBytes::of_file(const std::string& path) {
  // Not to wait for the other end of a pipe.
  auto file = std::make_shared<wire::Descriptor>(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) { return std::nullopt; }
  JournalBytes bytes(std::move(file));
  return is_journal(bytes.front(kJournalName.size())) ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string_view JournalBytes::front(std::size_t size) {
  if (file_ && block_.size() - at_ < size && problem_.empty()) {
    block_.erase(0, at_);
    at_ = 0;
    std::size_t filled = block_.size();
    block_.resize(std::max(size, kBlockBytes));
    while (filled < block_.size()) {
      const ssize_t count = ::pread(file_->get(), &block_[filled], block_.size() - filled, next_);
      if (count < 0 && errno == EINTR) { continue; }
      if (count < 0) { problem_ = std::strerror(errno); }
      if (count <= 0) { break; }
      filled += static_cast<std::size_t>(count);
      next_ += count;
    }
    block_.resize(filled);
  }
  return held().substr(at_, size);
}

std::string_view JournalBytes::record() {
  std::string_view head = front(kRecordFrameBytes);
  std::uint32_t size = 0;
  const bool is_whole = wire::take_u32(head, size) && size <= limits::kRecordBytes;
  return front(kRecordFrameBytes + (is_whole ? size : 0));
}

}  // namespace weir::reports::load
