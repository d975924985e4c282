#include "wire/sse/sse.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "wire/base/limits.hpp"
#include "wire/base/utf8.hpp"
#include "wire/json/json.hpp"
#include "wire/sse/lines.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kExcerptBytes = 80;
static_assert(limits::kSseOddities <= 255, "counted in a byte");

enum Ending : std::uint8_t { kLf = 1, kCrLf = 2, kCr = 4 };

/// A cut at the line limit may split a code point, which is not the endpoint's mistake.
std::string_view without_split_code_point(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const std::string_view tail = text.substr(text.size() - back);
    if ((static_cast<unsigned char>(tail[0]) & 0xC0) == 0x80) {
      continue;  // A continuation: look for its lead.
    }
    const Utf8Step step = decode_utf8(tail);
    const bool lead = static_cast<unsigned char>(tail[0]) >= 0xC2;
    return lead && !step.valid && step.length == back ? text.substr(0, text.size() - back) : text;
  }
  return text;
}

std::string_view bytes_of(LineEnding ending) {
  if (ending == LineEnding::crlf) { return "\r\n"; }
  return ending == LineEnding::cr ? "\r" : "\n";
}

void append_line(std::string_view name, std::string_view value, LineEnding ending, std::string& out) {
  out.append(name).append(":");
  if (!value.empty()) { out.append(" ").append(value); }
  out.append(bytes_of(ending));
}

/// One line for each line of the value, whatever its line ends are.
void append_lines(std::string_view name, std::string_view value, LineEnding ending, std::string& out) {
  LineEnds ends(value);
  for (std::size_t at = 0;;) {
    const std::size_t end = ends.next(at);
    append_line(name, value.substr(at, end - at), ending, out);
    if (end == value.size()) { return; }
    at = end + (value.substr(end).starts_with("\r\n") ? 2 : 1);
  }
}

std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
  return line;
}

}  // namespace

void SseDecoder::feed(std::string_view bytes, Items& out) {
  Pending local;
  Pending& pending = pending_ ? *pending_ : local;
  LineEnds ends(bytes);
  for (std::size_t at = 0; at < bytes.size();) {
    if (after_cr_) {
      after_cr_ = false;
      see_ending(bytes[at] == '\n' ? kCrLf : kCr, offset_ - 1, out);
      if (bytes[at] == '\n') {
        ++at;
        ++offset_;
        continue;
      }
    }
    const std::size_t end = ends.next(at);
    const std::string_view text = bytes.substr(at, end - at);
    if (end == bytes.size()) {
      begin_line_text(text, pending, out);
      break;
    }
    end_line(text, pending, out);
    after_cr_ = bytes[end] == '\r';
    if (!after_cr_) { see_ending(kLf, offset_ - 1, out); }
    at = end + 1;
  }
  if (pending.empty()) {
    pending_.reset();
  } else if (!pending_) {
    pending_ = std::make_unique<Pending>(std::move(local));
  }
}

void SseDecoder::finish(Items& out) {
  if (after_cr_) { see_ending(kCr, offset_ - 1, out); }
  after_cr_ = false;
  if (!pending_) { return; }
  const std::unique_ptr<Pending> pending = std::move(pending_);
  std::string_view line = pending->line;
  if (!past_first_line_ && line.starts_with(kByteOrderMark)) {
    note(SseOddityKind::byte_order_mark, 0, line, out);
    line.remove_prefix(kByteOrderMark.size());
  }
  const bool inside_comment_or_nothing = line.empty() || line.starts_with(':');
  if (pending->holds_event()) {
    note(SseOddityKind::unterminated_event, pending->begin, line.empty() ? pending->data : line, out);
  } else if (!inside_comment_or_nothing) {
    note(SseOddityKind::unterminated_event, pending->line_begin, line, out);
  }
}

