#include "wire/tls/session.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace weir::wire::tls {

namespace {

constexpr std::size_t kHeaderBytes = 5;
constexpr unsigned char kApplicationData = 23;

bool parse_secret(std::string_view line, TrafficSecret& secret) {
  std::string_view hex = line.substr(line.rfind(' ') + 1);
  if (hex.size() % 2 != 0 || hex.size() > 2 * secret.size()) { return false; }
  for (std::size_t i = 0; !hex.empty(); ++i, hex.remove_prefix(2)) {
    if (std::from_chars(hex.begin(), hex.begin() + 2, secret[i], 16).ptr != hex.begin() + 2) { return false; }
  }
  return true;
}

std::optional<RecordSuite> known_suite(const SSL* ssl) {
  const SSL_CIPHER* cipher = SSL_version(ssl) == TLS1_3_VERSION ? SSL_get_current_cipher(ssl) : nullptr;
  const auto number = cipher != nullptr ? SSL_CIPHER_get_protocol_id(cipher) : std::uint16_t{0};
  for (const auto suite : {RecordSuite::aes_128_gcm, RecordSuite::aes_256_gcm, RecordSuite::chacha20_poly1305}) {
    if (number == static_cast<std::uint16_t>(suite)) { return suite; }
  }
  return std::nullopt;
}

}  // namespace

void RecordCounter::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (left_ > 0) {
      const std::size_t skipped = std::min<std::size_t>(left_, bytes.size());
      left_ -= static_cast<std::uint32_t>(skipped);
      bytes.remove_prefix(skipped);
      continue;
    }
    header_[header_bytes_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_bytes_ == kHeaderBytes) {
      header_bytes_ = 0;
      left_ = static_cast<std::uint32_t>(header_[3] << 8 | header_[4]);
      count_ += header_[0] == kApplicationData ? 1 : 0;
    }
  }
}

/// What OpenSSL calls; every session is found through its BIO.
struct Callbacks {
  static Session& of(const BIO* bio) { return *static_cast<Session*>(BIO_get_data(const_cast<BIO*>(bio))); }
  static Session& of(const SSL* ssl) { return of(SSL_get_rbio(ssl)); }

  static int read(BIO* bio, char* out, std::size_t size, std::size_t* got) {
    Session& session = of(bio);
    BIO_clear_retry_flags(bio);
    if (session.established_) {
      *got = std::min(size, session.input_.size());
      std::memcpy(out, session.input_.data(), *got);
      session.input_.remove_prefix(*got);
      session.in_.feed({out, *got});
      if (*got == 0) { BIO_set_retry_read(bio); }
      return *got > 0 ? 1 : 0;
    }
    // During the handshake no byte is read beyond what OpenSSL asks for: the first record after it is number 0.
    const ssize_t count = ::recv(session.fd_, out, size, MSG_DONTWAIT);
    if (count < 0 && would_block(errno)) { BIO_set_retry_read(bio); }
    session.reset_ = session.reset_ || (count < 0 && !would_block(errno));
    session.fin_ = session.fin_ || count == 0;
    *got = count > 0 ? static_cast<std::size_t>(count) : 0;
    return count > 0 ? 1 : 0;
  }

  static int write(BIO* bio, const char* bytes, std::size_t size, std::size_t* sent) {
    Session& session = of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::send(session.fd_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (would_block(errno)) { BIO_set_retry_write(bio); }
      session.reset_ = session.reset_ || !would_block(errno);
      *sent = 0;
      return 0;
    }
    if (session.established_) { session.out_.feed({bytes, static_cast<std::size_t>(count)}); }
    *sent = static_cast<std::size_t>(count);
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weir descriptor");
      BIO_meth_set_read_ex(fresh, read);
      BIO_meth_set_write_ex(fresh, write);
      BIO_meth_set_ctrl(fresh, control);
      BIO_meth_set_create(fresh, create);
      return fresh;
    }();
    return made;
  }

  static int verify(int preverified, X509_STORE_CTX* store) {
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    Session& session = of(ssl);
    return session.insecure_ || note_fault(preverified == 1, store, session.fault_) ? 1 : 0;
  }

  /// A line of the NSS key log: LABEL <client random> <secret>.
  static void secret(const SSL* ssl, const char* text) {
    const std::string_view line(text);
    Session& session = of(ssl);
    const bool serves = SSL_is_server(ssl) == 1;
    if (line.starts_with(serves ? "CLIENT_TRAFFIC_SECRET_0 " : "SERVER_TRAFFIC_SECRET_0 ")) {
      session.reads_ = parse_secret(line, session.read_secret_);
    } else if (line.starts_with(serves ? "SERVER_TRAFFIC_SECRET_0 " : "CLIENT_TRAFFIC_SECRET_0 ")) {
      session.writes_ = parse_secret(line, session.write_secret_);
    }
  }

  static void message(int, int, int content, const void* bytes, std::size_t size, SSL* ssl, void*) {
    if (content == SSL3_RT_HANDSHAKE && size > 0 && *static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE) {
      of(ssl).rekeyed_ = true;
    }
  }
};

void prepare(ssl_ctx_st* context) {
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_keylog_callback(context, Callbacks::secret);
  // A ticket of TLS 1.3 is a record of the application keys that is sent within the handshake, where none is counted.
  SSL_CTX_set_num_tickets(context, 0);
}

