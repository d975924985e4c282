// Requests that leave in segments, and several of them at once.
#include "wire/http/unusual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/testing/raw_server.hpp"

namespace weir::wire {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using testing::get;
using ::testing::IsEmpty;
using testing::kLong;
using testing::Peer;
using testing::RawServer;
using testing::Recorder;

void serve_many(Peer& peer) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    const std::string line = request.substr(0, request.find("\r\n"));
    peer.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", line.size(), line));
  }
}

TEST(Unusual, sends_a_body_in_the_segments_that_it_is_cut_into) {
  Recorder recorder;
  const RawServer server([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const Request request{.method = "POST", .url = server.url("/"), .headers = {}, .body = "abcdef"};
  for (const std::vector<std::size_t>& cuts : {std::vector<std::size_t>{0, 2, 5}, std::vector<std::size_t>{}}) {
    const auto got = exchange_in_segments({}, request, cuts, Deadline::in(kLong));
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_THAT(recorder.all().back(), EndsWith("\r\n\r\nabcdef"));
  }
}

TEST(Unusual, sends_no_further_segment_once_it_is_answered) {
  const RawServer server([&](Peer& peer) {
    peer.read_request();
    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  const Request request{
      .method = "POST", .url = server.url("/"), .headers = {{"Content-Length", "0"}}, .body = "abcdef"};
  const auto got = exchange_in_segments({}, request, {0, 3}, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->head.status, 413);
}

TEST(Unusual, holds_a_body_back_until_it_is_asked_for) {
  const RawServer server([&](Peer& peer) {
    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const Request request{.method = "POST", .url = server.url("/"), .headers = {}, .body = "abcdef"};
  const auto got = exchange_expecting({}, request, kLong, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_TRUE(got->asked_for);
  EXPECT_EQ(got->exchange.head.status, 200);
}

TEST(Unusual, sends_a_body_that_nobody_asks_for_in_the_end) {
  Recorder recorder;
  const RawServer server([&](Peer& peer) {
    recorder.add(peer.read_request());
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const Request request{.method = "POST", .url = server.url("/"), .headers = {}, .body = "abcdef"};
  const auto got = exchange_expecting({}, request, 10ms, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_FALSE(got->asked_for);
  EXPECT_THAT(recorder.all().back(), EndsWith("\r\n\r\nabcdef"));
}

TEST(Unusual, reads_the_answers_to_pipelined_requests_in_their_order) {
  const RawServer server(serve_many);
  const auto got = pipeline({}, {get(server, "/1"), get(server, "/2"), get(server, "/3")}, Deadline::in(kLong));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_FALSE(got->missing) << got->missing->detail;
  ASSERT_EQ(got->answers.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) { EXPECT_EQ(got->answers[i].body, fmt::format("GET /{} HTTP/1.1", i + 1)); }
}

TEST(Unusual, splits_pipelined_answers_that_come_together_and_tells_what_became_of_the_others) {
  constexpr std::string_view kOne = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
  constexpr std::string_view kClosing = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nb";
  const std::string together = std::string(kOne) + std::string(kOne);
  struct Case {
    std::string played;
    std::size_t answers;
    std::optional<ErrorCode> missing;
  };
  for (const auto& [played, answers, missing] :
       {Case{together, 2, ErrorCode::closed}, Case{std::string(kOne) + std::string(kClosing), 2, std::nullopt},
        Case{std::string(kOne) + "nonsense\r\n\r\n", 1, ErrorCode::malformed_head}}) {
    const RawServer server([&](Peer& peer) {
      for (int i = 0; i < 3; ++i) { peer.read_request(); }
      peer.send(played);
    });
    const auto got = pipeline({}, {get(server), get(server), get(server)}, Deadline::in(kLong));
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(got->answers.size(), answers) << played;
    EXPECT_THAT(got->answers.front().framing_notes, IsEmpty()) << "the next answer is no stray byte";
    EXPECT_EQ(got->missing ? std::optional(got->missing->code) : std::nullopt, missing) << played;
  }
}

}  // namespace
}  // namespace weir::wire