std::size_t SseDecoder::pending_bytes() const {
  if (!pending_) { return 0; }
  return sizeof(Pending) + pending_->line.capacity() + pending_->data.capacity() + pending_->type.capacity() +
         pending_->id.capacity();
}

/// The start, or a further part, of a line whose end is not there yet.
void SseDecoder::begin_line_text(std::string_view text, Pending& pending, Items& out) {
  if (pending.line.empty()) { pending.line_begin = offset_; }
  offset_ += text.size();
  const std::size_t room = limits::kSseLineBytes - pending.line.size();
  pending.line.append(text.substr(0, room));
  if (text.size() <= room || pending.line_cut) { return; }
  pending.line_cut = true;
  note(SseOddityKind::line_too_long, pending.line_begin, pending.line, out);
}

/// The last part of a line; one byte of line ending follows.
void SseDecoder::end_line(std::string_view text, Pending& pending, Items& out) {
  const bool whole = pending.line.empty();
  if (whole && text.size() <= limits::kSseLineBytes) {  // Nearly every line: read in place.
    const std::uint64_t begin = offset_;
    offset_ += text.size() + 1;
    read_line(text, begin, false, pending, out);
    return;
  }
  begin_line_text(text, pending, out);
  ++offset_;
  const std::string line = std::exchange(pending.line, {});
  read_line(line, pending.line_begin, std::exchange(pending.line_cut, false), pending, out);
}

void SseDecoder::read_line(std::string_view line, std::uint64_t begin, bool cut, Pending& pending, Items& out) {
  if (!past_first_line_ && line.starts_with(kByteOrderMark)) {
    note(SseOddityKind::byte_order_mark, begin, line, out);
    line.remove_prefix(kByteOrderMark.size());
    begin += kByteOrderMark.size();
  }
  past_first_line_ = true;
  if (cut) { line = without_split_code_point(line); }
  if (line.empty()) { return dispatch(offset_, pending, out); }

  // A line can be decoded on its own: CR, LF, colon and space are no part of any longer sequence.
  std::string repaired;
  if (const std::optional<std::size_t> bad = find_invalid_utf8(line)) {
    note(SseOddityKind::invalid_utf8, begin + *bad, line, out);
    append_lossy_utf8(line, repaired);
    line = repaired;
  }
  if (!line.starts_with(':')) { return read_field(line, begin, pending, out); }
  line.remove_prefix(line.starts_with(": ") ? 2 : 1);
  out.emplace_back(SseComment{std::string(line), begin});
}

void SseDecoder::read_field(std::string_view line, std::uint64_t begin, Pending& pending, Items& out) {
  if (!pending.has_fields) { pending.begin = begin; }
  pending.has_fields = true;
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) { value.remove_prefix(1); }
  if (name == "data") {
    read_data(line, value, pending, out);
  } else if (name == "event") {
    pending.type = value;
    pending.has_type = true;
  } else if (name == "id") {
    if (value.find('\0') != std::string_view::npos) { return note(SseOddityKind::id_with_nul, begin, line, out); }
    // Who cannot keep an id forgets the one before as well: to resume after that one would be wrong.
    const bool kept = value.size() <= limits::kSseIdBytes;
    if (!kept) { note(SseOddityKind::line_too_long, begin, line, out); }
    pending.id = kept ? value : std::string_view();
    pending.has_id = true;
  } else if (name == "retry") {
    read_retry(line, value, begin, out);
  } else {
    note(SseOddityKind::unknown_field, begin, line, out);
  }
}

void SseDecoder::read_data(std::string_view line, std::string_view value, Pending& pending, Items& out) {
  if (pending.too_big) { return; }
  if (pending.data.size() + value.size() + 1 > limits::kSseEventBytes) {
    pending.too_big = true;
    std::string().swap(pending.data);
    return note(SseOddityKind::event_too_big, pending.begin, line, out);
  }
  pending.data.append(value).push_back('\n');
}

