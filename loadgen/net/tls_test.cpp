// What Tls does on a descriptor, against OpenSSL as the peer: once for each way in which it may hold a connection.
#include <gtest/gtest.h>

#include "loadgen/net/tls_context.hpp"
#include "loadgen/testing/net.hpp"
#include "wire/testing/certificates.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using testing::Net;
using testing::RecordingOwner;
using testing::to_local;
using wire::testing::Gate;
using wire::testing::Identity;
using wire::testing::make_identity;
using wire::testing::Peer;
using wire::testing::PemFile;
using wire::testing::RawServer;
using wire::testing::Recorder;
using What = Received::What;

struct Way {
  const char* name;
  int version;
  const char* suite;  ///< Of TLS 1.3.
  bool compact;       ///< Held by its record keys alone.
};

std::ostream& operator<<(std::ostream& out, const Way& way) { return out << way.name; }

class TlsWays : public ::testing::TestWithParam<Way> {
 protected:
  TlsWays() {
    SSL_CTX_set_min_proto_version(server_.get(), GetParam().version);
    SSL_CTX_set_max_proto_version(server_.get(), GetParam().version);
    SSL_CTX_set_ciphersuites(server_.get(), GetParam().suite);
  }

  TlsTarget target(const std::string& host = "127.0.0.1", bool insecure = false) const {
    const auto context = *make_load_context(roots_.path(), insecure);
    if (GetParam().version == TLS1_3_VERSION) {
      SSL_CTX_set_ciphersuites(context.get(), GetParam().suite);  // By default none with CCM is offered.
    }
    return {context, host, insecure};
  }

  /// A script that runs once TLS is up.
  RawServer::Script secured(RawServer::Script script) {
    return [this, script = std::move(script)](Peer& peer) {
      if (peer.accept_tls(server_.get())) { script(peer); }
    };
  }

  /// A settled channel to the server.
  Channel settled(std::uint16_t port) {
    auto opened = net_.channels.connect(*to_address({"127.0.0.1", port}), nullptr);
    EXPECT_EQ(opened.failure, ConnectFailure::none);
    EXPECT_TRUE(net_.channels.begin_tls(opened.channel, target()));
    for (Step step = Step::want_read; step != Step::done; step = net_.channels.handshake(opened.channel)) {
      if (step == Step::failed) {
        ADD_FAILURE() << net_.channels.tls_failure(opened.channel);
        break;
      }
      wait_for(opened.channel, step == Step::want_write ? POLLOUT : POLLIN | POLLOUT);
    }
    net_.channels.settle(opened.channel);
    EXPECT_EQ(net_.channels.tls().compact(), GetParam().compact ? 1U : 0U);
    return opened.channel;
  }

