#include "wire/sse/sse_scan.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "wire/base/limits.hpp"
#include "wire/sse/lines.hpp"

namespace weir::wire {

/// A line that has begun, and the fields since the last blank line.
struct SseCarries::Carry {
  std::string line;
  std::string type;
  std::string id;
  std::string data;
  bool has_type = false;
  bool has_id = false;
  bool has_data = false;
  std::size_t counted = 0;  // Of what is used, in used_bytes_.

  std::size_t used() const { return line.size() + type.size() + id.size() + data.size(); }
  std::size_t bytes() const { return line.capacity() + type.capacity() + id.capacity() + data.capacity(); }
  void clear() {
    line.clear();
    type.clear();
    id.clear();
    data.clear();
    has_type = has_id = has_data = false;
  }
};

SseCarries::SseCarries(std::size_t most_bytes) : most_bytes_(most_bytes) {}
SseCarries::~SseCarries() = default;

std::size_t SseCarries::lent() const { return carries_.size() - spare_.size(); }

std::size_t SseCarries::bytes() const {
  std::size_t bytes = carries_.capacity() * sizeof(carries_[0]) + spare_.capacity() * sizeof(spare_[0]);
  for (const std::unique_ptr<Carry>& carry : carries_) { bytes += sizeof(Carry) + carry->bytes(); }
  return bytes;
}

std::uint32_t SseCarries::lend() {
  if (spare_.empty()) {
    carries_.push_back(std::make_unique<Carry>());
    spare_.reserve(carries_.capacity());
    return static_cast<std::uint32_t>(carries_.size());
  }
  const std::uint32_t carry = spare_.back();
  spare_.pop_back();
  spare_bytes_ -= at(carry).bytes();
  return carry;
}

void SseCarries::give_back(std::uint32_t carry) {
  used_bytes_ -= std::exchange(at(carry).counted, 0);
  at(carry).clear();
  if (spare_bytes_ + at(carry).bytes() > limits::kLoadSpareBytes) { carries_[carry - 1] = std::make_unique<Carry>(); }
  spare_bytes_ += at(carry).bytes();
  spare_.push_back(carry);
}

bool SseCarries::bears(std::uint32_t carry) {
  const std::size_t used = at(carry).used();
  used_bytes_ += used - std::exchange(at(carry).counted, used);
  return used_bytes_ <= most_bytes_ || used <= limits::kLoadCarryShare;
}

/// The fields since the last blank line: views into the bytes being fed or, once there is a carry, into that.
struct SseScan::Block {
  std::string_view type, id, data;
  bool has_type = false;
  bool has_id = false;
  bool has_data = false;
};

class SseScan::Feed {
 public:
  Feed(SseScan& scan, SseCarries& carries, SseSink& sink) : scan_(scan), carries_(carries), sink_(sink) {
    if (scan_.carry_ == 0) { return; }
    const SseCarries::Carry& carry = carries_.at(scan_.carry_);
    block_ = {carry.type, carry.id, carry.data, carry.has_type, carry.has_id, carry.has_data};
  }

  bool run(std::string_view bytes) {
    LineEnds ends(bytes);
    for (std::size_t at = 0; at < bytes.size();) {
      if ((scan_.flags_ & kAfterCr) != 0) {
        scan_.flags_ &= static_cast<std::uint8_t>(~kAfterCr);
        if (bytes[at] == '\n') {
          ++at;
          continue;
        }
      }
      const std::size_t end = ends.next(at);
      const std::string_view text = bytes.substr(at, end - at);
      if (end == bytes.size()) { return keep(text); }
      if (!end_line(text)) { return false; }
      if (bytes[end] == '\r') { scan_.flags_ |= kAfterCr; }
      at = end + 1;
    }
    return keep({});
  }

 private:
  /// The feed ends, perhaps inside a line or an event: what is needed of it moves to a carry.
  bool keep(std::string_view text) {
    if (text.empty() && !block_.has_type && !block_.has_id && !block_.has_data) {
      if (scan_.carry_ != 0 && carries_.at(scan_.carry_).line.empty()) { scan_.release(carries_); }
      return true;
    }
    SseCarries::Carry& carry = carried();
    if (carry.line.size() + text.size() > limits::kLoadEventBytes) { return false; }
    carry.line.append(text);
    return true;
  }