void SseDecoder::read_retry(std::string_view line, std::string_view value, std::uint64_t begin, Items& out) {
  const bool digits =
      !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) { return note(SseOddityKind::retry_not_digits, begin, line, out); }
  std::uint64_t milliseconds = 0;
  const std::from_chars_result read = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
  if (read.ec != std::errc() || milliseconds > kLongestRetryMs) {
    return note(SseOddityKind::retry_overflow, begin, line, out);
  }
  out.emplace_back(SseRetry{milliseconds, begin});
}

/// WHATWG HTML section 9.2.6, "dispatch the event": the id takes effect even where nothing is dispatched.
void SseDecoder::dispatch(std::uint64_t end, Pending& pending, Items& out) {
  if (!pending.has_fields) { return; }
  if (pending.has_id) { last_event_id_ = std::move(pending.id); }
  if (!pending.data.empty()) {
    pending.data.pop_back();
    if (pending.type.empty()) { pending.type = "message"; }
    out.emplace_back(
        SseEvent{std::move(pending.type), std::move(pending.data), last_event_id_, pending.has_id, pending.begin, end});
  } else if (!pending.too_big && (pending.has_type || pending.has_id)) {
    const std::string field = pending.has_type ? "event: " + pending.type : "id: " + last_event_id_;
    note(SseOddityKind::event_without_data, pending.begin, field, out);
  }
  pending = Pending{};
}

void SseDecoder::see_ending(std::uint8_t ending, std::uint64_t offset, Items& out) {
  const bool first_of_second_kind = endings_ == kLf || endings_ == kCrLf || endings_ == kCr;
  if (first_of_second_kind && endings_ != ending) {
    const std::string_view shown = ending == kLf ? "\n" : ending == kCr ? "\r" : "\r\n";
    note(SseOddityKind::mixed_line_endings, offset, shown, out);
  }
  endings_ |= ending;
}

void SseDecoder::note(SseOddityKind kind, std::uint64_t offset, std::string_view line, Items& out) {
  if (oddities_ == limits::kSseOddities) {
    ++dropped_oddities_;
    return;
  }
  ++oddities_;
  out.emplace_back(SseOddity{kind, offset, excerpt(line, kExcerptBytes)});
}

std::string_view to_string(SseOddityKind kind) {
  switch (kind) {
    case SseOddityKind::byte_order_mark:
      return "byte_order_mark";
    case SseOddityKind::mixed_line_endings:
      return "mixed_line_endings";
    case SseOddityKind::invalid_utf8:
      return "invalid_utf8";
    case SseOddityKind::id_with_nul:
      return "id_with_nul";
    case SseOddityKind::retry_not_digits:
      return "retry_not_digits";
    case SseOddityKind::retry_overflow:
      return "retry_overflow";
    case SseOddityKind::unknown_field:
      return "unknown_field";
    case SseOddityKind::event_without_data:
      return "event_without_data";
    case SseOddityKind::unterminated_event:
      return "unterminated_event";
    case SseOddityKind::line_too_long:
      return "line_too_long";
    case SseOddityKind::event_too_big:
      return "event_too_big";
  }
  return "unknown";
}

std::string encode(const SseEvent& event, LineEnding ending) {
  std::string out;
  out.reserve(event.data.size() + event.type.size() + event.last_event_id.size() + 32);
  if (event.has_id) { append_line("id", on_one_line(event.last_event_id), ending, out); }
  if (event.type != "message") { append_line("event", on_one_line(event.type), ending, out); }
  append_lines("data", event.data, ending, out);
  return out.append(bytes_of(ending));
}

std::string encode_comment(std::string_view text, LineEnding ending) {
  std::string out;
  append_lines("", text, ending, out);
  return out;
}

std::string encode_retry(std::uint64_t milliseconds, LineEnding ending) {
  std::string out;
  append_line("retry", std::to_string(milliseconds), ending, out);
  return out;
}

}  // namespace weir::wire
