// What a run does for those who only look on.
#include "conformance/exercise/exercise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {
namespace {

using wire::testing::Peer;

constexpr std::chrono::milliseconds kBetween{1}, kTaken{30};

std::string json_reply(std::string_view status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nMcp-Session-Id: one\r\nContent-Length: {}\r\n\r\n{}", status,
      body.size(), body);
}

json::value result_of(std::string_view method) {
  if (method != "initialize") { return json::object{}; }
  return {{"protocolVersion", wire::mcp::k2025_11_25},
          {"capabilities", json::object{}},
          {"serverInfo", {{"name", "asks"}, {"version", "1"}}}};
}

/// A server that asks for pings on its stream without end, and takes its time to take what answers them.
void ask_meanwhile(Peer& peer) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    if (request.starts_with("GET")) {
      bool goes_on = peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
      while (goes_on) {
        goes_on = peer.send("data: {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}\n\n");
        std::this_thread::sleep_for(kBetween);
      }
      return;
    }
    const auto parsed = jsonrpc::parse(request.substr(request.find("\r\n\r\n") + 4));
    const auto* message = parsed && !parsed->messages.empty() ? parsed->messages.data() : nullptr;
    const bool asks = message && message->kind == jsonrpc::Kind::request;
    if (!asks) { std::this_thread::sleep_for(kTaken); }
    peer.send(asks ? json_reply("200 OK", jsonrpc::response(*message->id, result_of(message->method)))
                   : json_reply("202 Accepted", ""));
  }
}

TEST(Exercise, answers_a_server_that_goes_on_asking_meanwhile) {
  const wire::testing::RawServer server(ask_meanwhile);
  Target target;
  target.url = server.url("/mcp");
  target.detection = wire::mcp::detect({.url = target.url, .only = wire::mcp::Era::streamable});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  ASSERT_FALSE(target.none_opened());
  const auto outcome = run_checks(target, {.checks = {"jsonrpc.version.present"}});
  ASSERT_EQ(outcome.checks.size(), 1U);
  EXPECT_EQ(outcome.checks.front().verdict, reports::Verdict::pass) << outcome.checks.front().message;
}

}  // namespace
}  // namespace weir::conformance