std::unique_ptr<Session> Session::make(int fd, ssl_ctx_st* context) {
  std::unique_ptr<Session> session(new Session);
  session->fd_ = fd;
  session->ssl_ = SSL_new(context);
  BIO* bio = session->ssl_ != nullptr ? BIO_new(Callbacks::method()) : nullptr;
  if (bio == nullptr) {
    ERR_clear_error();
    return nullptr;
  }
  BIO_set_data(bio, session.get());
  SSL_set_bio(session->ssl_, bio, bio);
  SSL_set_msg_callback(session->ssl_, Callbacks::message);
  return session;
}

std::unique_ptr<Session> Session::make_client(int fd, const ClientTarget& target) {
  auto session = make(fd, target.context.get());
  if (!session) { return nullptr; }
  session->host_ = target.host;
  session->insecure_ = target.insecure;
  SSL_set_verify(session->ssl_, target.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, Callbacks::verify);
  SSL_set_connect_state(session->ssl_);
  const bool ready = expect_host(session->ssl_, target.host, target.insecure).has_value();
  ERR_clear_error();
  return ready ? std::move(session) : nullptr;
}

std::unique_ptr<Session> Session::make_server(int fd, ssl_ctx_st* context) {
  auto session = make(fd, context);
  if (session) { SSL_set_accept_state(session->ssl_); }
  return session;
}

Session::~Session() {
  SSL_free(ssl_);
  OPENSSL_cleanse(read_secret_.data(), read_secret_.size());
  OPENSSL_cleanse(write_secret_.data(), write_secret_.size());
}

Step Session::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) { return failed(result); }
  established_ = true;
  return Step::done;
}

Step Session::failed(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return Step::want_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::want_write;
    default:
      error_ = ERR_peek_error();
      broken_ = true;
      ERR_clear_error();
      return Step::failed;
  }
}

std::string Session::failure() const {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  ::getpeername(fd_, reinterpret_cast<sockaddr*>(&peer), &size);
  const auto port = peer.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(peer).sin6_port
                                               : reinterpret_cast<const sockaddr_in&>(peer).sin_port;
  const std::string where = fmt::format("{}:{}", host_, ntohs(port));
  const char* reason = reset_ ? "the peer reset the connection" : "the peer closed the connection";
  return handshake_error(host_, where, fault_, reset_ || fin_ ? 0 : error_, reason).detail;
}

Received Session::end(Received received) {
  ended_ = received.what;
  if (!received.bytes.empty()) {
    received.what = Received::What::bytes;
    received.more = true;  // The end is known, and may cause no wake-up of its own.
  }
  return received;
}

Received Session::read(char* input, std::size_t input_size, char* buffer, std::size_t size) {
  if (ended_ != Received::What::nothing) { return {.what = ended_}; }
  Received received = receive_plain(fd_, input, input_size);
  if (received.what != Received::What::bytes) {
    if (received.what == Received::What::fin) { received.what = Received::What::tls_truncated; }
    broken_ = broken_ || received.what != Received::What::nothing;
    return received;
  }
  input_ = received.bytes;
  received.bytes = {};
  std::size_t filled = 0;
  for (;;) {
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_, buffer + filled, size - filled, &got);
    filled += got;
    received.bytes = {buffer, filled};
    if (result == 1) { continue; }
    const int error = SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_ZERO_RETURN) {
      received.what = Received::What::tls_close;
      return end(received);
    }
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
      ERR_clear_error();
      broken_ = true;
      received.what = Received::What::tls_failed;
      return end(received);
    }
    break;
  }
  if (settled_) { free_buffers(); }
  received.what = filled > 0 ? Received::What::bytes : Received::What::nothing;
  return received;
}

std::int64_t Session::write(std::string_view bytes) {
  std::size_t sent = 0;
  ERR_clear_error();
  const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent);
  if (result == 1) { return static_cast<std::int64_t>(sent); }
  return failed(result) == Step::failed ? -1 : 0;
}

/// A NewSessionTicket makes OpenSSL allocate a write buffer that only a write would free. Between records only: some
/// releases free a buffer that still holds a record's header.
void Session::free_buffers() {
  if (in_.between_records()) { SSL_free_buffers(ssl_); }
}

std::optional<RecordKeys> Session::give_keys() {
  const auto suite = known_suite(ssl_);
  const bool usable = suite && reads_ && writes_ && established_ && settled_ && !broken_ && !rekeyed_ && !reset_;
  const bool at_rest = ended_ == Received::What::nothing && input_.empty() && in_.between_records() &&
                       out_.between_records() && SSL_get_shutdown(ssl_) == 0;
  // A client that wants smaller records (RFC 6066 section 4) gets them from OpenSSL.
  const bool whole_records = SSL_SESSION_get_max_fragment_length(SSL_get_session(ssl_)) == 0;
  // SSL_free_buffers() refuses while anything is half read or half written.
  if (!usable || !at_rest || !whole_records || SSL_has_pending(ssl_) != 0 || SSL_in_init(ssl_) != 0 ||
      SSL_free_buffers(ssl_) != 1) {
    return std::nullopt;
  }
  return make_record_keys(*suite, read_secret_, write_secret_, in_.count(), out_.count());
}

void Session::notify() {
  if (established_ && !broken_) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
  }
}

}  // namespace weir::wire::tls