  /// The carry, lent now if need be, with all of the block in it.
  SseCarries::Carry& carried() {
    if (scan_.carry_ != 0) { return carries_.at(scan_.carry_); }
    scan_.carry_ = carries_.lend();
    SseCarries::Carry& carry = carries_.at(scan_.carry_);
    carry.type.assign(block_.type);
    carry.id.assign(block_.id);
    carry.data.assign(block_.data);
    carry.has_type = block_.has_type;
    carry.has_id = block_.has_id;
    carry.has_data = block_.has_data;
    block_.type = carry.type;
    block_.id = carry.id;
    block_.data = carry.data;
    return carry;
  }

  /// The last part of a line; one byte of line ending follows.
  bool end_line(std::string_view text) {
    if (scan_.carry_ != 0 && !carries_.at(scan_.carry_).line.empty()) {
      SseCarries::Carry& carry = carries_.at(scan_.carry_);
      if (carry.line.size() + text.size() > limits::kLoadEventBytes) { return false; }
      carry.line.append(text);
      // Fields of a carried block are copied out of the line, so it may be emptied afterwards.
      const bool fine = read_line(carry.line);
      if (scan_.carry_ != 0) { carries_.at(scan_.carry_).line.clear(); }
      return fine;
    }
    return text.size() <= limits::kLoadEventBytes && read_line(text);
  }

  bool read_line(std::string_view line) {
    if ((scan_.flags_ & kPastFirstLine) == 0) {
      scan_.flags_ |= kPastFirstLine;
      if (line.starts_with(kByteOrderMark)) { line.remove_prefix(kByteOrderMark.size()); }
    }
    if (line.empty()) {
      dispatch();
      return true;
    }
    if (line.front() == ':') {
      sink_.comment(line.substr(line.starts_with(": ") ? 2 : 1));
      return true;
    }
    return read_field(line);
  }

  bool read_field(std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) { value.remove_prefix(1); }
    if (name == "data") { return add_data(value); }
    if (name == "event") {
      set(value, block_.type, block_.has_type, &SseCarries::Carry::type, &SseCarries::Carry::has_type);
    } else if (name == "id") {
      if (value.find('\0') != std::string_view::npos) { return true; }
      set(value, block_.id, block_.has_id, &SseCarries::Carry::id, &SseCarries::Carry::has_id);
    } else if (name == "retry") {
      read_retry(value);
    }
    return true;
  }

  void set(std::string_view value, std::string_view& view, bool& has, std::string SseCarries::Carry::* kept,
           bool SseCarries::Carry::* kept_has) {
    view = value;
    has = true;
    if (scan_.carry_ == 0) { return; }
    SseCarries::Carry& carry = carries_.at(scan_.carry_);
    (carry.*kept).assign(value);
    carry.*kept_has = true;
    view = carry.*kept;
  }

  bool add_data(std::string_view value) {
    if (!block_.has_data && scan_.carry_ == 0) {
      block_.data = value;
      block_.has_data = true;
      return true;
    }
    SseCarries::Carry& carry = carried();
    if (carry.data.size() + value.size() + 1 > limits::kLoadEventBytes) { return false; }
    if (carry.has_data) { carry.data.push_back('\n'); }
    carry.data.append(value);
    carry.has_data = block_.has_data = true;
    block_.data = carry.data;
    return true;
  }

  void read_retry(std::string_view value) {
    const bool digits =
        !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    std::uint64_t milliseconds = 0;
    if (!digits) { return; }
    const std::from_chars_result read = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (read.ec == std::errc() && milliseconds <= kLongestRetryMs) { sink_.retry(milliseconds); }
  }

  void dispatch() {
    if (block_.has_data) {
      sink_.event({block_.type, block_.data, block_.id, block_.has_id});
    } else if (block_.has_id) {
      sink_.id_alone(block_.id);
    }
    block_ = {};
    if (scan_.carry_ != 0) { scan_.release(carries_); }
  }

  SseScan& scan_;
  SseCarries& carries_;
  SseSink& sink_;
  Block block_;
};

bool SseScan::feed(std::string_view bytes, SseCarries& carries, SseSink& sink) {
  if ((flags_ & kFailed) != 0) { return false; }
  if (Feed(*this, carries, sink).run(bytes) && (carry_ == 0 || carries.bears(carry_))) { return true; }
  flags_ |= kFailed;
  release(carries);
  return false;
}

void SseScan::release(SseCarries& carries) {
  if (carry_ == 0) { return; }
  carries.give_back(carry_);
  carry_ = 0;
}

}  // namespace weir::wire
