// HTTP/1.1 as values: what is sent, what came back, how it ended and how long each phase took.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"
#include "wire/http/chunked.hpp"
#include "wire/http/url.hpp"
#include "wire/sse/sse.hpp"

namespace weir::wire {

using Clock = std::chrono::steady_clock;

/// A point in time by which something must have happened.
struct Deadline {
  Clock::time_point at;
  static Deadline in(std::chrono::milliseconds span) { return {Clock::now() + span}; }
  bool passed() const { return Clock::now() >= at; }
  std::chrono::milliseconds left() const;  ///< Never negative.
  Deadline or_sooner(Deadline other) const { return {at < other.at ? at : other.at}; }
};

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

/// Header fields in the order of the wire; names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}
  /// The first field of that name.
  std::optional<std::string_view> find(std::string_view name) const WEIR_LIFETIME_BOUND;
  /// The first field's value, or "".
  std::string_view get(std::string_view name) const WEIR_LIFETIME_BOUND;
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::size_t count(std::string_view name) const;
  /// Every field of that name as one list, joined by ", " (RFC 9110 section 5.3).
  std::string joined(std::string_view name) const;
  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);  ///< Replaces every field of that name.
  void remove(std::string_view name);
  const std::vector<Header>& fields() const WEIR_LIFETIME_BOUND { return fields_; }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<Header> fields_;
};

/// The media type of a Content-Type value, lower case and without parameters: "text/event-stream".
std::string media_type(std::string_view content_type);

struct Request {
  std::string method = "GET";
  Url url;
  Headers headers;  ///< Host, Content-Length and User-Agent are added where absent.
  std::string body;
};

struct ResponseHead {
  int status = 0;
  std::string reason;
  int version = 11;  ///< 10 or 11.
  Headers headers;
  std::string raw;  ///< The bytes as they came, up to and with the blank line.
};

/// How a response body, or a stream, came to its end (design.md, *end class*).
enum class EndClass {
  open,                    ///< It has not ended.
  clean,                   ///< Last chunk, or Content-Length reached, or a response without a body.
  fin_without_terminator,  ///< FIN between chunks without the last chunk.
  fin_mid_chunk,           ///< FIN inside a chunk, or short of Content-Length.
  reset,                   ///< RST.
  close_delimited,         ///< FIN where the end of the connection is the end of the body: not attributable.
  tls_close,               ///< close_notify without the end of the body.
  tls_truncated,           ///< FIN without close_notify.
  malformed,               ///< The framing did not decode.
  closed_by_us,            ///< We had enough, or a limit was reached.
};
std::string_view to_string(EndClass end);

/// Microseconds from the start of the request to the end of each phase; -1 where the phase was not reached.
struct Timings {
  std::int64_t resolved_us = -1;
  std::int64_t connected_us = -1;
  std::int64_t tls_us = -1;  ///< -1 for plain HTTP too.
  std::int64_t sent_us = -1;
  std::int64_t head_us = -1;         ///< The whole response head had come.
  std::int64_t first_byte_us = -1;   ///< First byte of the body.
  std::int64_t first_event_us = -1;  ///< First dispatched SSE event (not a comment).
  std::int64_t end_us = -1;
};

/// When body bytes came: `end_offset` decoded bytes had been delivered at `at_us`.
struct Arrival {
  std::uint64_t end_offset = 0;
  std::int64_t at_us = 0;
};

/// One redirect that was met; `followed` only within the origin.
struct Redirect {
  int status = 0;
  Url from;
  std::string location;
  bool followed = false;
};

/// A request with all that came back for it.
struct Exchange {
  Request request;
  std::string remote;            ///< "203.0.113.7:443", the address that answered.
  std::uint64_t connection = 0;  ///< A number for each TCP connection of the process; 0: none was made.
  Clock::time_point began{};     ///< When the request was sent, or its connection was begun: what timings count from.
  ResponseHead head;
  std::string body;              ///< Decoded from transfer and content coding; for an event stream too.
  std::uint64_t body_bytes = 0;  ///< As they came, before any decoding: to be held against a Content-Length.
  std::vector<SseItem> items;    ///< Where the media type is text/event-stream.
  EndClass end = EndClass::open;
  Timings timings;
  std::vector<Arrival> arrivals;
  std::vector<FramingNote> framing_notes;
  std::vector<Redirect> redirects;

  bool is_event_stream() const { return media_type(head.headers.get("content-type")) == "text/event-stream"; }
  bool is_json() const { return media_type(head.headers.get("content-type")) == "application/json"; }
  bool ok() const { return head.status >= 200 && head.status < 300; }
};

}  // namespace weir::wire
