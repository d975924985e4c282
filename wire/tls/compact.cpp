#include "wire/tls/compact.hpp"

#include <openssl/crypto.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weir::wire::tls {

namespace {

constexpr std::size_t kSpareBuffers = 64;  // A longer list of unused ones gives its memory back.

}  // namespace

std::uint32_t Compact::add(int fd, const RecordKeys& keys) {
  if (unused_.empty()) {
    const auto first = static_cast<std::uint32_t>(chunks_.size()) * kChunk;
    chunks_.push_back(std::make_unique<State[]>(kChunk));
    if (writes_ == Writes::often) { write_keys_.push_back(std::make_unique<WriteKey[]>(kChunk)); }
    for (std::uint32_t i = kChunk; i-- > 0;) { unused_.push_back(first + i); }
  }
  const std::uint32_t index = unused_.back();
  unused_.pop_back();
  State& state = at(index);
  state = {};
  state.keys = keys;
  state.fd = fd;
  if (WriteKey* const key = write_key(index)) { *key = write_key_of(keys); }
  ++count_;
  return index;
}

void Compact::remove(std::uint32_t index, bool notify) {
  State& state = at(index);
  const bool whole = state.out == 0;
  if (notify && whole && (state.ended == Received::What::nothing || state.ended == Received::What::tls_close)) {
    constexpr std::string_view kCloseNotify{"\1\0", 2};
    send_record(state, codec_.encode(state.keys, RecordType::alert, kCloseNotify, record_.get(), write_key(index)));
  }
  give_back(state.in);
  give_back(state.out);
  OPENSSL_cleanse(&state.keys, sizeof(state.keys));
  if (WriteKey* const key = write_key(index)) { OPENSSL_cleanse(key, sizeof(*key)); }
  unused_.push_back(index);
  --count_;
}

std::string& Compact::borrow(std::uint32_t& handle) {
  if (handle == 0) {
    if (spare_.empty()) {
      spare_.push_back(static_cast<std::uint32_t>(buffers_.size()));
      buffers_.push_back(std::make_unique<std::string>());
    }
    handle = spare_.back() + 1;
    spare_.pop_back();
    ++lent_;
  }
  return *buffers_[handle - 1];
}

void Compact::give_back(std::uint32_t& handle) {
  if (handle != 0) {
    std::string& buffer = *buffers_[handle - 1];
    buffer.clear();
    if (spare_.size() >= kSpareBuffers) { buffer.shrink_to_fit(); }
    spare_.push_back(handle - 1);
    handle = 0;
    --lent_;
  }
}

Received Compact::read(std::uint32_t index, char* input, char* buffer, std::size_t size) {
  State& state = at(index);
  if (state.ended != Received::What::nothing) { return {.what = state.ended}; }
  std::size_t held = 0;
  if (state.in != 0) {
    const std::string& begun = borrow(state.in);
    held = begun.size();
    std::memcpy(input, begun.data(), held);
  }
  Received received = receive_plain(state.fd, input + held, size - held);
  if (received.what != Received::What::bytes) {
    if (received.what == Received::What::fin) { received.what = Received::What::tls_truncated; }
    state.ended = received.what;
    return received;
  }
  const std::string_view bytes(input, held + received.bytes.size());
  const auto decoded = codec_.decode(state.keys, bytes, buffer);
  received.bytes = {buffer, decoded.filled};
  received.what = decoded.filled > 0 ? Received::What::bytes : Received::What::nothing;
  if (decoded.what == RecordCodec::Decoded::What::more) {
    if (decoded.taken == bytes.size()) {
      give_back(state.in);
    } else {
      borrow(state.in).assign(bytes.substr(decoded.taken));
    }
    if (decoded.update_requested) { state.owes_update = true; }
    if (state.owes_update) { answer_update(index); }
    return received;
  }
  give_back(state.in);
  state.ended =
      decoded.what == RecordCodec::Decoded::What::close ? Received::What::tls_close : Received::What::tls_failed;
  if (decoded.filled == 0) {
    received.what = state.ended;
  } else {
    received.more = true;  // The end is known, and may cause no wake-up of its own.
  }
  return received;
}

/// Sends what record_ holds; what the kernel does not take is kept, unless it takes nothing at all.
Compact::Sent Compact::send_record(State& state, std::size_t size) {
  if (size == 0) { return Sent::broken; }
  const ssize_t sent = ::send(state.fd, record_.get(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) { return errno == EAGAIN || errno == EINTR ? Sent::nothing : Sent::broken; }
  if (static_cast<std::size_t>(sent) == size) { return Sent::whole; }
  borrow(state.out).assign(record_.get() + sent, size - static_cast<std::size_t>(sent));
  return Sent::part;
}

Compact::Sent Compact::flush(State& state) {
  if (state.out == 0) { return Sent::whole; }
  std::string& rest = borrow(state.out);
  const ssize_t sent = ::send(state.fd, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) { return errno == EAGAIN || errno == EINTR ? Sent::nothing : Sent::broken; }
  rest.erase(0, static_cast<std::size_t>(sent));
  if (!rest.empty()) { return Sent::part; }
  give_back(state.out);
  return Sent::whole;
}

void Compact::answer_update(std::uint32_t index) {
  State& state = at(index);
  WriteKey* const key = write_key(index);
  if (state.out != 0 && flush(state) != Sent::whole) { return; }
  const RecordKeys before = state.keys;
  const Sent sent = send_record(state, codec_.encode_update(state.keys, record_.get(), key));
  if (sent == Sent::nothing) {
    state.keys = before;  // Not a byte went out: it is made again later.
    if (key != nullptr) { *key = write_key_of(before); }
    return;
  }
  state.owes_update = false;
}

std::int64_t Compact::write(std::uint32_t index, std::string_view bytes) {
  State& state = at(index);
  std::int64_t taken = 0;
  if (state.out != 0) {
    // As OpenSSL has it: a record that went out in part is taken when all of it is out; the caller comes with the same
    // bytes again.
    const Sent sent = flush(state);
    if (sent != Sent::whole) { return sent == Sent::broken ? -1 : 0; }
    taken = std::exchange(state.plain, std::uint16_t{0});
    bytes.remove_prefix(std::min(bytes.size(), static_cast<std::size_t>(taken)));
  }
  if (state.owes_update) {
    answer_update(index);
    if (state.owes_update || state.out != 0) { return taken; }
  }
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, kRecordPlainBytes);
    const std::uint64_t sequence = state.keys.write_sequence;
    switch (send_record(state, codec_.encode(state.keys, RecordType::data, piece, record_.get(), write_key(index)))) {
      case Sent::whole:
        taken += static_cast<std::int64_t>(piece.size());
        bytes.remove_prefix(piece.size());
        break;
      case Sent::part:
        state.plain = static_cast<std::uint16_t>(piece.size());
        return taken;
      case Sent::nothing:
        state.keys.write_sequence = sequence;  // Not a byte of it was seen by anybody.
        return taken;
      case Sent::broken:
        return -1;
    }
  }
  return taken;
}

}  // namespace weir::wire::tls
