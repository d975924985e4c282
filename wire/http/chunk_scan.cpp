#include "wire/http/chunk_scan.hpp"

#include <algorithm>
#include <array>

#include "wire/base/limits.hpp"

namespace weir::wire {
namespace {

enum Class : std::uint8_t { kToken = 1, kBlank = 2, kText = 4, kHex = 8 };

/// RFC 9110 section 5.6.2 and what field values are made of, one byte for each byte.
constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool digit = byte >= '0' && byte <= '9';
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool mark = c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos;
    unsigned is = 0;
    if (digit || letter || mark) { is |= kToken; }
    if (byte == ' ' || byte == '\t') { is |= kBlank; }
    if (byte == '\t' || (c >= 0x20 && c != 0x7F)) { is |= kText; }
    if (digit || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F')) { is |= kHex; }
    classes[c] = static_cast<std::uint8_t>(is);
  }
  return classes;
}();

bool is(Class wanted, char byte) { return (kClasses[static_cast<unsigned char>(byte)] & wanted) != 0; }

std::uint64_t hex_value(char digit) {
  const auto byte = static_cast<unsigned char>(digit);
  return (byte & 0xFU) + (byte >> 6) * 9U;
}

}  // namespace

ChunkScan::Status ChunkScan::next(std::string_view& bytes, std::string_view& piece) {
  while (!bytes.empty() && state_ < State::done) {
    if (state_ == State::data) {
      piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      bytes.remove_prefix(piece.size());
      left_ -= piece.size();
      if (left_ == 0) { state_ = State::data_cr; }
      return Status::data;
    }
    if (state_ == State::data_cr && bytes.starts_with("\r\n")) {
      state_ = State::size;
      bytes.remove_prefix(2);
      continue;
    }
    if (state_ == State::size && line_bytes_ == 0 && take_plain_size(bytes)) { continue; }
    state_ = after(bytes.front());
    if (state_ == State::failed) { break; }
    bytes.remove_prefix(1);
  }
  if (state_ == State::failed) { return Status::malformed; }
  return state_ == State::done ? Status::done : Status::more;
}

/// Nearly every chunk: a few digits and CRLF, whole in the read, then data.
bool ChunkScan::take_plain_size(std::string_view& bytes) {
  constexpr std::size_t kMostDigits = 8;
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < bytes.size() && digits < kMostDigits && is(kHex, bytes[digits]); ++digits) {
    size = (size << 4) | hex_value(bytes[digits]);
  }
  if (size == 0 || !bytes.substr(digits).starts_with("\r\n")) { return false; }
  bytes.remove_prefix(digits + 2);
  left_ = size;
  state_ = State::data;
  return true;
}

ChunkScan::State ChunkScan::after(char byte) {
  switch (state_) {
    case State::size:
      return after_size(byte);
    case State::extension:
    case State::extension_start:
    case State::extension_name:
    case State::extension_equals:
      return ++line_bytes_ > limits::kChunkLineBytes ? State::failed : after_extension(byte);
    case State::value_start:
    case State::value_token:
    case State::value_quoted:
    case State::value_escape:
    case State::value_end:
      return ++line_bytes_ > limits::kChunkLineBytes ? State::failed : after_value(byte);
    case State::size_lf:
      line_bytes_ = 0;
      if (byte != '\n') { return State::failed; }
      return left_ == 0 ? State::trailer : State::data;
    case State::data_cr:
      return byte == '\r' ? State::data_lf : State::failed;
    case State::data_lf:
      return byte == '\n' ? State::size : State::failed;
    case State::trailer:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_lf:
    case State::final_lf:
      return ++line_bytes_ > limits::kTrailerBytes ? State::failed : after_trailer(byte);
    case State::data:
    case State::done:
    case State::failed:
      break;
  }
  return State::failed;
}

ChunkScan::State ChunkScan::after_size(char byte) {
  if (!is(kHex, byte)) { return line_bytes_ == 0 ? State::failed : end_of_size_line(byte); }
  if (++line_bytes_ > limits::kChunkLineBytes) { return State::failed; }
  if (line_bytes_ == 1) { left_ = 0; }
  if (left_ >> 60 != 0) { return State::failed; }
  left_ = (left_ << 4) | hex_value(byte);
  return State::size;
}

ChunkScan::State ChunkScan::end_of_size_line(char byte) const {
  if (byte == '\r') { return State::size_lf; }
  if (byte == ';') { return State::extension_start; }
  return is(kBlank, byte) ? State::extension : State::failed;
}

ChunkScan::State ChunkScan::after_extension(char byte) const {
  if (state_ == State::extension) {
    if (is(kBlank, byte)) { return State::extension; }
    return byte == ';' ? State::extension_start : State::failed;
  }
  if (is(kToken, byte) && state_ != State::extension_equals) { return State::extension_name; }
  if (state_ == State::extension_start) { return is(kBlank, byte) ? State::extension_start : State::failed; }
  if (byte == '=') { return State::value_start; }
  if (is(kBlank, byte)) { return State::extension_equals; }
  return state_ == State::extension_name || byte == ';' ? end_of_size_line(byte) : State::failed;
}

ChunkScan::State ChunkScan::after_value(char byte) const {
  switch (state_) {
    case State::value_escape:
      return is(kText, byte) ? State::value_quoted : State::failed;
    case State::value_quoted:
      if (byte == '\\') { return State::value_escape; }
      if (byte == '"') { return State::value_end; }
      return is(kText, byte) ? State::value_quoted : State::failed;
    case State::value_start:
      if (is(kBlank, byte)) { return State::value_start; }
      if (byte == '"') { return State::value_quoted; }
      return is(kToken, byte) ? State::value_token : State::failed;
    default:
      if (state_ == State::value_token && is(kToken, byte)) { return State::value_token; }
      return end_of_size_line(byte);
  }
}

/// RFC 9112 section 7.1.2: field lines without obsolete folding, then a blank line.
ChunkScan::State ChunkScan::after_trailer(char byte) const {
  switch (state_) {
    case State::trailer:
      if (byte == '\r') { return State::final_lf; }
      return is(kToken, byte) ? State::trailer_name : State::failed;
    case State::trailer_name:
      if (byte == ':') { return State::trailer_value; }
      return is(kToken, byte) ? State::trailer_name : State::failed;
    case State::trailer_value:
      if (byte == '\r') { return State::trailer_lf; }
      return is(kText, byte) ? State::trailer_value : State::failed;
    case State::trailer_lf:
      return byte == '\n' ? State::trailer : State::failed;
    default:
      return byte == '\n' ? State::done : State::failed;
  }
}

}  // namespace weir::wire
