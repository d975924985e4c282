// What a journal is read from, from its beginning to its end: bytes in memory, or a file, of which no more is held than
// a block or a record, as a night's journal is larger than the machine that renders it may be.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/base/descriptor.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::reports::load {

/// A copy reads by itself, from where this one is.
class JournalBytes {
 public:
  // Not explicit: whoever has the bytes has the journal. They outlive it.
  JournalBytes(std::string_view bytes WEIR_LIFETIME_BOUND) : lent_(bytes) {}
  JournalBytes(const std::string& bytes WEIR_LIFETIME_BOUND) : lent_(bytes) {}
  JournalBytes(const char* bytes WEIR_LIFETIME_BOUND) : lent_(bytes) {}
  static JournalBytes owned(std::string bytes) {
    JournalBytes out;
    out.block_ = std::move(bytes);
    return out;
  }
  /// nullopt where the path names no regular file that can be read and begins as a journal does.
  static std::optional<JournalBytes> of_file(const std::string& path);

  /// So many bytes from here, fewer only before the end. Valid until the next call.
  std::string_view front(std::size_t size) WEIR_LIFETIME_BOUND;
  /// With the whole record that begins here, where there is one.
  std::string_view record() WEIR_LIFETIME_BOUND;
  void skip(std::size_t size) { at_ += size; }  ///< No more than front() or record() gave.
  /// Why the file could not be read on; empty where it could.
  const std::string& problem() const WEIR_LIFETIME_BOUND { return problem_; }

 private:
  JournalBytes() = default;
  explicit JournalBytes(std::shared_ptr<const wire::Descriptor> file) : file_(std::move(file)) {}
  std::string_view held() const WEIR_LIFETIME_BOUND { return lent_.empty() ? std::string_view(block_) : lent_; }

  std::string_view lent_;
  std::string block_;                             ///< Of the file; all of it, where there is none.
  std::shared_ptr<const wire::Descriptor> file_;  ///< Read by position, so that copies can share it.
  off_t next_ = 0;                                ///< In the file, behind the block.
  std::size_t at_ = 0;                            ///< In what is held.
  std::string problem_;
};

}  // namespace weir::reports::load
