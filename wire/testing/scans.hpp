// The scans of the load path beside the decoders that they must agree with: what each makes of the same pieces, in one
// form. For their tests and their fuzzers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/utf8.hpp"
#include "wire/http/chunk_scan.hpp"
#include "wire/http/chunked.hpp"
#include "wire/sse/sse.hpp"
#include "wire/sse/sse_scan.hpp"

namespace weir::wire::testing {

/// A body out of its chunks.
struct Unchunked {
  std::string body;
  std::size_t rest = 0;  ///< Bytes after the body's end.
  bool done = false;
  bool malformed = false;
  bool between_chunks = false;
  bool operator==(const Unchunked&) const = default;
};

template <class Pieces>
Unchunked scan_chunks(const Pieces& pieces) {
  ChunkScan scan;
  Unchunked out;
  for (std::string_view bytes : pieces) {
    for (std::string_view piece;;) {
      const ChunkScan::Status status = scan.next(bytes, piece);
      if (status == ChunkScan::Status::data) {
        out.body.append(piece);
        continue;
      }
      out.done = status == ChunkScan::Status::done;
      out.malformed = status == ChunkScan::Status::malformed;
      if (out.done) { out.rest += bytes.size(); }
      break;
    }
  }
  out.between_chunks = scan.between_chunks();
  return out;
}

template <class Pieces>
Unchunked decode_chunks(const Pieces& pieces) {
  ChunkedDecoder decoder;
  Unchunked out;
  for (const std::string_view bytes : pieces) {
    const Result<std::size_t> used = decoder.feed(bytes, out.body);
    out.malformed = !used;
    if (used && decoder.finished()) { out.rest += bytes.size() - *used; }
  }
  out.done = decoder.finished();
  out.between_chunks = decoder.between_chunks();
  return out;
}

/// Events, comments and retries without their offsets; oddities left out.
struct Heard {
  std::vector<SseItem> items;
  std::string last_event_id;
  bool operator==(const Heard&) const = default;
};

class Hearing final : public SseSink {
 public:
  void event(const SseEventView& view) override {
    SseEvent event;
    if (!view.type.empty()) { event.type = lossy(view.type); }
    event.data = lossy(view.data);
    event.has_id = view.has_id;
    if (view.has_id) { heard.last_event_id = lossy(view.id); }
    event.last_event_id = heard.last_event_id;
    heard.items.emplace_back(std::move(event));
  }
  void comment(std::string_view text) override { heard.items.emplace_back(SseComment{lossy(text)}); }
  void retry(std::uint64_t milliseconds) override { heard.items.emplace_back(SseRetry{milliseconds}); }
  void id_alone(std::string_view id) override { heard.last_event_id = lossy(id); }

  Heard heard;

 private:
  static std::string lossy(std::string_view bytes) {
    std::string text;
    append_lossy_utf8(bytes, text);
    return text;
  }
};

template <class Pieces>
Heard scan_events(const Pieces& pieces, SseCarries& carries) {
  SseScan scan;
  Hearing hearing;
  for (const std::string_view bytes : pieces) { scan.feed(bytes, carries, hearing); }
  scan.release(carries);
  return std::move(hearing.heard);
}

template <class Pieces>
Heard decode_events(const Pieces& pieces) {
  SseDecoder decoder;
  std::vector<SseItem> items;
  for (const std::string_view bytes : pieces) { decoder.feed(bytes, items); }
  Heard heard;
  for (SseItem& item : items) {
    if (SseEvent* event = std::get_if<SseEvent>(&item)) { event->begin = event->end = 0; }
    if (SseComment* comment = std::get_if<SseComment>(&item)) { comment->begin = 0; }
    if (SseRetry* retry = std::get_if<SseRetry>(&item)) { retry->begin = 0; }
    if (!std::holds_alternative<SseOddity>(item)) { heard.items.push_back(std::move(item)); }
  }
  heard.last_event_id = decoder.last_event_id();
  return heard;
}

}  // namespace weir::wire::testing
