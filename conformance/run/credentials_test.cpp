// Credentials stay with the origin that they were given for, whichever check asks and wherever the target points.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "conformance/run/plan_target.hpp"
#include "conformance/run/runner.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using wire::testing::Peer;
using wire::testing::RawServer;
using wire::testing::Recorder;

constexpr const char* kKey = "key-5d0a17c2e9";
constexpr const char* kTenant = "tenant-83b1f6";

/// Another origin, which a target may name wherever it names a place.
class Elsewhere {
 public:
  std::string origin() const { return server_.origin(); }
  std::vector<std::string> requests() const { return seen_.all(); }

 private:
  Recorder seen_;
  RawServer server_{[this](Peer& peer) {
    seen_.add(peer.read_request());
    peer.send("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }};
};

/// Points elsewhere with everything that it has: the endpoint event, redirects, metadata and links.
class Pointing {
 public:
  explicit Pointing(const std::string& elsewhere) : elsewhere_(elsewhere) {}
  wire::Url url() const { return server_.url("/mcp"); }
  std::vector<std::string> requests() const { return seen_.all(); }

 private:
  void answer(Peer& peer) {
    const std::string request = peer.read_request();
    seen_.add(request);
    if (request.starts_with("GET /mcp")) {
      peer.send(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nevent: endpoint\ndata: " +
          elsewhere_ + "/messages?sessionId=1b4e28ba2fa111d2883f0016d3cca427\n\n");
      peer.wait_for_client_end();
      return;
    }
    const bool is_post = request.starts_with("POST");
    const std::string body = fmt::format(
        R"({{"resource":"{0}/mcp","authorization_servers":["{0}"],"issuer":"{0}","jwks_uri":"{0}/keys"}})", elsewhere_);
    peer.send(
        fmt::format("HTTP/1.1 {}\r\nLocation: {}/there\r\nWWW-Authenticate: Bearer resource_metadata=\"{}/meta\"\r\n"
                    "Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                    is_post ? "307 Temporary Redirect" : "200 OK", elsewhere_, elsewhere_, body.size(), body));
  }

  std::string elsewhere_;
  Recorder seen_;
  RawServer server_{[this](Peer& peer) { answer(peer); }};
};

Survey everything_of(Era era) {
  Survey survey;
  survey.era = era;
  survey.revision = newest_revision(era);
  for (const char* name : {"tools", "resources", "prompts", "logging", "completions"}) {
    survey.capabilities[name] = json::object();
  }
  return survey;
}

TEST(Credentials, no_check_takes_them_to_another_origin) {
  Elsewhere elsewhere;
  Pointing pointing(elsewhere.origin());
  RunPlan plan;
  plan.url = pointing.url();
  plan.profile.headers.set("X-API-Key", kKey);
  plan.profile.headers.set("X-Tenant", kTenant);
  Target target = target_of(plan);
  target.answer_timeout = std::chrono::milliseconds(300);
  target.detection = wire::mcp::detect(
      {.url = target.url, .headers = target.headers, .client = target.client, .timeout = target.answer_timeout});
  for (const Era era : {Era::http_sse, Era::streamable, Era::stateless}) {
    target.surveys.push_back(everything_of(era));
  }

  std::atomic<std::size_t> next{0};
  const auto ask = [&] {
    for (std::size_t i = next++; i < catalogue().size(); i = next++) {
      const CheckInfo& info = catalogue()[i];
      for (const auto& survey : target.surveys) {
        if (info.eras.has(survey.era)) {
          run_check(target, info, survey.era, wire::Deadline::in(std::chrono::milliseconds(600)));
        }
      }
      if (info.eras.empty()) { run_check(target, info, Era::none, wire::Deadline::in(std::chrono::milliseconds(600))); }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) { threads.emplace_back(ask); }
  for (auto& thread : threads) { thread.join(); }

  EXPECT_THAT(pointing.requests(), Contains(HasSubstr(kKey)));
  EXPECT_THAT(elsewhere.requests(), Contains(HasSubstr("POST /messages"))) << "nobody went there: nothing is proved";
  EXPECT_THAT(elsewhere.requests(), Each(Not(HasSubstr(kKey))));
  EXPECT_THAT(elsewhere.requests(), Each(Not(HasSubstr(kTenant)))) << "what the user gave may be a secret by any name";
}

}  // namespace
}  // namespace weir::conformance
