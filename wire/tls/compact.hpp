// A settled TLS 1.3 connection without OpenSSL's object: its record keys, and nothing else while it waits. A record
// that has come in part, or gone out in part, lies in a buffer that is lent from the pool for that time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/tls/connections.hpp"
#include "wire/tls/received.hpp"
#include "wire/tls/record.hpp"

namespace weir::wire::tls {

class Compact {
 public:
  explicit Compact(Writes writes) : writes_(writes) {}

  /// An index; the descriptor stays the caller's.
  std::uint32_t add(int fd, const RecordKeys& keys);
  void remove(std::uint32_t index, bool notify);

  /// `input` and `buffer` have `size` bytes each, more than kRecordBytes.
  Received read(std::uint32_t index, char* input, char* buffer, std::size_t size);
  std::int64_t write(std::uint32_t index, std::string_view bytes);

  std::size_t count() const { return count_; }
  std::size_t buffers_lent() const { return lent_; }

 private:
  struct State {
    RecordKeys keys;
    int fd = -1;
    std::uint32_t in = 0;     // 1 + index of the lent buffer with the beginning of a record.
    std::uint32_t out = 0;    // The same, with the end of a record that the kernel did not take.
    std::uint16_t plain = 0;  // How many bytes of data that record carries: taken when it is out.
    Received::What ended = Received::What::nothing;
    bool owes_update = false;  // The peer asked for a KeyUpdate and the kernel did not take it yet.
  };
  static constexpr std::uint32_t kChunk = 256;

  State& at(std::uint32_t index) { return chunks_[index / kChunk][index % kChunk]; }
  std::string& borrow(std::uint32_t& handle);
  void give_back(std::uint32_t& handle);
  /// Null where each record derives it anew.
  WriteKey* write_key(std::uint32_t index) {
    return writes_ == Writes::often ? &write_keys_[index / kChunk][index % kChunk] : nullptr;
  }
  enum class Sent : std::uint8_t { whole, part, nothing, broken };
  Sent send_record(State& state, std::size_t size);
  Sent flush(State& state);
  void answer_update(std::uint32_t index);

  Writes writes_;
  RecordCodec codec_;
  std::vector<std::unique_ptr<State[]>> chunks_;
  std::vector<std::unique_ptr<WriteKey[]>> write_keys_;  // Of the same indexes.
  std::vector<std::uint32_t> unused_;
  std::vector<std::unique_ptr<std::string>> buffers_;
  std::vector<std::uint32_t> spare_;
  std::unique_ptr<char[]> record_ = std::make_unique_for_overwrite<char[]>(kRecordBytes);
  std::size_t count_ = 0;
  std::size_t lent_ = 0;
};

}  // namespace weir::wire::tls
