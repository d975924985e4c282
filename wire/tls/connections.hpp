// The TLS connections of one thread, by index, as client or as server. Handshakes run in OpenSSL; a settled connection
// of TLS 1.3 keeps its record keys alone (compact.hpp), every other one stays with OpenSSL (session.hpp). Descriptors
// are non-blocking, and the caller's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "wire/tls/received.hpp"

struct ssl_ctx_st;

namespace weir::wire::tls {

/// Makes a context fit for connections of ours: frees what an idle one does not need, tells the traffic secrets, and as
/// a server issues no tickets under TLS 1.3.
void prepare(ssl_ctx_st* context);

/// The server that a client means. The context is prepared.
struct ClientTarget {
  std::shared_ptr<ssl_ctx_st> context;
  std::string host;
  bool insecure = false;
};

/// Who writes often keeps the key for it too: 44 bytes more for each connection, 2 us less for each record.
enum class Writes : std::uint8_t { seldom, often };

class Connections {
 public:
  /// The buffer of every read has `read_bytes`, more than two records.
  explicit Connections(std::size_t read_bytes, Writes writes = Writes::seldom);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// 1 + index; 0 when OpenSSL refuses.
  std::uint32_t begin(int fd, const ClientTarget& target);
  /// The same for the server's side, with a prepared context.
  std::uint32_t accept(int fd, ssl_ctx_st* context);
  Step handshake(std::uint32_t id);
  /// One sentence, after `failed`.
  std::string failure(std::uint32_t id) const;
  /// Decrypts into `buffer` all that came in one read of the descriptor: OpenSSL keeps no more than a part of a record.
  Received read(std::uint32_t id, char* buffer);
  /// How many bytes were taken (0: want_write), or -1 for a broken connection. After less than all of them the caller
  /// comes with the rest before anything else.
  std::int64_t write(std::uint32_t id, std::string_view bytes);
  /// After the handshake: the connection will now mostly wait for bytes. Frees what can be freed; writing stays
  /// possible.
  void settle(std::uint32_t id);
  /// close_notify where that does not block, then forgets the state; the descriptor is the caller's.
  void end(std::uint32_t id, bool notify);

  std::size_t count() const;
  /// Settled connections that hold record keys alone.
  std::size_t compact() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::wire::tls
