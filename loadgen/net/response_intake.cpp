#include "loadgen/net/response_intake.hpp"

#include <fmt/format.h>

#include "loadgen/limits.hpp"
#include "wire/http/framing.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {

namespace {

constexpr int kSwitchingProtocols = 101;
constexpr int kNoContent = 204;
constexpr std::size_t kExcerptBytes = 80;

bool is_stream(const wire::ResponseHead& head) {
  return head.status >= 200 && head.status < 300 && head.status != kNoContent &&
         wire::media_type(head.headers.get("content-type")) == "text/event-stream";
}

/// Whether a list field has the item, which is lower case.
bool lists(const wire::Headers& headers, std::string_view name, std::string_view item) {
  if (!headers.has(name)) { return false; }
  const std::string all = headers.joined(name);
  std::string_view list = all;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (wire::media_type(list.substr(0, comma)) == item) { return true; }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// Nobody asks for the heartbeats of an answer, of which there may be any number beside it.
constexpr wire::ResponseDecoder::Kept kKept{.most = limits::kCallItems, .comments = false};

Failed failure_of(wire::EndClass end) {
  switch (end) {
    case wire::EndClass::open:
    case wire::EndClass::clean:
    case wire::EndClass::close_delimited:
      return Failed::no;
    case wire::EndClass::reset:
      return Failed::reset;
    case wire::EndClass::malformed:
      return Failed::malformed;
    case wire::EndClass::closed_by_us:
      return Failed::too_big;
    default:
      return Failed::closed;
  }
}

}  // namespace

void ResponseIntake::begin(bool want_stream, std::string_view method, std::size_t body_limit) {
  want_stream_ = want_stream;
  method_ = method;
  body_limit_ = body_limit;
  any_byte_ = false;
  leftover_ = false;
  failed_ = Failed::no;
  interim_bytes_ = 0;
  rest_ = {};
  detail_.clear();
  reader_.clear();
  decoder_.reset();
  if (std::exchange(used_, false)) { exchange_ = {}; }
  if (!want_stream_) {
    used_ = true;
    decoder_.emplace(exchange_, method_, body_limit_, kKept);
  }
}

ResponseIntake::Status ResponseIntake::feed(std::string_view bytes, std::int64_t at_us) {
  any_byte_ = any_byte_ || !bytes.empty();
  return decoder_ ? feed_body(bytes, at_us) : feed_head(bytes, at_us);
}

ResponseIntake::Status ResponseIntake::feed_head(std::string_view bytes, std::int64_t at_us) {
  while (!bytes.empty()) {
    const auto taken = reader_.feed(bytes);
    if (!taken) { return fail(taken.error()); }
    bytes.remove_prefix(*taken);
    if (!reader_.head()) { continue; }
    head_ = reader_.take_head();
    if (is_stream(head_)) { return begin_stream(bytes); }
    const bool interim = head_.status >= 100 && head_.status < 200 && head_.status != kSwitchingProtocols;
    if (!interim) {
      // Another answer than was wanted: it is read like any other, from its first byte on.
      used_ = true;
      decoder_.emplace(exchange_, method_, body_limit_, kKept);
      const Status status = feed_body(head_.raw, at_us);
      return status == Status::more && !bytes.empty() ? feed_body(bytes, at_us) : status;
    }
    interim_bytes_ += head_.raw.size();
    if (interim_bytes_ > wire::limits::kHeadBytes) {
      return fail(Failed::too_big,
                  fmt::format("more than {} bytes of 1xx responses came before a final one", wire::limits::kHeadBytes));
    }
  }
  return Status::more;
}

ResponseIntake::Status ResponseIntake::begin_stream(std::string_view rest) {
  const auto& headers = head_.headers;
  rest_ = rest;
  if (const auto coding = headers.find("content-encoding"); coding && *coding != "identity") {
    return fail(Failed::malformed, fmt::format("the stream comes in content coding '{}', which was not asked for",
                                               wire::excerpt(*coding, kExcerptBytes)));
  }
  const wire::BodyFraming framing = wire::framing_of(method_, head_);
  if (!framing.codings.empty() && framing.codings != std::vector<std::string>{"chunked"}) {
    return fail(Failed::malformed,
                fmt::format("the stream comes in transfer coding '{}'; a held stream is read in 'chunked' alone",
                            wire::excerpt(std::string_view(headers.joined("transfer-encoding")), kExcerptBytes)));
  }
  using End = wire::BodyFraming::End;
  framing_ = framing.end == End::chunked  ? Framing::chunked
             : framing.end == End::length ? Framing::length
                                          : Framing::close;
  length_ = framing.length;
  return Status::stream;
}

ResponseIntake::Status ResponseIntake::feed_body(std::string_view bytes, std::int64_t at_us) {
  const auto taken = decoder_->feed(bytes, at_us);
  if (!taken) { return fail(taken.error()); }
  leftover_ = leftover_ || *taken < bytes.size();
  return decoder_->ended() ? conclude() : Status::more;
}

ResponseIntake::Status ResponseIntake::end_of_connection(wire::StreamEnd how, std::int64_t at_us) {
  if (!decoder_) {
    used_ = true;
    decoder_.emplace(exchange_, method_, body_limit_, kKept);
    if (!reader_.pending().empty()) {
      (void)decoder_->feed(reader_.pending(), at_us);  // For the sentence that says where it ended.
    }
  }
  const auto ended = decoder_->end_of_connection(how, at_us);
  return ended ? conclude() : fail(ended.error());
}

ResponseIntake::Status ResponseIntake::conclude() {
  failed_ = failure_of(exchange_.end);
  if (failed_ == Failed::no) { return Status::done; }
  const auto& notes = exchange_.framing_notes;
  return fail(failed_, failed_ == Failed::malformed || failed_ == Failed::too_big
                           ? (notes.empty() ? std::string() : notes.back().what)
                           : fmt::format("the response broke off after {} bytes of its body: {}", exchange_.body.size(),
                                         wire::to_string(exchange_.end)));
}

ResponseIntake::Status ResponseIntake::fail(Failed how, std::string detail) {
  failed_ = how;
  detail_ = std::move(detail);
  return Status::failed;
}

ResponseIntake::Status ResponseIntake::fail(const wire::Error& error) {
  switch (error.code) {
    case wire::ErrorCode::limit_exceeded:
      return fail(Failed::too_big, error.detail);
    case wire::ErrorCode::malformed_head:
    case wire::ErrorCode::malformed_framing:
      return fail(Failed::malformed, error.detail);
    case wire::ErrorCode::reset:
      return fail(Failed::reset, error.detail);
    default:
      return fail(Failed::closed, error.detail);
  }
}

bool ResponseIntake::reusable() const {
  return decoder_ && exchange_.end == wire::EndClass::clean && !leftover_ && exchange_.head.version == 11 &&
         exchange_.head.status != kSwitchingProtocols && !lists(exchange_.head.headers, "connection", "close");
}

}  // namespace weir::loadgen
