// Server-sent events for streams held by the thousand: the same events as SseDecoder (WHATWG HTML section 9.2.6), as
// views that live until the call returns, without a string or an allocation per event and with eight bytes of state per
// stream. What lies unfinished between two reads goes into a buffer lent by a SseCarries, which all scans of a thread
// share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::wire {

struct SseEventView {
  std::string_view type;  ///< Empty where there was no `event` field: "message".
  std::string_view data;  ///< Lines joined by LF.
  std::string_view id;    ///< Of this very event; see has_id.
  bool has_id = false;
};

/// Buffers for unfinished lines and events; as many as streams are cut mid-event right now. Freed buffers are kept for
/// reuse up to a bound in bytes.
class SseCarries {
 public:
  SseCarries();
  SseCarries(const SseCarries&) = delete;
  SseCarries& operator=(const SseCarries&) = delete;
  ~SseCarries();
  std::size_t lent() const;
  std::size_t bytes() const;

 private:
  friend class SseScan;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a scan hands out; only the functions that matter are overridden. Order is the stream's.
class SseSink {
 public:
  virtual void event(const SseEventView& event) = 0;
  virtual void comment(std::string_view) {}
  virtual void retry(std::uint64_t /*milliseconds*/) {}

 protected:
  ~SseSink() = default;
};

class SseScan {
 public:
  /// False when a line or an event went beyond `limits::kLoadEventBytes`: the stream is not worth reading on.
  bool feed(std::string_view bytes, SseCarries& carries, SseSink& sink);
  /// The stream is gone: gives its buffer back. To be called before the scan is dropped.
  void release(SseCarries& carries);
  bool holds_buffer() const { return carry_ != 0; }

 private:
  std::uint32_t carry_ = 0;  // 1 + index of the lent buffer.
  std::uint8_t flags_ = 0;
};
static_assert(sizeof(SseScan) == 8);

}  // namespace weir::wire
