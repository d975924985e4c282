#include "wire/http/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "wire/http/http_client.hpp"
#include "wire/testing/certificates.hpp"
#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::Gate;
using ::testing::HasSubstr;
using testing::Identity;
using testing::kLong;
using testing::kShort;
using testing::make_identity;
using testing::make_root;
using testing::make_server_context;
using testing::Peer;
using testing::PemFile;
using testing::RawServer;
using testing::Recorder;

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kChunk = "3\r\nabc\r\n";
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Handshakes, reads one request and goes on as `then` says.
RawServer::Script over_tls(const Identity& identity, RawServer::Script then) {
  return [context = make_server_context(identity), then = std::move(then)](Peer& peer) {
    if (peer.accept_tls(context.get())) {
      peer.read_request();
      then(peer);
    }
  };
}

RawServer::Script answers_ok(const Identity& identity) {
  return over_tls(identity, [](Peer& peer) {
    peer.send(kOk);
    peer.wait_for_client_end();
  });
}

Url url_of(const RawServer& server, std::string_view host = "127.0.0.1") {
  return *parse_url(server.origin("https", host) + "/");
}

const Identity& root() {
  static const Identity kRoot = make_root();
  return kRoot;
}
const std::string& root_file() {
  static const PemFile kFile(root());
  return kFile.path();
}

Result<Exchange> ask(const RawServer& server, ClientOptions options = {.ca_file = root_file()},
                     std::string_view host = "127.0.0.1") {
  return HttpClient(std::move(options)).exchange({.url = url_of(server, host)}, Deadline::in(kLong));
}

TEST(Tls, trusts_a_chain_that_ends_in_the_roots_given) {
  const RawServer server(answers_ok(make_identity({}, &root())));
  const auto got = ask(server);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->body, "ok");
  EXPECT_LE(got->timings.connected_us, got->timings.tls_us);
  EXPECT_LE(got->timings.tls_us, got->timings.sent_us);
}

TEST(Tls, offers_http_1_1_and_the_server_name_of_names_only) {
  Recorder recorder;
  const RawServer server(over_tls(make_identity({}, &root()), [&](Peer& peer) {
    const char* name = SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name);
    recorder.add(name ? name : "none");
    peer.send(kOk);
  }));
  ASSERT_TRUE(ask(server));
  const std::string address = fmt::format("127.0.0.1:{}", server.port());
  ASSERT_TRUE(ask(server, {.ca_file = root_file(), .connect_to = address}, "localhost"));
  EXPECT_THAT(recorder.all(), ElementsAre("none", "localhost"));
}

TEST(Tls, refuses_a_chain_without_a_trusted_root) {
  const Identity stranger = make_root("stranger root");
  const RawServer server(answers_ok(make_identity({.common_name = "leaf"}, &stranger)));
  for (const std::string& roots : {root_file(), std::string()}) {
    const auto got = ask(server, {.ca_file = roots});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::tls_untrusted) << got.error().detail;
    EXPECT_THAT(got.error().detail, HasSubstr("stranger root"));
  }
}

TEST(Tls, refuses_a_certificate_that_signed_itself) {
  const RawServer server(answers_ok(make_identity({.common_name = "self"})));
  const auto got = ask(server);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::tls_untrusted) << got.error().detail;
}

TEST(Tls, refuses_a_certificate_out_of_its_time_and_names_the_date) {
  const RawServer expired(answers_ok(make_identity({.common_name = "old", .valid_until_s = -60}, &root())));
  const auto late = ask(expired);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::tls_expired);
  EXPECT_THAT(late.error().detail, ::testing::ContainsRegex("CN = old.* expired at .*GMT"));
  const RawServer future(answers_ok(make_identity({.valid_from_s = 60}, &root())));
  const auto early = ask(future);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::tls_expired);
  EXPECT_THAT(early.error().detail, HasSubstr("not valid before"));
}

TEST(Tls, refuses_a_certificate_for_another_name_and_names_both) {
  const std::string many = "DNS:a.example,DNS:b.example,IP:192.0.2.1,IP:2001:db8::1,DNS:c.example,DNS:d.example";
  const RawServer server(answers_ok(make_identity({.alternative_names = many}, &root())));
  const std::string address = fmt::format("127.0.0.1:{}", server.port());
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto got = ask(server, {.ca_file = root_file(), .connect_to = address}, host);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::tls_name_mismatch) << got.error().detail;
    EXPECT_THAT(got.error().detail, HasSubstr("a.example, b.example, 192.0.2.1, 2001:db8:0:0:0:0:0:1, c.example and "
                                              "1 more"));
    EXPECT_THAT(got.error().detail, HasSubstr(fmt::format("not for {}", host)));
  }
}

TEST(Tls, checks_names_against_names_and_addresses_against_addresses) {
  const RawServer by_name(answers_ok(make_identity({.alternative_names = "DNS:localhost"}, &root())));
  const std::string address = fmt::format("127.0.0.1:{}", by_name.port());
  EXPECT_TRUE(ask(by_name, {.ca_file = root_file(), .connect_to = address}, "localhost"));
  EXPECT_FALSE(ask(by_name));
  const RawServer by_address(answers_ok(make_identity({.alternative_names = "IP:127.0.0.1"}, &root())));
  EXPECT_TRUE(ask(by_address));
}

