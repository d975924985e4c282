#include "wire/http/chunked.hpp"

#include <algorithm>

#include "wire/base/limits.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {
namespace {

constexpr std::uint32_t kPlainSizeDigits = 8;  // A wider size that begins with zeros is worth a note.

int hex_digit(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

/// RFC 9110 section 5.6.2.
bool is_token_character(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// HTAB, SP, VCHAR and obs-text: what field values and quoted strings are made of.
bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }

}  // namespace

Result<std::size_t> ChunkedDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::done && state_ != State::failed) {
    if (state_ != State::data) {
      step(bytes[at]);
      if (state_ == State::failed) { break; }
      ++at;
      ++offset_;
      continue;
    }
    const std::string_view part =
        bytes.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at)));
    body.append(part);
    at += part.size();
    offset_ += part.size();
    left_ -= part.size();
    if (left_ == 0) { state_ = State::data_cr; }
  }
  if (error_) { return tl::unexpected<Error>(*error_); }
  return at;
}

void ChunkedDecoder::step(char byte) {
  switch (state_) {
    case State::size:
      return step_size(byte);
    case State::extension:
    case State::extension_start:
    case State::extension_name:
    case State::extension_equals:
      return step_extension(byte);
    case State::value_start:
    case State::value_token:
    case State::value_quoted:
    case State::value_escape:
    case State::value_end:
      return step_value(byte);
    case State::size_lf:
      expect('\n', byte, left_ == 0 ? State::trailer : State::data, "LF after the chunk size line");
      line_bytes_ = 0;
      return;
    case State::data_cr:
      return expect('\r', byte, State::data_lf, "CR after the chunk data");
    case State::data_lf:
      expect('\n', byte, State::size, "LF after the chunk data");
      if (state_ == State::size) { ++chunks_; }
      return;
    case State::trailer:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_lf:
    case State::final_lf:
      return step_trailer(byte);
    case State::data:
    case State::done:
    case State::failed:
      return;
  }
}

void ChunkedDecoder::step_size(char byte) {
  if (const int digit = hex_digit(byte); digit >= 0) {
    if (++line_bytes_ > limits::kChunkLineBytes) {
      return refuse(ErrorCode::limit_exceeded, "the chunk-size line is too long");
    }
    if (line_bytes_ == 1) { left_ = 0; }
    if (left_ >> 60 != 0) { return refuse(ErrorCode::malformed_framing, "the chunk size does not fit 64 bits"); }
    if (line_bytes_ == 1) { padded_ = digit == 0; }
    left_ = (left_ << 4) | static_cast<std::uint64_t>(digit);
    if (padded_ && line_bytes_ > kPlainSizeDigits) { note(kPadding, "padded chunk size"); }
    return;
  }
  if (line_bytes_ == 0) { return refuse(byte, "a hexadecimal chunk size"); }
  end_of_size_line(byte);
}

/// After the size, an extension's name or a value: what may follow each of them.
void ChunkedDecoder::end_of_size_line(char byte) {
  if (byte == '\r') {
    state_ = State::size_lf;
  } else if (byte == ';') {
    note(kExtension, "chunk extension");
    state_ = State::extension_start;
  } else if (is_blank(byte)) {
    note(kSpace, "white space before chunk extension");
    state_ = State::extension;
  } else {
    refuse(byte, "CRLF after the chunk size");
  }
}

void ChunkedDecoder::step_extension(char byte) {
  if (++line_bytes_ > limits::kChunkLineBytes) {
    return refuse(ErrorCode::limit_exceeded, "the chunk-size line is too long");
  }
  if (state_ == State::extension) {
    if (is_blank(byte)) { return; }
    // RFC 9112 section 7.1.1: white space belongs to an extension; without one it is an error.
    if (byte != ';') { return refuse(byte, "';' after white space in the chunk-size line"); }
    return end_of_size_line(byte);
  }
  if (is_token_character(byte) && state_ != State::extension_equals) {
    state_ = State::extension_name;
  } else if (state_ == State::extension_start) {
    if (!is_blank(byte)) { refuse(byte, "the name of a chunk extension"); }
  } else if (byte == '=') {
    state_ = State::value_start;
  } else if (is_blank(byte)) {
    state_ = State::extension_equals;
  } else if (state_ == State::extension_name || byte == ';') {
    end_of_size_line(byte);
  } else {
    refuse(byte, "'=' or ';' after white space in a chunk extension");
  }
}

void ChunkedDecoder::step_value(char byte) {
  if (++line_bytes_ > limits::kChunkLineBytes) {
    return refuse(ErrorCode::limit_exceeded, "the chunk-size line is too long");
  }
  if (state_ == State::value_escape) {
    if (!is_text(byte)) { return refuse(byte, "a character after '\\' in a quoted string"); }
    state_ = State::value_quoted;
  } else if (state_ == State::value_quoted) {
    if (!is_text(byte)) { return refuse(byte, "the closing '\"' of a quoted string"); }
    if (byte == '\\') { state_ = State::value_escape; }
    if (byte == '"') { state_ = State::value_end; }
  } else if (state_ == State::value_start) {
    if (is_blank(byte)) { return; }
    if (byte == '"') {
      state_ = State::value_quoted;
    } else if (is_token_character(byte)) {
      state_ = State::value_token;
    } else {
      refuse(byte, "the value of a chunk extension");
    }
  } else if (state_ == State::value_end || !is_token_character(byte)) {
    end_of_size_line(byte);
  }
}

/// RFC 9112 section 7.1.2: field lines without obsolete folding, then a blank line.
void ChunkedDecoder::step_trailer(char byte) {
  if (++line_bytes_ > limits::kTrailerBytes) {
    return refuse(ErrorCode::limit_exceeded, "the trailer section is too long");
  }
  switch (state_) {
    case State::trailer:
      if (byte == '\r') {
        state_ = State::final_lf;
      } else if (is_token_character(byte)) {
        note(kTrailer, "trailer field");
        state_ = State::trailer_name;
      } else {
        refuse(byte, "a trailer field or the CRLF that ends the body");
      }
      return;
    case State::trailer_name:
      if (byte == ':') {
        state_ = State::trailer_value;
      } else if (!is_token_character(byte)) {
        refuse(byte, "':' after the name of a trailer field");
      }
      return;
    case State::trailer_value:
      if (byte == '\r') {
        state_ = State::trailer_lf;
      } else if (!is_text(byte)) {
        refuse(byte, "CRLF after a trailer field");
      }
      return;
    case State::trailer_lf:
      return expect('\n', byte, State::trailer, "LF after a trailer field");
    default:
      return expect('\n', byte, State::done, "LF at the end of the body");
  }
}

void ChunkedDecoder::expect(char due, char byte, State next, std::string_view where) {
  if (byte != due) { return refuse(byte, where); }
  state_ = next;
}

void ChunkedDecoder::note(Noted kind, std::string_view what) {
  if ((noted_ & kind) != 0) { return; }
  noted_ = static_cast<std::uint8_t>(noted_ | kind);
  notes_.push_back({std::string(what), offset_});
}

void ChunkedDecoder::refuse(char byte, std::string_view due) {
  refuse(ErrorCode::malformed_framing, fmt::format("'{}' at byte {} of the chunked body, where {} was due",
                                                   excerpt(std::string_view(&byte, 1)), offset_, due));
}

void ChunkedDecoder::refuse(ErrorCode code, std::string detail) {
  error_ = std::make_shared<const Error>(Error{code, std::move(detail), offset_});
  state_ = State::failed;
}

std::string encode_chunk(std::string_view data) {
  return data.empty() ? std::string() : fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

}  // namespace weir::wire
