// One TLS connection while OpenSSL does the work: handshakes, TLS 1.2, and ciphers that tls_record.hpp does not know.
// OpenSSL reads and writes through a BIO of ours, so that data comes with one recvmsg and the kernel's time-stamp, no
// SIGPIPE is raised, and records are counted: after the handshake the counts are the sequence numbers.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/http/tls.hpp"
#include "wire/tls/connections.hpp"
#include "wire/tls/received.hpp"
#include "wire/tls/record.hpp"

namespace weir::wire::tls {

/// Counts TLS records in bytes that come in pieces.
class RecordCounter {
 public:
  void feed(std::string_view bytes);
  /// Records of application data (RFC 8446: whatever is encrypted).
  std::uint64_t count() const { return count_; }
  bool between_records() const { return header_bytes_ == 0 && left_ == 0; }

 private:
  std::array<unsigned char, 5> header_{};
  std::uint8_t header_bytes_ = 0;
  std::uint32_t left_ = 0;
  std::uint64_t count_ = 0;
};

class Session {
 public:
  /// Null when OpenSSL refuses.
  static std::unique_ptr<Session> make_client(int fd, const ClientTarget& target);
  static std::unique_ptr<Session> make_server(int fd, ssl_ctx_st* context);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  Step handshake();
  std::string failure() const;  ///< Of a client.
  /// `input` is where the descriptor is read into; `buffer` is as large as `input_size` and a whole record more.
  Received read(char* input, std::size_t input_size, char* buffer, std::size_t size);
  std::int64_t write(std::string_view bytes);
  void free_buffers();
  void notify();

  int fd() const { return fd_; }
  void settle() { settled_ = true; }
  bool settled() const { return settled_; }
  /// The record keys of a settled connection, when OpenSSL holds nothing that they would miss: TLS 1.3 with a suite
  /// that is known and no bound on what a record carries but its own, between two records and two handshake messages in
  /// both directions, no KeyUpdate so far, all read and all written. The session is then to be dropped without a
  /// good-bye.
  std::optional<RecordKeys> give_keys();

 private:
  friend struct Callbacks;
  Session() = default;
  static std::unique_ptr<Session> make(int fd, ssl_ctx_st* context);
  Step failed(int result);
  Received end(Received received);

  SSL* ssl_ = nullptr;
  int fd_ = -1;
  bool insecure_ = false;
  bool established_ = false;
  bool settled_ = false;
  bool broken_ = false;                  // OpenSSL must not be asked to say good-bye.
  bool rekeyed_ = false;                 // A KeyUpdate was seen: the logged secrets are not those in use.
  bool reads_ = false, writes_ = false;  // The secret of the direction was logged.
  bool reset_ = false;
  bool fin_ = false;
  Received::What ended_ = Received::What::nothing;  // Met behind bytes: the next read's answer.
  unsigned long error_ = 0;
  std::string host_;
  CertificateFault fault_;
  std::string_view input_;  // What the BIO gives, once established.
  RecordCounter in_, out_;  // Since the handshake.
  TrafficSecret read_secret_{}, write_secret_{};
};

}  // namespace weir::wire::tls
