#include "wire/http/response_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/base/limits.hpp"
#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

constexpr int kSwitchingProtocols = 101;
constexpr std::size_t kExcerptBytes = 120;
constexpr std::size_t kEventSliceBytes = 16 * 1024;

void drop_comments(std::vector<SseItem>& items, std::size_t from) {
  const auto fresh = items.begin() + static_cast<std::ptrdiff_t>(from);
  const auto is_comment = [](const SseItem& item) { return std::holds_alternative<SseComment>(item); };
  items.erase(std::remove_if(fresh, items.end(), is_comment), items.end());
}

}  // namespace

ResponseDecoder::ResponseDecoder(Exchange& exchange, std::string_view method, std::size_t max_body_bytes, Kept kept)
    : exchange_(exchange), method_(method), max_body_bytes_(max_body_bytes), kept_(kept) {}

Result<std::size_t> ResponseDecoder::feed(std::string_view bytes, std::int64_t at_us) {
  std::size_t taken = 0;
  while (!head_done() && taken < bytes.size()) {
    auto used = head_.feed(bytes.substr(taken));
    if (!used) { return used; }
    taken += *used;
    if (!head_.head()) { continue; }
    const int status = head_.head()->status;
    const bool interim = status >= 100 && status < 200 && status != kSwitchingProtocols;  // RFC 9110 section 15.2
    if (!interim) {
      begin_body(at_us);
      break;
    }
    interim_bytes_ += head_.head()->raw.size();
    if (interim_bytes_ > limits::kHeadBytes) {
      return fail(ErrorCode::limit_exceeded,
                  fmt::format("more than {} bytes of 1xx responses came before a final one", limits::kHeadBytes));
    }
    head_ = {};
  }
  if (head_done() && !ended() && taken < bytes.size()) { taken += feed_body(bytes.substr(taken), at_us); }
  if (ended() && exchange_.end == EndClass::clean && taken < bytes.size()) {
    note(fmt::format("bytes after the end of the response: '{}'", excerpt(bytes.substr(taken), 40)), encoded_bytes_);
  }
  return taken;
}

void ResponseDecoder::begin_body(std::int64_t at_us) {
  exchange_.head = *head_.head();
  exchange_.timings.head_us = at_us;
  choose_framing();
  content_ = ContentDecoder(exchange_.head.headers.joined("content-encoding"));
  if (!content_.unknown().empty()) {
    note(fmt::format("content coding '{}' is not known: the body is kept as it came", content_.unknown()), 0);
  }
  if (exchange_.is_event_stream()) { sse_ = std::make_unique<SseDecoder>(); }
  if (framing_ == BodyFraming::End::none || (framing_ == BodyFraming::End::length && left_ == 0)) {
    end(EndClass::clean, at_us);
  }
}

void ResponseDecoder::choose_framing() {
  BodyFraming framing = framing_of(method_, exchange_.head);
  framing_ = framing.end;
  left_ = framing.length;
  const auto& codings = framing.codings;
  if (codings.size() > 1 || (codings.size() == 1 && framing_ == BodyFraming::End::close)) {
    note(fmt::format("transfer coding '{}' is not undone: the body is kept as it came",
                     excerpt(std::string_view(codings.front()), 40)),
         0);
  }
  if (!codings.empty() && exchange_.head.version == 10) {
    note("Transfer-Encoding in an HTTP/1.0 response (RFC 9112 section 6.1)", 0);
  }
  if (framing.bad_length) { note("a Content-Length beyond 2^64: read to the end of the connection", 0); }
}

std::size_t ResponseDecoder::feed_body(std::string_view bytes, std::int64_t at_us) {
  if (exchange_.timings.first_byte_us < 0) { exchange_.timings.first_byte_us = at_us; }
  std::size_t taken = bytes.size();
  if (framing_ == BodyFraming::End::chunked) {
    coded_.clear();
    auto used = chunked_.feed(bytes, coded_);
    for (; chunked_notes_ < chunked_.notes().size(); ++chunked_notes_) {
      note(chunked_.notes()[chunked_notes_].what, chunked_.notes()[chunked_notes_].offset);
    }
    exchange_.body_bytes += coded_.size();
    take_body(coded_, at_us);
    if (!used) {
      note(used.error().detail, used.error().byte_offset);
      end(EndClass::malformed, at_us);
      return taken;
    }
    taken = *used;
    encoded_bytes_ += taken;
    if (chunked_.finished()) { end(EndClass::clean, at_us); }
    return taken;
  }
  if (framing_ == BodyFraming::End::length) {
    taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= taken;
  }
  encoded_bytes_ += taken;
  exchange_.body_bytes += taken;
  take_body(bytes.substr(0, taken), at_us);
  if (framing_ == BodyFraming::End::length && left_ == 0) { end(EndClass::clean, at_us); }
  return taken;
}

void ResponseDecoder::take_body(std::string_view coded, std::int64_t at_us) {
  if (coded.empty() || ended()) { return; }
  const std::size_t before = exchange_.body.size();
  const auto decoded = content_.feed(coded, exchange_.body, max_body_bytes_);
  for (; content_notes_ < content_.notes().size(); ++content_notes_) {
    note(content_.notes()[content_notes_], encoded_bytes_);
  }
  deliver(before, at_us);
  if (!decoded) {
    note(decoded.error().detail, encoded_bytes_);
    const bool ours = decoded.error().code == ErrorCode::limit_exceeded;
    end(ours ? EndClass::closed_by_us : EndClass::malformed, at_us);
  }
}