TEST(Tls, asks_for_nothing_where_it_is_insecure) {
  const RawServer server(answers_ok(make_identity({.alternative_names = "DNS:other", .valid_until_s = -60})));
  const auto got = ask(server, {.insecure = true});
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->body, "ok");
}

TEST(Tls, needs_roots_that_can_be_read) {
  const RawServer server(answers_ok(make_identity({}, &root())));
  const auto got = ask(server, {.ca_file = "no/such/roots.pem"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::bad_input);
  EXPECT_THAT(got.error().detail, HasSubstr("no/such/roots.pem"));
}

TEST(Tls, says_when_the_peer_does_not_speak_it) {
  const RawServer plain([](Peer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_client_end();
  });
  const auto got = ask(plain);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::tls_failed);
  EXPECT_THAT(got.error().detail, HasSubstr("is it plain http://?"));
}

TEST(Tls, says_when_the_handshake_breaks_off) {
  const RawServer closing([](Peer&) {});
  const auto got = ask(closing);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::tls_failed) << got.error().detail;
}

TEST(Tls, says_when_the_versions_do_not_meet) {
  auto context = make_server_context(make_identity({}, &root()));
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  const RawServer old([&](Peer& peer) { peer.accept_tls(context.get()); });
  const auto got = ask(old);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::tls_failed);
  EXPECT_THAT(got.error().detail, HasSubstr("handshake"));
}

TEST(Tls, says_when_the_peer_wants_a_certificate_of_the_client) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {  // In 1.3 the refusal comes after the handshake.
    auto context = make_server_context(make_identity({}, &root()));
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    const RawServer strict([&](Peer& peer) {
      peer.accept_tls(context.get());
      peer.fin();
      peer.wait_for_client_end();
    });
    const auto got = ask(strict);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::tls_failed) << got.error().detail;
  }
}

TEST(Tls, bounds_the_handshake_by_the_deadline) {
  const RawServer silent([](Peer& peer) { peer.wait_for_client_end(); });
  const auto got = HttpClient({.ca_file = root_file()}).exchange({.url = url_of(silent)}, Deadline::in(kShort));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::timeout);
}

TEST(Tls, tells_close_notify_from_a_truncation) {
  struct Case {
    std::string bytes;
    bool close_notify;
    EndClass end;
  };
  const std::vector<Case> cases = {{kChunkedHead + kChunk, true, EndClass::tls_close},
                                   {kChunkedHead + kChunk, false, EndClass::tls_truncated},
                                   {"HTTP/1.1 200 OK\r\n\r\nabc", true, EndClass::close_delimited},
                                   {"HTTP/1.1 200 OK\r\n\r\nabc", false, EndClass::tls_truncated},
                                   {kChunkedHead + kChunk + "0\r\n\r\n", false, EndClass::clean}};
  const Identity leaf = make_identity({}, &root());
  for (const auto& one : cases) {
    const RawServer server(over_tls(leaf, [&](Peer& peer) {
      peer.send(one.bytes);
      if (one.close_notify) { peer.close_notify(); }
      peer.fin();
      peer.wait_for_client_end();
    }));
    const auto got = ask(server);
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->end, one.end) << one.bytes << one.close_notify;
    EXPECT_EQ(got->body, "abc");
  }
}

TEST(Tls, classes_a_reset_as_one) {
  Gate received;
  const RawServer server(over_tls(make_identity({}, &root()), [&](Peer& peer) {
    peer.send(kChunkedHead + kChunk);
    received.wait();
    peer.rst();
  }));
  auto stream = HttpClient({.ca_file = root_file()}).open({.url = url_of(server)}, Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  ASSERT_TRUE(stream->exchange().body == "abc" || stream->read_more(Deadline::in(kLong)));
  received.open();
  EXPECT_TRUE(stream->read_to_end(Deadline::in(kLong)));
  EXPECT_EQ(stream->exchange().end, EndClass::reset);
}

TEST(Tls, sends_close_notify_when_it_closes) {
  Recorder recorder;
  const RawServer server(over_tls(make_identity({}, &root()), [&](Peer& peer) {
    peer.send(kChunkedHead + kChunk);
    peer.wait_for_client_end();
    recorder.add((SSL_get_shutdown(peer.ssl()) & SSL_RECEIVED_SHUTDOWN) != 0 ? "close_notify" : "truncated");
  }));
  auto stream = HttpClient({.ca_file = root_file()}).open({.url = url_of(server)}, Deadline::in(kLong));
  ASSERT_TRUE(stream) << stream.error().detail;
  stream->close();
  EXPECT_THAT(recorder.wait_for(1), ElementsAre("close_notify"));
}

TEST(Tls, keeps_a_connection_for_several_requests) {
  const RawServer server(over_tls(make_identity({}, &root()), [](Peer& peer) {
    do { peer.send(kOk); } while (!peer.read_request().empty());
  }));
  HttpClient client({.ca_file = root_file()});
  auto connection = client.connect(url_of(server), Deadline::in(kLong));
  ASSERT_TRUE(connection) << connection.error().detail;
  for (int i = 0; i < 3; ++i) {
    const auto got = connection->exchange({.url = url_of(server)}, Deadline::in(kLong));
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->body, "ok");
    EXPECT_TRUE(connection->reusable());
  }
}

}  // namespace
}  // namespace weir::wire
