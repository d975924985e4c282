#include "wire/tls/record.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <string>

#include "wire/testing/certificates.hpp"

namespace weir::wire::tls {
namespace {

using Decoded = RecordCodec::Decoded::What;

/// OpenSSL on both ends in memory; after the handshake our codec takes the client's place.
class Handshaken {
 public:
  explicit Handshaken(const std::string& suite) {
    SSL_CTX_set_min_proto_version(server_context_.get(), TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(server_context_.get(), suite.c_str());
    SSL_CTX_set_keylog_callback(client_context_.get(), [](const SSL* ssl, const char* line) {
      static_cast<Handshaken*>(SSL_get_app_data(ssl))->log(line);
    });
    client_.reset(SSL_new(client_context_.get()), SSL_free);
    server_.reset(SSL_new(server_context_.get()), SSL_free);
    SSL_set_app_data(client_.get(), this);
    SSL_set_bio(client_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_bio(server_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    while (!SSL_is_init_finished(client_.get())) {
      SSL_do_handshake(client_.get());
      move(client_.get(), server_.get());
      SSL_do_handshake(server_.get());
      if (!SSL_is_init_finished(client_.get())) { move(server_.get(), client_.get()); }
    }
    const auto number = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(client_.get()));
    keys = make_record_keys(static_cast<RecordSuite>(number), server_secret_, client_secret_, 0, 0);
    peer_keys = make_record_keys(static_cast<RecordSuite>(number), client_secret_, server_secret_, 0, 0);
  }

  SSL* server() { return server_.get(); }
  SSL_CTX* server_context() { return server_context_.get(); }

  /// Decoded the server has put on the wire since the last call.
  std::string sent() {
    std::string bytes(BIO_ctrl_pending(SSL_get_wbio(server_.get())), '\0');
    if (!bytes.empty()) { BIO_read(SSL_get_wbio(server_.get()), bytes.data(), static_cast<int>(bytes.size())); }
    return bytes;
  }
  void write(std::string_view data) {
    ASSERT_EQ(SSL_write(server_.get(), data.data(), static_cast<int>(data.size())), static_cast<int>(data.size()));
  }
  /// Decoded the server reads of the bytes.
  std::string read(std::string_view bytes) {
    BIO_write(SSL_get_rbio(server_.get()), bytes.data(), static_cast<int>(bytes.size()));
    std::string data;
    char block[20'000];
    for (int got = 0; (got = SSL_read(server_.get(), block, sizeof(block))) > 0;) {
      data.append(block, static_cast<std::size_t>(got));
    }
    return data;
  }

  RecordCodec::Decoded decode(std::string_view bytes, std::string& plain) {
    std::string out(bytes.size(), '\0');
    const auto decoded = codec.decode(keys, bytes, out.data());
    plain.append(out, 0, decoded.filled);
    return decoded;
  }
  std::string encode(RecordKeys& with, RecordType type, std::string_view plain) {
    std::string out(plain.size() + kRecordOverheadBytes, '\0');
    out.resize(codec.encode(with, type, plain, out.data()));
    return out;
  }
  std::string encode_update() {
    std::string out(5 + kRecordOverheadBytes, '\0');
    out.resize(codec.encode_update(keys, out.data()));
    return out;
  }

  RecordCodec codec;
  RecordKeys keys;       ///< Ours.
  RecordKeys peer_keys;  ///< The server's, for records that OpenSSL would not make.

 private:
  void log(std::string_view line) {
    TrafficSecret* secret = line.starts_with("SERVER_TRAFFIC_SECRET_0 ")   ? &server_secret_
                            : line.starts_with("CLIENT_TRAFFIC_SECRET_0 ") ? &client_secret_
                                                                           : nullptr;
    if (secret != nullptr) {
      const std::string_view hex = line.substr(line.rfind(' ') + 1);
      for (std::size_t i = 0; i < hex.size() / 2; ++i) {
        std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, (*secret)[i], 16);
      }
    }
  }
  static void move(SSL* from, SSL* to) {
    char block[4096];
    for (int got = 0; (got = BIO_read(SSL_get_wbio(from), block, sizeof(block))) > 0;) {
      BIO_write(SSL_get_rbio(to), block, got);
    }
  }

  std::shared_ptr<SSL_CTX> client_context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::shared_ptr<SSL_CTX> server_context_ = wire::testing::make_server_context(wire::testing::make_root());
  std::shared_ptr<SSL> client_, server_;
  TrafficSecret client_secret_{}, server_secret_{};
};

class Records : public ::testing::TestWithParam<const char*> {
 protected:
  Handshaken ends_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Suites, Records,
                         ::testing::Values("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                           "TLS_CHACHA20_POLY1305_SHA256"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(Records, are_opened_as_openssl_wrote_them_and_its_tickets_are_dropped) {
  std::string expected;
  for (const std::size_t size : {1U, 2U, 100U, 16'383U, 16'384U, 16'385U, 50'000U}) {
    const std::string data(size, static_cast<char>('a' + size % 26));
    ends_.write(data);
    expected += data;
  }
  const std::string bytes = ends_.sent();
  std::string plain;
  const auto decoded = ends_.decode(bytes, plain);
  EXPECT_EQ(decoded.what, Decoded::more);
  EXPECT_EQ(decoded.taken, bytes.size());
  EXPECT_TRUE(plain == expected);
  EXPECT_GT(ends_.keys.read_sequence, 9U);  // Two tickets came first.
}

TEST_P(Records, wait_until_they_are_whole) {
  ends_.write("first");
  ends_.write("second");
  const std::string bytes = ends_.sent();
  const RecordKeys keys = ends_.keys;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ends_.keys = keys;
    std::string plain;
    const auto first = ends_.decode(std::string_view(bytes).substr(0, cut), plain);
    ASSERT_EQ(first.what, Decoded::more);
    ASSERT_LE(first.taken, cut);
    const auto second = ends_.decode(std::string_view(bytes).substr(first.taken), plain);
    ASSERT_EQ(first.taken + second.taken, bytes.size());
    ASSERT_EQ(plain, "firstsecond");
  }
}

TEST_P(Records, follow_the_peers_key_updates) {
  std::string plain;
  for (int i = 0; i < 5; ++i) {
    const bool ask = i % 2 == 0;
    ASSERT_EQ(SSL_key_update(ends_.server(), ask ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    ends_.write("a");
    ends_.write("b");
    const auto decoded = ends_.decode(ends_.sent(), plain);
    ASSERT_EQ(decoded.what, Decoded::more);
    EXPECT_EQ(decoded.update_requested, ask);
    EXPECT_EQ(ends_.keys.read_sequence, 2U);
    if (ask) {
      EXPECT_EQ(ends_.read(ends_.encode_update()), "");
      EXPECT_EQ(ends_.keys.write_sequence, 0U);
    }
    EXPECT_EQ(ends_.read(ends_.encode(ends_.keys, RecordType::data, "ours")), "ours");
  }
  EXPECT_EQ(plain, "ababababab");
}

TEST_P(Records, may_be_padded) {
  SSL_set_block_padding(ends_.server(), 512);
  ends_.write("short");
  const std::string bytes = ends_.sent();
  std::string plain;
  EXPECT_EQ(ends_.decode(bytes, plain).taken, bytes.size());
  EXPECT_EQ(plain, "short");
  EXPECT_GT(bytes.size(), 512U);
}

TEST_P(Records, are_written_so_that_openssl_opens_them) {
  for (const std::size_t size : {1U, 17U, 1'000U, 16'383U, 16'384U}) {
    const std::string data(size, 'w');
    EXPECT_TRUE(ends_.read(ends_.encode(ends_.keys, RecordType::data, data)) == data) << size;
  }
  EXPECT_EQ(ends_.keys.write_sequence, 5U);
  EXPECT_EQ(ends_.read(ends_.encode(ends_.keys, RecordType::alert, std::string_view("\1\0", 2))), "");
  EXPECT_TRUE(SSL_get_shutdown(ends_.server()) & SSL_RECEIVED_SHUTDOWN);
}

TEST_P(Records, are_the_same_with_the_key_for_writing_kept) {
  RecordKeys other = ends_.keys;
  WriteKey kept = write_key_of(other);
  std::string record(100 + kRecordOverheadBytes, '\0');
  for (int update = 0; update < 3; ++update) {
    for (const std::string_view plain : {"one", "two"}) {
      const std::string derived = ends_.encode(ends_.keys, RecordType::data, plain);
      ASSERT_EQ(ends_.codec.encode(other, RecordType::data, plain, record.data(), &kept), derived.size());
      EXPECT_EQ(record.substr(0, derived.size()), derived);
      EXPECT_EQ(ends_.read(derived), plain);
    }
    const std::string derived = ends_.encode_update();
    ASSERT_EQ(ends_.codec.encode_update(other, record.data(), &kept), derived.size());
    EXPECT_EQ(record.substr(0, derived.size()), derived);
    EXPECT_EQ(ends_.read(derived), "");
  }
}

TEST_P(Records, end_with_close_notify_or_with_a_fatal_alert) {
  ends_.write("last");
  SSL_shutdown(ends_.server());
  const std::string bytes = ends_.sent();
  std::string plain;
  EXPECT_EQ(ends_.decode(bytes + "whatever", plain).what, Decoded::close);
  EXPECT_EQ(plain, "last");

  Handshaken other(GetParam());
  std::string spoilt = other.encode(other.keys, RecordType::data, "x");
  spoilt.back() = static_cast<char>(spoilt.back() ^ 1);
  EXPECT_EQ(other.read(spoilt), "");  // bad_record_mac
  EXPECT_EQ(other.decode(other.sent(), plain).what, Decoded::failed);
}

TEST_P(Records, that_were_changed_or_come_out_of_order_do_not_open) {
  ends_.write("first");
  ends_.sent();  // A record is lost.
  ends_.write("second");
  std::string plain;
  EXPECT_EQ(ends_.decode(ends_.sent(), plain).what, Decoded::failed);

  for (std::size_t i = 0; i < 26; ++i) {
    std::string bytes = ends_.encode(ends_.peer_keys, RecordType::data, "data");
    ASSERT_EQ(bytes.size(), 26U);
    bytes[i] = static_cast<char>(bytes[i] ^ 0x41);
    Handshaken& ends = ends_;
    ends.keys.read_sequence = ends.peer_keys.write_sequence - 1;
    const auto decoded = ends.decode(bytes + std::string(70'000, 'x'), plain);
    EXPECT_EQ(decoded.what, Decoded::failed) << i;
  }
  EXPECT_EQ(plain, "");
}

TEST_P(Records, of_application_data_may_be_empty) {
  std::string bytes = ends_.encode(ends_.peer_keys, RecordType::data, "");
  bytes += ends_.encode(ends_.peer_keys, RecordType::data, "x");
  std::string plain;
  EXPECT_EQ(ends_.decode(bytes, plain).taken, bytes.size());
  EXPECT_EQ(plain, "x");
}

TEST_P(Records, carry_handshake_messages_in_pieces) {
  const std::string ticket = std::string("\4\0\0\5", 4) + "12345";
  const std::string update = std::string("\x18\0\0\1", 4) + '\1';
  std::string bytes;
  for (const char c : ticket + ticket.substr(0, 3)) {
    bytes += ends_.encode(ends_.peer_keys, RecordType::handshake, {&c, 1});
  }
  bytes += ends_.encode(ends_.peer_keys, RecordType::handshake, ticket.substr(3) + update);
  std::string plain;
  const auto decoded = ends_.decode(bytes, plain);
  EXPECT_EQ(decoded.what, Decoded::more);
  EXPECT_EQ(decoded.taken, bytes.size());
  EXPECT_TRUE(decoded.update_requested);
  EXPECT_EQ(ends_.keys.read_sequence, 0U);
}

TEST_P(Records, of_a_peer_that_breaks_the_rules_are_refused) {
  const std::string update = std::string("\x18\0\0\1", 4);
  const std::vector<std::pair<RecordType, std::string>> cases = {
      {RecordType::handshake, std::string("\1\0\0\1x", 5)},       // ClientHello.
      {RecordType::handshake, ""},                                // Empty.
      {RecordType::handshake, update + '\2'},                     // Neither yes nor no.
      {RecordType::handshake, update + std::string("\0x", 2)},    // Bytes behind a KeyUpdate.
      {RecordType::handshake, std::string("\x18\0\0\2\0\0", 6)},  // A KeyUpdate of two bytes.
      {RecordType::handshake, std::string("\4\x7f\xff\xff", 4)},  // A ticket beyond any bound.
      {RecordType::alert, std::string("\2\50", 2)},               // handshake_failure.
      {RecordType::alert, std::string("\1", 1)},                  // Half an alert.
      {static_cast<RecordType>(20), std::string("\1", 1)},        // ChangeCipherSpec, protected.
      {static_cast<RecordType>(0), ""},                           // Padding alone.
  };
  for (const auto& [type, content] : cases) {
    RecordKeys keys = ends_.keys;
    RecordKeys peer = ends_.peer_keys;
    const std::string bytes = ends_.encode(peer, type, content);
    std::string out(bytes.size(), '\0');
    EXPECT_EQ(ends_.codec.decode(keys, bytes, out.data()).what, Decoded::failed) << content;
  }
  RecordKeys keys = ends_.keys;  // Data within a handshake message.
  RecordKeys peer = ends_.peer_keys;
  std::string bytes = ends_.encode(peer, RecordType::handshake, std::string("\4\0\0\5", 4));
  bytes += ends_.encode(peer, RecordType::data, "x");
  std::string out(bytes.size(), '\0');
  EXPECT_EQ(ends_.codec.decode(keys, bytes, out.data()).what, Decoded::failed);
}

TEST_P(Records, of_many_connections_share_the_codec) {
  Handshaken other(GetParam());
  std::string plain;
  for (int i = 0; i < 20; ++i) {
    Handshaken& ends = i % 3 == 0 ? other : ends_;
    ends.write(std::to_string(i) + " ");
    const std::string bytes = ends.sent();
    std::string out(bytes.size(), '\0');
    const auto decoded = ends_.codec.decode(ends.keys, bytes, out.data());
    ASSERT_EQ(decoded.taken, bytes.size());
    plain.append(out, 0, decoded.filled);
  }
  EXPECT_EQ(plain, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 ");
}

}  // namespace
}  // namespace weir::wire::tls