void ResponseDecoder::deliver(std::size_t before, std::int64_t at_us) {
  if (exchange_.body.size() == before) { return; }
  if (exchange_.arrivals.size() < limits::kArrivals) { exchange_.arrivals.push_back({}); }
  exchange_.arrivals.back() = {exchange_.body.size(), at_us};
  if (sse_) { decode_events(before, at_us); }
}

void ResponseDecoder::decode_events(std::size_t before, std::int64_t at_us) {
  const std::size_t first_new = exchange_.items.size();
  // In slices: a few compressed bytes can make millions of items, and the bound is to be met before they are made.
  std::string_view fresh = std::string_view(exchange_.body).substr(before);
  // An id stays in force, and is part of each event that follows: their ids may be far more than what came.
  const auto ids_outgrow_body = [&] {
    const std::size_t id_bytes = sse_->last_event_id().size();
    return id_bytes > 0 && exchange_.items.size() > std::max(limits::kBodyBytes, max_body_bytes_) / id_bytes;
  };
  while (!fresh.empty() && exchange_.items.size() <= kept_.most && !ids_outgrow_body()) {
    const std::size_t known = exchange_.items.size();
    sse_->feed(fresh.substr(0, kEventSliceBytes), exchange_.items);
    if (!kept_.comments) { drop_comments(exchange_.items, known); }
    fresh.remove_prefix(std::min(kEventSliceBytes, fresh.size()));
  }
  const auto is_event = [](const SseItem& item) { return std::holds_alternative<SseEvent>(item); };
  if (exchange_.timings.first_event_us < 0 &&
      std::any_of(exchange_.items.begin() + static_cast<std::ptrdiff_t>(first_new), exchange_.items.end(), is_event)) {
    exchange_.timings.first_event_us = at_us;
  }
  if (exchange_.items.size() > kept_.most) {
    exchange_.items.resize(kept_.most);
    note(fmt::format("the stream has more than {} events and comments", kept_.most), encoded_bytes_);
    end(EndClass::closed_by_us, at_us);
  } else if (ids_outgrow_body()) {
    note(fmt::format("the ids in force of {} events are more than a body may have", exchange_.items.size()),
         encoded_bytes_);
    end(EndClass::closed_by_us, at_us);
  }
}

Result<void> ResponseDecoder::end_of_connection(StreamEnd how, std::int64_t at_us) {
  if (ended()) { return {}; }
  if (!head_done()) {
    const auto& pending = head_.pending();
    const std::string where = pending.empty() ? "before any byte of a response"
                                              : fmt::format("after {} bytes of a response head: '{}'", pending.size(),
                                                            excerpt(std::string_view(pending), kExcerptBytes));
    if (how == StreamEnd::tls_failed) {
      // In TLS 1.3 the client is done first: what the server thinks of its certificate comes after the handshake.
      return fail(ErrorCode::tls_failed, fmt::format("the peer ended TLS with an alert, or broke it, {}", where),
                  pending.size());
    }
    const bool reset = how == StreamEnd::reset;
    return fail(reset ? ErrorCode::reset : ErrorCode::closed,
                fmt::format("the peer {} the connection {}", reset ? "reset" : "closed", where), pending.size());
  }
  switch (how) {
    case StreamEnd::reset:
      end(EndClass::reset, at_us);
      break;
    case StreamEnd::tls_truncated:
      end(EndClass::tls_truncated, at_us);
      break;
    case StreamEnd::tls_failed:
      note("a TLS record does not decrypt, or a fatal alert came", encoded_bytes_);
      end(EndClass::malformed, at_us);
      break;
    case StreamEnd::tls_close:
      // RFC 9112 section 9.8: close_notify is a whole end where the connection delimits the body.
      end(framing_ == BodyFraming::End::close ? EndClass::close_delimited : EndClass::tls_close, at_us);
      break;
    case StreamEnd::fin:
      if (framing_ == BodyFraming::End::close) {
        end(EndClass::close_delimited, at_us);
      } else {
        const bool between = framing_ == BodyFraming::End::chunked && chunked_.between_chunks();
        end(between ? EndClass::fin_without_terminator : EndClass::fin_mid_chunk, at_us);
      }
      break;
  }
  return {};
}

void ResponseDecoder::end(EndClass how, std::int64_t at_us) {
  if (ended()) { return; }
  exchange_.end = how;
  exchange_.timings.end_us = at_us;
  const bool by_peer = how != EndClass::closed_by_us && how != EndClass::malformed;
  if (by_peer && framing_ != BodyFraming::End::none && !content_.complete()) {
    note("the content coding ends before its own end", encoded_bytes_);
    // The framing may well be whole: what it carries is not.
    const bool looks_whole = how == EndClass::clean || how == EndClass::close_delimited;
    if (looks_whole && exchange_.body_bytes > 0) { exchange_.end = EndClass::malformed; }
  }
  if (by_peer && sse_) { sse_->finish(exchange_.items); }
}

void ResponseDecoder::note(std::string what, std::uint64_t offset) {
  if (exchange_.framing_notes.size() < limits::kFramingNotes) {
    exchange_.framing_notes.push_back({std::move(what), offset});
  }
}

}  // namespace weir::wire
