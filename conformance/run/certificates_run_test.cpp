// A name behind which several listeners stand, one of them with a certificate that clients refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>

#include "conformance/run/judged_test.hpp"
#include "wire/testing/certificates.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {

using reports::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::testing::Peer;

namespace {

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ? descriptor : -1;
}

/// Carries bytes to a server without TLS and back, until either side ends.
void carry(Peer& peer, std::uint16_t port) {
  const int behind = connect_to(port);
  std::array<char, 16 * 1024> block{};
  std::array<pollfd, 2> waiting{pollfd{SSL_get_fd(peer.ssl()), POLLIN, 0}, pollfd{behind, POLLIN, 0}};
  bool goes_on = behind >= 0;
  while (goes_on) {
    if (SSL_pending(peer.ssl()) == 0) { ::poll(waiting.data(), waiting.size(), -1); }
    if (SSL_pending(peer.ssl()) > 0 || waiting[0].revents != 0) {
      const int got = SSL_read(peer.ssl(), block.data(), static_cast<int>(block.size()));
      goes_on = got > 0 && ::send(behind, block.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
    }
    if (goes_on && waiting[1].revents != 0) {
      const auto got = ::recv(behind, block.data(), block.size(), 0);
      goes_on = got > 0 && peer.send({block.data(), static_cast<std::size_t>(got)});
    }
    for (pollfd& one : waiting) { one.revents = 0; }
  }
  ::close(behind);
}

/// Every third connection after the first six meets the other certificate.
RunnerOutcome judge(const wire::testing::CertificateWish& other) {
  constexpr int kRight = 6, kEvery = 3;
  const auto root = wire::testing::make_root();
  const wire::testing::PemFile trusted(root);
  const auto right = wire::testing::make_server_context(wire::testing::make_identity({}, &root));
  const auto wrong = wire::testing::make_server_context(wire::testing::make_identity(other, &root));
  const auto behind = fixtures::Server::start({}).value();
  std::atomic<int> connections{0};
  const wire::testing::RawServer front([&](Peer& peer) {
    const int number = ++connections;
    const bool is_other = number > kRight && number % kEvery == 0;
    if (peer.accept_tls(is_other ? wrong.get() : right.get())) { carry(peer, behind.port()); }
  });
  Target target;
  target.url = wire::parse_url(front.origin("https") + "/mcp").value();
  target.client.ca_file = trusted.path();
  target.detection = wire::mcp::detect({.url = target.url,
                                        .client = target.client,
                                        .timeout = target.answer_timeout,
                                        .only = wire::mcp::Era::streamable});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  return run_checks(
      target, {.checks = {"jsonrpc.error.invalid-request", "jsonrpc.error.method-not-found", "jsonrpc.id.echoed",
                          "jsonrpc.id.unicode", "jsonrpc.id.zero", "ping.result.empty", "preflight.answers.regular",
                          "preflight.answers.steady", "preflight.endpoint.stays-up", "session.unknown.not-found",
                          "streamable.get.stream-or-405", "streamable.method.unsupported"}});
}

}  // namespace

TEST(Certificates, of_one_listener_that_clients_refuse_are_one_verdict) {
  const auto outcome = judge({.valid_from_s = -7200, .valid_until_s = -3600});
  EXPECT_THAT(with(outcome, Verdict::fail), ElementsAre("preflight.answers.regular"));
  for (const auto& check : outcome.checks) {
    if (check.verdict == Verdict::fail) { EXPECT_THAT(check.got, HasSubstr("expired at")) << check.id; }
  }
}

TEST(Certificates, that_are_all_right_are_no_verdict) { EXPECT_THAT(with(judge({}), Verdict::fail), ElementsAre()); }

}  // namespace weir::conformance
