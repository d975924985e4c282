#include "wire/tls/record.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>

namespace weir::wire::tls {

namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kIvBytes = 12;
constexpr std::size_t kMessageHeaderBytes = 4;
constexpr std::uint32_t kMessageBytesMost = 128 * 1024;
constexpr std::uint8_t kNewSessionTicket = 4;
constexpr std::uint8_t kKeyUpdate = 24;
constexpr std::uint8_t kCloseNotify = 0;
constexpr std::uint8_t kUserCanceled = 90;

const std::uint8_t* raw(std::string_view bytes) { return reinterpret_cast<const std::uint8_t*>(bytes.data()); }
std::uint8_t* raw(char* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }

std::size_t key_bytes(RecordSuite suite) { return suite == RecordSuite::aes_128_gcm ? 16 : 32; }
std::size_t secret_bytes(RecordSuite suite) { return suite == RecordSuite::aes_256_gcm ? 48 : 32; }

/// HKDF-Expand-Label(secret, label, "", size) of RFC 8446 section 7.1; one block is always enough.
void expand(RecordSuite suite, const TrafficSecret& secret, std::string_view label, std::uint8_t* out,
            std::size_t size) {
  std::array<std::uint8_t, 64> info{};
  std::size_t used = 0;
  info[used++] = 0;
  info[used++] = static_cast<std::uint8_t>(size);
  constexpr std::string_view kPrefix = "tls13 ";
  info[used++] = static_cast<std::uint8_t>(kPrefix.size() + label.size());
  for (const auto part : {kPrefix, label}) {
    std::memcpy(info.data() + used, part.data(), part.size());
    used += part.size();
  }
  info[used++] = 0;  // No context.
  info[used++] = 1;  // The first block.
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> block{};
  HMAC(suite == RecordSuite::aes_256_gcm ? EVP_sha384() : EVP_sha256(), secret.data(),
       static_cast<int>(secret_bytes(suite)), info.data(), used, block.data(), nullptr);
  std::memcpy(out, block.data(), size);
}

void derive(RecordSuite suite, const TrafficSecret& secret, std::array<std::uint8_t, 32>& key,
            std::array<std::uint8_t, kIvBytes>& iv) {
  expand(suite, secret, "key", key.data(), key_bytes(suite));
  expand(suite, secret, "iv", iv.data(), iv.size());
}

void next_secret(RecordSuite suite, TrafficSecret& secret) {
  expand(suite, secret, "traffic upd", secret.data(), secret_bytes(suite));
}

std::array<std::uint8_t, kIvBytes> nonce_of(const std::array<std::uint8_t, kIvBytes>& iv, std::uint64_t sequence) {
  auto nonce = iv;
  for (std::size_t i = 0; i < 8; ++i) { nonce[kIvBytes - 1 - i] ^= static_cast<std::uint8_t>(sequence >> (8 * i)); }
  return nonce;
}

const EVP_CIPHER* cipher_of(RecordSuite suite) {
  switch (suite) {
    case RecordSuite::aes_256_gcm:
      return EVP_aes_256_gcm();
    case RecordSuite::chacha20_poly1305:
      return EVP_chacha20_poly1305();
    default:
      return EVP_aes_128_gcm();
  }
}

}  // namespace

RecordKeys make_record_keys(RecordSuite suite, const TrafficSecret& read_secret, const TrafficSecret& write_secret,
                            std::uint64_t records_read, std::uint64_t records_written) {
  RecordKeys keys;
  keys.suite = suite;
  keys.read_secret = read_secret;
  keys.write_secret = write_secret;
  keys.read_sequence = records_read;
  keys.write_sequence = records_written;
  derive(suite, read_secret, keys.read_key, keys.read_iv);
  return keys;
}

WriteKey write_key_of(const RecordKeys& keys) {
  WriteKey made;
  derive(keys.suite, keys.write_secret, made.key, made.iv);
  return made;
}

/// One cipher context, which remembers its key: records of one connection come in runs.
struct RecordCodec::Context {
  Context(RecordSuite suite, bool seals) : handle(EVP_CIPHER_CTX_new()), sealing(seals) {
    EVP_CipherInit_ex(handle, cipher_of(suite), nullptr, nullptr, nullptr, seals ? 1 : 0);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    EVP_CIPHER_CTX_free(handle);
    OPENSSL_cleanse(key.data(), key.size());
  }

