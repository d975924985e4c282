// What is said of an endpoint that does not serve the right credentials after wrong ones.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "conformance/run/conduct.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using wire::testing::Peer;
using wire::testing::RawServer;

constexpr std::string_view kToken = "right-token-5d0a17c2e9";
constexpr const char* kLockedOut = "the endpoint locks out who guesses";

enum class Serves { always, until_a_guess, initialize_alone };

std::string answer(std::string_view status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
      body.size(), body);
}

std::string served(const std::string& request) {
  const auto field = request.find("\"id\":");
  if (field == std::string::npos) { return answer("202 Accepted", ""); }
  const auto id = request.substr(field + 5, request.find(',', field) - field - 5);
  const bool opens = request.find("\"initialize\"") != std::string::npos;
  const std::string_view opened =
      R"({"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"s","version":"1"}})";
  return answer("200 OK", fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, opens ? opened : "{}"));
}

std::vector<std::string> problems_with(Serves serves) {
  std::atomic<bool> guessed{false};
  const RawServer server([&](Peer& peer) {
    const auto request = peer.read_request();
    const bool right = request.find(kToken) != std::string::npos;
    guessed = guessed || !right;
    const bool locked_out = serves == Serves::until_a_guess && guessed;
    const bool broken = serves == Serves::initialize_alone && request.find("\"ping\"") != std::string::npos;
    peer.send(!right       ? answer("401 Unauthorized", "{}")
              : locked_out ? answer("403 Forbidden", "{}")
              : broken     ? answer("500 Internal Server Error", "{}")
                           : served(request));
  });
  RunPlan plan;
  plan.url = server.url("/mcp");
  plan.profile.bearer = kToken;
  plan.profile.era = Era::streamable;
  plan.checks = {"auth.bearer.wrong-401"};
  const auto results = conduct(plan);
  EXPECT_TRUE(results);
  EXPECT_TRUE(guessed) << "nobody guessed: nothing is proved";
  return results ? results->problems : std::vector<std::string>();
}

TEST(LockOut, is_told_of_an_endpoint_that_served_before) {
  EXPECT_THAT(problems_with(Serves::until_a_guess), Contains(HasSubstr(kLockedOut)));
}

TEST(LockOut, is_not_told_where_nothing_changed) {
  EXPECT_THAT(problems_with(Serves::always), Not(Contains(HasSubstr(kLockedOut))));
  EXPECT_THAT(problems_with(Serves::initialize_alone), Not(Contains(HasSubstr(kLockedOut))));
}

}  // namespace
}  // namespace weir::conformance
