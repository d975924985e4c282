// Server-sent events, to the letter of WHATWG HTML section 9.2.6 "Interpreting an event stream"
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
//
// The decoder takes bytes as they come, split anywhere, and returns what they mean: events, comments, retry fields,
// and *oddities*: things that a browser forgives and that a judge wants to name. It knows no socket, clock or log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/error.hpp"

namespace weir::wire {

struct SseEvent {
  std::string type = "message";  ///< The `event` field; "message" where there was none.
  std::string data;              ///< `data` lines joined by LF, without the last LF.
  std::string last_event_id;     ///< The id in force when the event was dispatched (it sticks from earlier events).
  bool has_id = false;           ///< Whether this very event carried an `id` field.
  std::uint64_t begin = 0;       ///< Offset in the stream of the first byte of the event's first line.
  std::uint64_t end = 0;         ///< Offset just after the blank line that dispatched it.
};

struct SseComment {
  std::string text;  ///< Without the colon, and without one space after it.
  std::uint64_t begin = 0;
};

struct SseRetry {
  std::uint64_t milliseconds = 0;
  std::uint64_t begin = 0;
};

enum class SseOddityKind {
  byte_order_mark,     ///< A BOM at the start of the stream (allowed, and dropped).
  mixed_line_endings,  ///< More than one of LF, CRLF, CR in one stream (noted once).
  invalid_utf8,        ///< Bytes that are not UTF-8; decoded as U+FFFD.
  id_with_nul,         ///< An `id` with U+0000 is ignored.
  retry_not_digits,    ///< A `retry` that is not ASCII digits only is ignored.
  retry_overflow,      ///< A `retry` beyond 2^53 ms; ignored.
  unknown_field,       ///< A field name that the standard does not know; ignored.
  event_without_data,  ///< A blank line after fields without `data`: nothing is dispatched.
  unterminated_event,  ///< The stream ended inside an event: it is discarded (only from finish()).
  line_too_long,       ///< limits::kSseLineBytes; the rest of the line is dropped.
  event_too_big,       ///< limits::kSseEventBytes; the event is dropped.
};
std::string_view to_string(SseOddityKind kind);

struct SseOddity {
  SseOddityKind kind{};
  std::uint64_t offset = 0;
  std::string excerpt;  ///< At most 80 bytes of the line, made printable.
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
  const std::string& last_event_id() const { return last_event_id_; }
  /// Oddities seen beyond limits::kSseOddities, which were not handed out.
  std::uint64_t dropped_oddities() const { return dropped_oddities_; }

 private:
  std::uint64_t offset_ = 0;
  std::uint64_t dropped_oddities_ = 0;
  std::string last_event_id_;
};

enum class LineEnding { lf, crlf, cr };

/// The bytes of one event; decode(encode(x)) == x for every event whose data, type and id hold no CR (and, for type
/// and id, no LF; for id, no NUL). A type of "message" writes no `event` line.
std::string encode(const SseEvent& event, LineEnding ending = LineEnding::lf);
std::string encode_comment(std::string_view text, LineEnding ending = LineEnding::lf);
std::string encode_retry(std::uint64_t milliseconds, LineEnding ending = LineEnding::lf);

}  // namespace weir::wire
