// TLS 1.3 records (RFC 8446 section 5) from keys that a finished handshake left behind. This is what carries data after
// the handshake, not a TLS stack: it knows application data, alerts, NewSessionTicket (dropped) and KeyUpdate (obeyed),
// and takes anything else as a broken peer. It knows bytes only; the descriptor is compact.hpp's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_cipher_ctx_st;

namespace weir::wire::tls {

inline constexpr std::size_t kRecordHeaderBytes = 5;
inline constexpr std::size_t kRecordPlainBytes = 16 * 1024;  ///< The content of one record.
inline constexpr std::size_t kRecordBytes = kRecordHeaderBytes + kRecordPlainBytes + 256;  ///< One record on the wire.
inline constexpr std::size_t kRecordOverheadBytes = kRecordHeaderBytes + 1 + 16;           ///< What encode() adds.

/// By TLS's own numbers.
enum class RecordSuite : std::uint16_t { aes_128_gcm = 0x1301, aes_256_gcm = 0x1302, chacha20_poly1305 = 0x1303 };
enum class RecordType : std::uint8_t { alert = 21, handshake = 22, data = 23 };

using TrafficSecret = std::array<std::uint8_t, 48>;  ///< 32 of them but for aes_256_gcm.

/// All that a connection keeps which seldom writes: the key for that is derived when it is needed.
struct RecordKeys {
  TrafficSecret read_secret{}, write_secret{};
  std::array<std::uint8_t, 32> read_key{};
  std::array<std::uint8_t, 12> read_iv{};
  RecordSuite suite = RecordSuite::aes_128_gcm;
  std::uint8_t message_type = 0;          // Of a handshake message that is under way.
  std::uint8_t message_header_bytes = 0;  // 0 between messages, 4 inside a body.
  std::uint64_t read_sequence = 0;
  std::uint64_t write_sequence = 0;
  std::uint32_t message_left = 0;
};

/// The secrets of the handshake, and how many records of application keys have gone each way since.
RecordKeys make_record_keys(RecordSuite suite, const TrafficSecret& read_secret, const TrafficSecret& write_secret,
                            std::uint64_t records_read, std::uint64_t records_written);

/// What a connection that writes often keeps besides.
struct WriteKey {
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 12> iv{};
};
WriteKey write_key_of(const RecordKeys& keys);

/// One for all connections of a thread: it holds the cipher contexts, which are keyed anew for each connection.
class RecordCodec {
 public:
  RecordCodec();
  ~RecordCodec();
  RecordCodec(const RecordCodec&) = delete;
  RecordCodec& operator=(const RecordCodec&) = delete;

  struct Decoded {
    enum class What : std::uint8_t { more, close, failed };
    What what = What::more;
    bool update_requested = false;  ///< The peer wants a KeyUpdate from us: encode_update().
    std::size_t taken = 0;          ///< Of whole records.
    std::size_t filled = 0;         ///< Plain bytes written to `out`.
  };
  /// Decodes the whole records at the front of `bytes`. `out` has room for as many bytes, and is not `bytes`. After
  /// `close` and `failed` the connection has nothing more to say.
  Decoded decode(RecordKeys& keys, std::string_view bytes, char* out);

  /// One record with at most kRecordPlainBytes; `out` has room for kRecordOverheadBytes more. Returns its size, 0 when
  /// OpenSSL refuses. `kept` is write_key_of(keys), or null.
  std::size_t encode(RecordKeys& keys, RecordType type, std::string_view plain, char* out,
                     const WriteKey* kept = nullptr);
  /// A KeyUpdate that asks for none in return; what is written later uses the next keys, which are `kept` then.
  std::size_t encode_update(RecordKeys& keys, char* out, WriteKey* kept = nullptr);

 private:
  struct Opened;
  struct Context;
  Context& context(RecordSuite suite, bool sealing);
  bool open(RecordKeys& keys, std::string_view record, char* out, std::size_t& size);
  bool take_handshake(RecordKeys& keys, std::string_view bytes, Decoded& decoded) const;

  std::array<std::unique_ptr<Context>, 6> contexts_;  // Three suites, both directions.
};

}  // namespace weir::wire::tls
