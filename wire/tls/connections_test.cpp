// Both ends of a connection are ours, on sockets that take and give little at a time: what each suite and each kind of
// writer has to hold. Those who use it test it with OpenSSL as the peer.
#include "wire/tls/connections.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "wire/http/tls.hpp"
#include "wire/testing/certificates.hpp"

namespace weir::wire::tls {
namespace {

using What = Received::What;
constexpr std::size_t kReadBytes = 64 * 1024;

struct Way {
  const char* name;
  int version;
  const char* suite;  ///< Of TLS 1.3.
  bool compact;       ///< Held by its record keys alone.
};

std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }

class TlsConnections : public ::testing::TestWithParam<Way> {
 protected:
  TlsConnections() {
    const int small = 4096;
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_.data()), 0);
    for (const int fd : fds_) { ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)); }
    client_context_ = *make_tls_context("", true);
    for (const auto& context : {client_context_, server_context_}) {
      prepare(context.get());
      SSL_CTX_set_min_proto_version(context.get(), GetParam().version);
      SSL_CTX_set_max_proto_version(context.get(), GetParam().version);
      SSL_CTX_set_ciphersuites(context.get(), GetParam().suite);
    }
    client_ = client_side_.begin(fds_[0], {client_context_, "127.0.0.1", true}) - 1;
    server_ = server_side_.accept(fds_[1], server_context_.get()) - 1;
  }
  TlsConnections(const TlsConnections&) = delete;
  TlsConnections& operator=(const TlsConnections&) = delete;
  ~TlsConnections() override {
    for (const int fd : fds_) { ::close(fd); }
  }

  void settle_both() {
    Step client = Step::want_read;
    Step server = Step::want_read;
    for (int turns = 0; turns < 100 && (client != Step::done || server != Step::done); ++turns) {
      if (client != Step::done) { client = client_side_.handshake(client_); }
      if (server != Step::done) { server = server_side_.handshake(server_); }
      ASSERT_TRUE(client != Step::failed && server != Step::failed);
    }
    client_side_.settle(client_);
    server_side_.settle(server_);
    EXPECT_EQ(client_side_.compact(), GetParam().compact ? 1U : 0U);
    EXPECT_EQ(server_side_.compact(), GetParam().compact ? 1U : 0U);
  }

  /// All of `bytes` from one side to the other, as much at a time as the socket takes.
  void carry(Connections& from, std::uint32_t from_id, Connections& to, std::uint32_t to_id, std::string_view bytes) {
    std::string got;
    std::string_view left = bytes;
    for (int turns = 0; turns < 100'000 && got.size() < bytes.size(); ++turns) {
      if (!left.empty()) {
        const auto taken = from.write(from_id, left);
        ASSERT_GE(taken, 0);
        left.remove_prefix(static_cast<std::size_t>(taken));
      }
      const Received received = to.read(to_id, buffer_.get());
      ASSERT_TRUE(received.what == What::bytes || received.what == What::nothing);
      got += received.bytes;
    }
    EXPECT_TRUE(left.empty());
    EXPECT_TRUE(got == bytes);
  }

  std::array<int, 2> fds_{};
  std::shared_ptr<SSL_CTX> client_context_;
  std::shared_ptr<SSL_CTX> server_context_ = testing::make_server_context(testing::make_identity({}));
  Connections client_side_{kReadBytes};
  Connections server_side_{kReadBytes, Writes::often};
  std::uint32_t client_ = 0, server_ = 0;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kReadBytes);
};

INSTANTIATE_TEST_SUITE_P(Every, TlsConnections,
                         ::testing::Values(Way{"tls_1_2", TLS1_2_VERSION, "", false},
                                           Way{"aes_128", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", true},
                                           Way{"aes_256", TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384", true},
                                           Way{"chacha", TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256", true},
                                           Way{"ccm", TLS1_3_VERSION, "TLS_AES_128_CCM_SHA256", false}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(TlsConnections, carry_bytes_both_ways_through_sockets_that_take_little) {
  settle_both();
  for (const std::size_t size : {1U, 100U, 16'384U, 16'385U, 300'000U}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) { bytes[i] = static_cast<char>(i * 7 + size); }
    carry(client_side_, client_, server_side_, server_, bytes);
    carry(server_side_, server_, client_side_, client_, bytes);
  }
}

TEST_P(TlsConnections, say_good_bye_from_either_side) {
  settle_both();
  server_side_.end(server_, true);
  EXPECT_EQ(client_side_.read(client_, buffer_.get()).what, What::tls_close);
  client_side_.end(client_, true);
  EXPECT_EQ(client_side_.count() + server_side_.count(), 0U);
  EXPECT_EQ(client_side_.compact() + server_side_.compact(), 0U);
}

TEST_P(TlsConnections, name_an_end_without_good_bye) {
  settle_both();
  client_side_.end(client_, false);
  ::shutdown(fds_[0], SHUT_RDWR);
  EXPECT_EQ(server_side_.read(server_, buffer_.get()).what, What::tls_truncated);
  server_side_.end(server_, true);
}

TEST_P(TlsConnections, give_a_place_to_the_next_one) {
  settle_both();
  client_side_.end(client_, false);
  server_side_.end(server_, false);
  for (const int fd : fds_) { ::close(fd); }
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds_.data()), 0);
  EXPECT_EQ(client_side_.begin(fds_[0], {client_context_, "127.0.0.1", true}) - 1, client_);
  EXPECT_EQ(server_side_.accept(fds_[1], server_context_.get()) - 1, server_);
  settle_both();
  carry(server_side_, server_, client_side_, client_, "with the keys of its own handshake");
}

TEST_P(TlsConnections, of_a_server_fail_where_the_client_speaks_no_tls) {
  EXPECT_GT(::send(fds_[0], "GET / HTTP/1.1\r\n\r\n", 18, 0), 0);
  EXPECT_EQ(server_side_.handshake(server_), Step::failed);
  server_side_.end(server_, true);
  client_side_.end(client_, false);
}

}  // namespace
}  // namespace weir::wire::tls