  bool begin(const std::array<std::uint8_t, 32>& wanted, const std::array<std::uint8_t, kIvBytes>& nonce,
             std::string_view header) {
    const bool same = keyed && wanted == key;
    if (EVP_CipherInit_ex(handle, nullptr, nullptr, same ? nullptr : wanted.data(), nonce.data(), sealing ? 1 : 0) !=
        1) {
      return keyed = false;
    }
    keyed = true;
    if (!same) { key = wanted; }
    int size = 0;
    return EVP_CipherUpdate(handle, nullptr, &size, raw(header), static_cast<int>(header.size())) == 1;
  }

  EVP_CIPHER_CTX* handle;
  bool sealing;
  bool keyed = false;
  std::array<std::uint8_t, 32> key{};
};

RecordCodec::RecordCodec() = default;
RecordCodec::~RecordCodec() = default;

RecordCodec::Context& RecordCodec::context(RecordSuite suite, bool sealing) {
  const auto first = static_cast<std::size_t>(RecordSuite::aes_128_gcm);
  auto& made = contexts_[(static_cast<std::size_t>(suite) - first) * 2 + (sealing ? 1 : 0)];
  if (!made) { made = std::make_unique<Context>(suite, sealing); }
  return *made;
}

bool RecordCodec::open(RecordKeys& keys, std::string_view record, char* out, std::size_t& size) {
  Context& cipher = context(keys.suite, false);
  const auto header = record.substr(0, kRecordHeaderBytes);
  const auto sealed = record.substr(kRecordHeaderBytes, record.size() - kRecordHeaderBytes - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag{};
  std::memcpy(tag.data(), record.data() + record.size() - kTagBytes, kTagBytes);
  int filled = 0;
  int rest = 0;
  if (!cipher.begin(keys.read_key, nonce_of(keys.read_iv, keys.read_sequence), header) ||
      EVP_DecryptUpdate(cipher.handle, raw(out), &filled, raw(sealed), static_cast<int>(sealed.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.handle, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(cipher.handle, raw(out) + filled, &rest) != 1) {
    ERR_clear_error();
    return false;
  }
  ++keys.read_sequence;
  size = static_cast<std::size_t>(filled);
  return true;
}

RecordCodec::Decoded RecordCodec::decode(RecordKeys& keys, std::string_view bytes, char* out) {
  Decoded decoded;
  const auto stop = [&decoded](Decoded::What what) {
    decoded.what = what;
    return decoded;
  };
  while (bytes.size() >= kRecordHeaderBytes) {
    const std::size_t length = static_cast<std::size_t>(raw(bytes)[3]) << 8 | raw(bytes)[4];
    const std::size_t whole = kRecordHeaderBytes + length;
    if (raw(bytes)[0] != static_cast<std::uint8_t>(RecordType::data) || whole > kRecordBytes || length <= kTagBytes) {
      return stop(Decoded::What::failed);
    }
    if (bytes.size() < whole) { break; }
    std::size_t size = 0;
    if (!open(keys, bytes.substr(0, whole), out + decoded.filled, size)) { return stop(Decoded::What::failed); }
    bytes.remove_prefix(whole);
    decoded.taken += whole;
    const char* const plain = out + decoded.filled;
    while (size > 0 && plain[size - 1] == 0) {  // Padding; the last byte that is not 0 is the type.
      --size;
    }
    if (size == 0 || --size > kRecordPlainBytes) { return stop(Decoded::What::failed); }
    const auto type = static_cast<RecordType>(plain[size]);
    const bool inside_message = keys.message_header_bytes != 0;
    if (type == RecordType::data && !inside_message) {
      decoded.filled += size;
    } else if (type == RecordType::alert && size == 2) {
      const auto what = static_cast<std::uint8_t>(plain[1]);
      if (what != kUserCanceled) { return stop(what == kCloseNotify ? Decoded::What::close : Decoded::What::failed); }
    } else if (type != RecordType::handshake || size == 0 || !take_handshake(keys, {plain, size}, decoded)) {
      return stop(Decoded::What::failed);
    }
  }
  return decoded;
}

bool RecordCodec::take_handshake(RecordKeys& keys, std::string_view bytes, Decoded& decoded) const {
  while (!bytes.empty()) {
    if (keys.message_header_bytes < kMessageHeaderBytes) {
      const std::uint8_t byte = raw(bytes)[0];
      bytes.remove_prefix(1);
      if (keys.message_header_bytes == 0) {
        keys.message_type = byte;
        keys.message_left = 0;
      } else {
        keys.message_left = keys.message_left << 8 | byte;
      }
      ++keys.message_header_bytes;
      const bool known = keys.message_type == kNewSessionTicket || keys.message_type == kKeyUpdate;
      const bool whole = keys.message_header_bytes == kMessageHeaderBytes;
      const bool fits = keys.message_type == kKeyUpdate
                            ? keys.message_left == 1
                            : keys.message_left > 0 && keys.message_left <= kMessageBytesMost;
      if (!known || (whole && !fits)) { return false; }
      continue;
    }
    if (keys.message_type == kKeyUpdate) {
      const std::uint8_t wish = raw(bytes)[0];
      if (wish > 1 || bytes.size() != 1) {  // Nothing may follow it under the old keys.
        return false;
      }
      next_secret(keys.suite, keys.read_secret);
      derive(keys.suite, keys.read_secret, keys.read_key, keys.read_iv);
      keys.read_sequence = 0;
      decoded.update_requested = decoded.update_requested || wish == 1;
    }
    const auto skipped = std::min<std::size_t>(bytes.size(), keys.message_left);
    bytes.remove_prefix(skipped);
    keys.message_left -= static_cast<std::uint32_t>(skipped);
    if (keys.message_left == 0) { keys.message_header_bytes = 0; }
  }
  return true;
}

std::size_t RecordCodec::encode(RecordKeys& keys, RecordType type, std::string_view plain, char* out,
                                const WriteKey* kept) {
  WriteKey derived;
  if (kept == nullptr) { derived = write_key_of(keys); }
  const auto& [key, iv] = kept != nullptr ? *kept : derived;
  const std::size_t length = plain.size() + 1 + kTagBytes;
  out[0] = static_cast<char>(RecordType::data);
  out[1] = 3;
  out[2] = 3;
  out[3] = static_cast<char>(length >> 8);
  out[4] = static_cast<char>(length & 0xff);
  Context& cipher = context(keys.suite, true);
  std::uint8_t* const body = raw(out) + kRecordHeaderBytes;
  const auto inner = static_cast<std::uint8_t>(type);
  int first = 0;
  int second = 0;
  int rest = 0;
  const bool sealed = cipher.begin(key, nonce_of(iv, keys.write_sequence), {out, kRecordHeaderBytes}) &&
                      EVP_EncryptUpdate(cipher.handle, body, &first, raw(plain), static_cast<int>(plain.size())) == 1 &&
                      EVP_EncryptUpdate(cipher.handle, body + first, &second, &inner, 1) == 1 &&
                      EVP_EncryptFinal_ex(cipher.handle, body + first + second, &rest) == 1 &&
                      EVP_CIPHER_CTX_ctrl(cipher.handle, EVP_CTRL_AEAD_GET_TAG, kTagBytes, body + first + second) == 1;
  OPENSSL_cleanse(derived.key.data(), derived.key.size());
  if (!sealed) {
    ERR_clear_error();
    return 0;
  }
  ++keys.write_sequence;
  return kRecordHeaderBytes + length;
}

std::size_t RecordCodec::encode_update(RecordKeys& keys, char* out, WriteKey* kept) {
  const std::array<char, kMessageHeaderBytes + 1> message = {kKeyUpdate, 0, 0, 1, 0};
  const std::size_t size = encode(keys, RecordType::handshake, {message.data(), message.size()}, out, kept);
  if (size != 0) {
    next_secret(keys.suite, keys.write_secret);
    keys.write_sequence = 0;
    if (kept != nullptr) { *kept = write_key_of(keys); }
  }
  return size;
}

}  // namespace weir::wire::tls
