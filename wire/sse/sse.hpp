// Server-sent events, to the letter of WHATWG HTML section 9.2.6 "Interpreting an event stream"
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
//
// The decoder takes bytes as they come, split anywhere, and returns what they mean: events, comments, retry fields,
// and *oddities*: things that a browser forgives and that a judge wants to name. It knows no socket, clock or log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::wire {

struct SseEvent {
  std::string type = "message";  ///< The `event` field; "message" where there was none.
  std::string data;              ///< `data` lines joined by LF, without the last LF.
  std::string last_event_id;     ///< The id in force when the event was dispatched (it sticks from earlier events).
  bool has_id = false;           ///< Whether this very event carried an `id` field.
  std::uint64_t begin = 0;       ///< Offset in the stream of the first byte of the event's first line.
  std::uint64_t end = 0;         ///< Offset just after the byte that dispatched it: of CRLF, the CR.
  bool operator==(const SseEvent&) const = default;
};

struct SseComment {
  std::string text;  ///< Without the colon, and without one space after it.
  std::uint64_t begin = 0;
  bool operator==(const SseComment&) const = default;
};

struct SseRetry {
  std::uint64_t milliseconds = 0;
  std::uint64_t begin = 0;
  bool operator==(const SseRetry&) const = default;
};

enum class SseOddityKind {
  byte_order_mark,     ///< A BOM at the start of the stream (allowed, and dropped).
  mixed_line_endings,  ///< More than one of LF, CRLF, CR in one stream (noted once).
  invalid_utf8,        ///< Bytes that are not UTF-8; decoded as U+FFFD.
  id_with_nul,         ///< An `id` with U+0000 is ignored.
  retry_not_digits,    ///< A `retry` that is not ASCII digits only is ignored.
  retry_overflow,      ///< A `retry` beyond 2^53 ms; ignored.
  unknown_field,       ///< A field name that the standard does not know; ignored.
  event_without_data,  ///< A blank line after `event` or `id` without `data`: nothing is dispatched.
  unterminated_event,  ///< The stream ended inside an event: it is discarded (only from finish()).
  line_too_long,       ///< limits::kSseLineBytes; the rest of the line is dropped. An `id` beyond
                       ///< limits::kSseIdBytes is dropped whole, and none is in force after it.
  event_too_big,       ///< limits::kSseEventBytes; the event is dropped.
};
std::string_view to_string(SseOddityKind kind);

struct SseOddity {
  SseOddityKind kind{};
  std::uint64_t offset = 0;
  std::string excerpt;  ///< At most 80 bytes of the line, made printable.
  bool operator==(const SseOddity&) const = default;
};

using SseItem = std::variant<SseEvent, SseComment, SseRetry, SseOddity>;

/// Incremental decoder of one stream. Memory is bounded by limits.hpp; an idle decoder between events owns no buffer.
class SseDecoder {
 public:
  /// Decodes `bytes`, appending what they complete to `out` in stream order.
  void feed(std::string_view bytes, std::vector<SseItem>& out);
  /// The stream has ended: reports an unterminated event. The decoder must not be fed again.
  void finish(std::vector<SseItem>& out);

  std::uint64_t offset() const { return offset_; }
  /// What a reconnect sends as Last-Event-ID: the id as of the last blank line.
  const std::string& last_event_id() const WEIR_LIFETIME_BOUND { return last_event_id_; }
  /// Oddities seen beyond limits::kSseOddities, which were not handed out.
  std::uint64_t dropped_oddities() const { return dropped_oddities_; }
  /// Heap bytes held for an unfinished line or event; none between events.
  std::size_t pending_bytes() const;

 private:
  /// A line that has begun, and the fields since the last blank line. On the heap only while a feed ends inside.
  struct Pending {
    std::string line;
    std::uint64_t line_begin = 0;
    bool line_cut = false;  // It is beyond limits::kSseLineBytes.

    std::string data;  // With the LF after each line.
    std::string type;
    std::string id;
    std::uint64_t begin = 0;
    bool has_fields = false;  // Any field, known or not.
    bool has_type = false;
    bool has_id = false;
    bool too_big = false;

    bool empty() const { return line.empty() && !has_fields; }
    bool holds_event() const { return !data.empty() || has_type || has_id || too_big; }
  };
  using Items = std::vector<SseItem>;

  void begin_line_text(std::string_view text, Pending& pending, Items& out);
  void end_line(std::string_view text, Pending& pending, Items& out);
  void read_line(std::string_view line, std::uint64_t begin, bool cut, Pending& pending, Items& out);
  void read_field(std::string_view line, std::uint64_t begin, Pending& pending, Items& out);
  void read_data(std::string_view line, std::string_view value, Pending& pending, Items& out);
  void read_retry(std::string_view line, std::string_view value, std::uint64_t begin, Items& out);
  void dispatch(std::uint64_t end, Pending& pending, Items& out);
  void see_ending(std::uint8_t ending, std::uint64_t offset, Items& out);
  void note(SseOddityKind kind, std::uint64_t offset, std::string_view line, Items& out);

  std::uint64_t offset_ = 0;
  std::uint64_t dropped_oddities_ = 0;
  std::string last_event_id_;
  std::unique_ptr<Pending> pending_;
  std::uint8_t oddities_ = 0;
  std::uint8_t endings_ = 0;  // The kinds of line ending seen, a bit each.
  bool after_cr_ = false;     // The last byte was CR: an LF now belongs to it.
  bool past_first_line_ = false;
};

enum class LineEnding { lf, crlf, cr };

/// The bytes of one event; decode(encode(x)) == x for every event whose data, type and id are UTF-8 and hold no CR
/// (and, for type and id, no LF; for id, no NUL). A type of "message" writes no `event` line, `id` is written if
/// `has_id`. What cannot be encoded never breaks out of its line: CR in data becomes LF, CR and LF in type and id are
/// left out.
std::string encode(const SseEvent& event, LineEnding ending = LineEnding::lf);
/// One line for each line of the text; no blank line, as for retry.
std::string encode_comment(std::string_view text, LineEnding ending = LineEnding::lf);
std::string encode_retry(std::uint64_t milliseconds, LineEnding ending = LineEnding::lf);

}  // namespace weir::wire
