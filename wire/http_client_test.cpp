#include "wire/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/testing/gate.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using testing::Gate;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Peer;
using testing::RawServer;
using testing::Recorder;
using ::testing::StartsWith;

constexpr auto kLong = 20s;    // Never reached where the code is right.
constexpr auto kShort = 60ms;  // For what must not come.

constexpr std::string_view kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kSseHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

Request get(const RawServer& server, std::string_view path = "/") { return {.method = "GET", .url = server.url(path)}; }

Result<Exchange> exchange_with(RawServer::Script script) {
  RawServer server(std::move(script));
  return HttpClient().exchange(get(server), Deadline::in(kLong));
}

Result<Exchange> answer_to(std::string bytes) { return exchange_with(RawServer::plays(std::move(bytes))); }

TEST(HttpClient, hands_out_head_body_and_end) {
  const auto got = answer_to("HTTP/1.1 201 Made It\r\nX-B: 1\r\nX-A: 2\r\nx-b: 3\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 201);
  EXPECT_EQ(got->head.reason, "Made It");
  EXPECT_EQ(got->head.version, 11);
  EXPECT_THAT(got->head.raw, StartsWith("HTTP/1.1 201 Made It\r\nX-B: 1\r\n"));
  EXPECT_EQ(got->head.headers.fields()[2], (Header{"x-b", "3"}));
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(got->end, EndClass::clean);
  EXPECT_THAT(got->remote, StartsWith("127.0.0.1:"));
}

TEST(HttpClient, times_each_phase_in_order) {
  const auto got = answer_to(std::string(kSseHead) + chunk("data: x\n\n") + "0\r\n\r\n");
  ASSERT_TRUE(got) << got.error().detail;
  const auto& t = got->timings;
  EXPECT_LE(0, t.resolved_us);
  EXPECT_LE(t.resolved_us, t.connected_us);
  EXPECT_EQ(t.tls_us, -1);
  EXPECT_LE(t.connected_us, t.sent_us);
  EXPECT_LE(t.sent_us, t.head_us);
  EXPECT_LE(t.head_us, t.first_byte_us);
  EXPECT_LE(t.first_byte_us, t.first_event_us);
  EXPECT_LE(t.first_event_us, t.end_us);
  ASSERT_FALSE(got->arrivals.empty());
  EXPECT_EQ(got->arrivals.back().end_offset, got->body.size());
}

}  // namespace
}  // namespace weir::wire