  static void wait_for(const Channel& channel, short events) {
    pollfd one{channel.fd, events, 0};
    ASSERT_EQ(::poll(&one, 1, 20'000), 1);
  }

  /// Reads until something else than bytes comes, which it returns.
  What read_all(const Channel& channel, std::string& bytes) {
    for (;;) {
      wait_for(channel, POLLIN);
      for (bool more = true; more;) {
        const Received got = net_.channels.read(channel);
        bytes += got.bytes;
        more = got.more;
        if (got.what != What::bytes && got.what != What::nothing) { return got.what; }
      }
    }
  }

  Identity root_ = wire::testing::make_root();
  PemFile roots_{root_};
  std::shared_ptr<SSL_CTX> server_ = wire::testing::make_server_context(make_identity({}, &root_));
  Net net_;
};

INSTANTIATE_TEST_SUITE_P(Every, TlsWays,
                         ::testing::Values(Way{"tls_1_2", TLS1_2_VERSION, "", false},
                                           Way{"aes_128", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", true},
                                           Way{"aes_256", TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384", true},
                                           Way{"chacha", TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256", true},
                                           Way{"ccm", TLS1_3_VERSION, "TLS_AES_128_CCM_SHA256", false}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(TlsWays, exchanges_over_tls_and_times_the_handshake) {
  Recorder recorder;
  RawServer server(secured([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    peer.wait_for_client_end();
    recorder.add(SSL_get_shutdown(peer.ssl()) & SSL_RECEIVED_SHUTDOWN ? "close_notify" : "no close_notify");
  }));
  RecordingOwner owner;
  Destination to = to_local(server.port(), target());
  net_.exchanges.begin(Net::plan(to), {.slot = 1}, owner);
  ASSERT_TRUE(net_.run([&] { return owner.called == 1; }));
  const Outcome& outcome = owner.finishes.at(1);
  EXPECT_EQ(outcome.failed, Failed::no) << outcome.detail;
  EXPECT_EQ(outcome.http.body, "ok");
  EXPECT_GT(outcome.times.tls_ns, 0);
  EXPECT_EQ(recorder.wait_for(2).back(), "close_notify");
  EXPECT_EQ(net_.channels.tls().count(), 0U);
}

TEST_P(TlsWays, hands_a_stream_over_and_reads_it_to_its_end) {
  Gate handed_over;
  RawServer server(secured([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    handed_over.wait();
    for (int i = 2; i < 200; ++i) { peer.send("data: " + std::to_string(i) + "\n\n"); }
    peer.close_notify();
    peer.fin();
  }));
  RecordingOwner owner;
  Destination to = to_local(server.port(), target());
  net_.exchanges.begin(Net::plan(to, "/", true), {.slot = 1}, owner);
  ASSERT_TRUE(net_.run([&] { return owner.called == 1; }));
  ASSERT_EQ(owner.handovers.size(), 1U) << owner.finishes.at(1).detail;
  Handover& handover = owner.handovers.at(1);
  EXPECT_EQ(net_.channels.tls().compact(), GetParam().compact ? 1U : 0U);
  handed_over.open();
  std::string body = handover.rest;
  EXPECT_EQ(read_all(handover.channel, body), What::tls_close);
  std::string expected;
  for (int i = 1; i < 200; ++i) { expected += "data: " + std::to_string(i) + "\n\n"; }
  EXPECT_EQ(body, expected);
  net_.channels.close(handover.channel);
  EXPECT_EQ(net_.channels.tls().count(), 0U);
}

TEST_P(TlsWays, tells_the_ends_apart) {
  RawServer server({secured([](Peer& peer) {
                      peer.send("x");
                      peer.close_notify();
                      peer.wait_for_client_end();  // Its FIN comes only after ours.
                    }),
                    secured([](Peer& peer) {
                      peer.send("x");
                      peer.fin();
                      peer.wait_for_client_end();
                    }),
                    secured([](Peer& peer) {
                      peer.send("x");
                      peer.read_request();
                      peer.rst();
                    })});
  for (const What expected : {What::tls_close, What::tls_truncated}) {
    Channel channel = settled(server.port());
    std::string bytes;
    EXPECT_EQ(read_all(channel, bytes), expected);
    EXPECT_EQ(bytes, "x");
    EXPECT_EQ(net_.channels.read(channel).what, expected);  // And it stays so.
    net_.channels.close(channel);
  }
  Channel channel = settled(server.port());
  wait_for(channel, POLLIN);
  EXPECT_GT(net_.channels.write(channel, "GET / HTTP/1.1\r\n\r\n"), 0);
  std::string bytes;
  EXPECT_EQ(read_all(channel, bytes), What::reset);
  net_.channels.close(channel);
}

TEST_P(TlsWays, reads_more_than_its_buffer_holds) {
  std::string much;
  for (int i = 0; i < 100'000; ++i) { much += std::to_string(i) + " "; }
  RawServer server(secured([&](Peer& peer) {
    peer.send(much);
    peer.close_notify();
    peer.wait_for_client_end();
  }));
  Channel channel = settled(server.port());
  std::string bytes;
  EXPECT_EQ(read_all(channel, bytes), What::tls_close);
  EXPECT_TRUE(bytes == much);
  net_.channels.close(channel);
}

TEST_P(TlsWays, writes_after_it_has_settled) {
  Recorder recorder;
  RawServer server(secured([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send("answer");
    recorder.add(peer.read_request());
  }));
  Channel channel = settled(server.port());
  const std::string small = "GET / HTTP/1.1\r\n\r\n";
  ASSERT_EQ(net_.channels.write(channel, small), static_cast<std::int64_t>(small.size()));
  EXPECT_EQ(recorder.wait_for(1).front(), small);
  const std::string large = "POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'l');
  for (std::string_view left = large; !left.empty();) {
    const auto taken = net_.channels.write(channel, left);
    ASSERT_GE(taken, 0);
    left.remove_prefix(static_cast<std::size_t>(taken));
    if (taken == 0) { wait_for(channel, POLLOUT); }
  }
  EXPECT_TRUE(recorder.wait_for(2).back() == large);
  std::string bytes;
  EXPECT_NE(read_all(channel, bytes), What::tls_failed);
  EXPECT_EQ(bytes, "answer");
  net_.channels.close(channel);
}

TEST_P(TlsWays, survives_records_that_come_byte_by_byte) {
  RawServer server(secured([&](Peer& peer) {
    BIO* const memory = BIO_new(BIO_s_mem());
    SSL_set0_wbio(peer.ssl(), memory);
    for (int i = 0; i < 20; ++i) {
      SSL_write(peer.ssl(), "data\n", 5);
      char* bytes = nullptr;
      const long size = BIO_get_mem_data(memory, &bytes);
      for (long at = 0; at < size; ++at) { ::send(SSL_get_rfd(peer.ssl()), bytes + at, 1, MSG_NOSIGNAL); }
      BIO_reset(memory);
    }
    peer.fin();
    peer.wait_for_client_end();
  }));
  Channel channel = settled(server.port());
  std::string bytes;
  EXPECT_EQ(read_all(channel, bytes), What::tls_truncated);
  EXPECT_EQ(bytes.size(), 100U);
  net_.channels.close(channel);
}

TEST_P(TlsWays, follows_key_updates_and_answers_them) {
  if (GetParam().version != TLS1_3_VERSION) {
    return;  // TLS 1.2 has none.
  }
  Recorder recorder;
  RawServer server(secured([&](Peer& peer) {
    for (int i = 0; i < 3; ++i) {
      SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
      peer.send("data: " + std::to_string(i) + "\n\n");
      recorder.add(peer.read_request());
    }
    peer.close_notify();
    peer.wait_for_client_end();
  }));
  Channel channel = settled(server.port());
  std::string bytes;
  for (std::size_t i = 0; i < 3; ++i) {
    while (bytes.size() < 9 * (i + 1)) {
      wait_for(channel, POLLIN);
      bytes += net_.channels.read(channel).bytes;
    }
    const std::string request = "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
    ASSERT_EQ(net_.channels.write(channel, request), static_cast<std::int64_t>(request.size()));
    EXPECT_EQ(recorder.wait_for(i + 1).back(), request);
  }
  EXPECT_EQ(read_all(channel, bytes), What::tls_close);
  EXPECT_EQ(bytes, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  net_.channels.close(channel);
}

TEST_P(TlsWays, stays_with_openssl_after_a_key_update_that_came_before_it_settled) {
  if (GetParam().version != TLS1_3_VERSION) { return; }
  Gate settled_now;
  RawServer server(secured([&](Peer& peer) {
    peer.read_request();
    SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    settled_now.wait();
    peer.send("data: 1\n\n");
    peer.close_notify();
    peer.wait_for_client_end();
  }));
  RecordingOwner owner;
  Destination to = to_local(server.port(), target());
  net_.exchanges.begin(Net::plan(to, "/", true), {.slot = 1}, owner);
  ASSERT_TRUE(net_.run([&] { return owner.called == 1; }));
  settled_now.open();
  Handover& handover = owner.handovers.at(1);
  EXPECT_EQ(net_.channels.tls().compact(), 0U);
  std::string body = handover.rest;
  EXPECT_EQ(read_all(handover.channel, body), What::tls_close);
  EXPECT_EQ(body, "data: 1\n\n");
  net_.channels.close(handover.channel);
}

TEST_P(TlsWays, says_good_bye) {
  Recorder recorder;
  RawServer server(secured([&](Peer& peer) {
    peer.wait_for_client_end();
    recorder.add(SSL_get_shutdown(peer.ssl()) & SSL_RECEIVED_SHUTDOWN ? "close_notify" : "no close_notify");
  }));
  Channel first = settled(server.port());
  net_.channels.close(first);
  EXPECT_EQ(recorder.wait_for(1).back(), "close_notify");
  Channel second = settled(server.port());
  net_.channels.close(second, Channels::How::reset);
  EXPECT_EQ(recorder.wait_for(2).back(), "no close_notify");
}

class TlsHandshake : public TlsWays {};
INSTANTIATE_TEST_SUITE_P(One, TlsHandshake,
                         ::testing::Values(Way{"any", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", true}),
                         [](const auto& one) { return std::string(one.param.name); });

/// The failure of a connection for `host`.
struct Refusals {
  static const Outcome& of(Net& net, RecordingOwner& owner, std::uint16_t port, TlsTarget target) {
    static std::uint32_t slot = 0;
    Destination to = to_local(port, std::move(target));
    const std::size_t called = owner.called;
    net.exchanges.begin(Net::plan(to), {.slot = ++slot}, owner);
    EXPECT_TRUE(net.run([&] { return owner.called == called + 1; }));
    return owner.finishes.at(slot);
  }
};

TEST_P(TlsHandshake, verifies_the_chain_and_the_name) {
  RawServer server(secured([](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_client_end();
  }));
  RecordingOwner owner;
  const Outcome& other_name = Refusals::of(net_, owner, server.port(), target("mcp.example"));
  EXPECT_EQ(other_name.connect, ConnectFailure::tls);
  EXPECT_NE(other_name.detail.find("not for mcp.example"), std::string::npos) << other_name.detail;
  const Identity stranger = wire::testing::make_root("stranger");
  const PemFile strange(stranger);
  const Outcome& untrusted =
      Refusals::of(net_, owner, server.port(), {*make_load_context(strange.path(), false), "127.0.0.1", false});
  EXPECT_EQ(untrusted.connect, ConnectFailure::tls);
  EXPECT_NE(untrusted.detail.find("no trusted root"), std::string::npos) << untrusted.detail;
  const Outcome& insecure = Refusals::of(net_, owner, server.port(), target("mcp.example", true));
  EXPECT_EQ(insecure.failed, Failed::no) << insecure.detail;
}

TEST_P(TlsHandshake, names_a_peer_that_speaks_no_tls_or_goes_away) {
  RawServer server({[](Peer& peer) {
                      peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                      peer.wait_for_client_end();
                    },
                    [](Peer& peer) {
                      peer.fin();
                      peer.wait_for_client_end();
                    }});
  RecordingOwner owner;
  const Outcome& plain = Refusals::of(net_, owner, server.port(), target());
  EXPECT_EQ(plain.connect, ConnectFailure::tls);
  EXPECT_NE(plain.detail.find("is it plain http://?"), std::string::npos) << plain.detail;
  const Outcome& closed = Refusals::of(net_, owner, server.port(), target());
  EXPECT_EQ(closed.connect, ConnectFailure::tls);
  EXPECT_NE(closed.detail.find("closed the connection"), std::string::npos) << closed.detail;
  EXPECT_EQ(net_.channels.tls().count(), 0U);
}

TEST_P(TlsHandshake, needs_roots_that_can_be_read) {
  const auto made = make_load_context("/nowhere/roots.pem", false);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, wire::ErrorCode::bad_input);
}

}  // namespace
}  // namespace weir::loadgen
