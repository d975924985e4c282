#include "loadgen/watch/live_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "reports/load/writers.hpp"
#include "wire/http/http_client.hpp"

namespace weir::loadgen {
namespace {

using namespace std::chrono_literals;
using reports::load::LoadResults;
using reports::load::Point;
using reports::load::RunInfo;
using ::testing::HasSubstr;

LivePage start(wire::Reach reach = wire::Reach::loopback) {
  auto page = LivePage::start("127.0.0.1:0", reach);
  EXPECT_TRUE(page) << page.error().detail;
  return *std::move(page);
}

wire::Request to(const LivePage& page, const std::string& path, wire::Headers fields = {}) {
  wire::Request request;
  request.url = *wire::parse_url("http://" + page.address() + path);
  request.headers = std::move(fields);
  return request;
}

wire::Exchange get(const LivePage& page, const std::string& path, wire::Headers fields = {}) {
  auto answer = wire::HttpClient().exchange(to(page, path, std::move(fields)), wire::Deadline::in(10s));
  EXPECT_TRUE(answer) << answer.error().detail;
  return answer ? *std::move(answer) : wire::Exchange{};
}

/// What the supervisor does between two reports of its workers.
wire::Exchange get_while_it_runs(LivePage& page, const std::string& status) {
  auto answer = std::async(std::launch::async, [&page] { return get(page, "/"); });
  while (answer.wait_for(1ms) != std::future_status::ready) {
    if (!page.is_wanted()) { continue; }
    LoadResults so_far;
    so_far.run.target_name = "staging";
    page.give(std::move(so_far), status);
  }
  return answer.get();
}

void play(LivePage& page, int seconds) {
  for (int i = 1; i <= seconds; ++i) {
    Point point;
    point.at_seconds = i;
    point.open = 7;
    RunInfo run;
    run.lag_bound_seconds = 0;
    page.second(point, run, "hold");
  }
}

TEST(LivePage, is_made_of_the_numbers_of_the_moment_when_somebody_asks) {
  auto page = start();
  EXPECT_FALSE(page.is_wanted());
  play(page, 3);
  const auto first = get_while_it_runs(page, "hold, 0:03");
  EXPECT_EQ(wire::media_type(first.head.headers.get("content-type")), "text/html");
  EXPECT_EQ(first.head.headers.get("cache-control"), "no-store");
  EXPECT_THAT(first.body, HasSubstr("<h1>staging</h1>"));
  EXPECT_THAT(first.body, HasSubstr("data-after=\"3\">hold, 0:03</p>"));
  EXPECT_THAT(first.body, HasSubstr("connect-src 'self'"));
  EXPECT_FALSE(page.is_wanted());
}

TEST(LivePage, tells_readers_each_second_and_goes_on_where_they_were) {
  auto page = start();
  play(page, 5);
  wire::HttpClient client;
  const auto first_event = [&](const std::string& path, wire::Headers fields) {
    auto stream = client.open(to(page, path, std::move(fields)), wire::Deadline::in(10s));
    EXPECT_TRUE(stream) << stream.error().detail;
    EXPECT_TRUE(stream->exchange().is_event_stream());
    return *stream->next_event(wire::Deadline::in(10s));
  };
  const auto after = first_event("/events?after=2", {});
  EXPECT_EQ(after.last_event_id, "3");
  EXPECT_EQ(after.type, "second");
  EXPECT_EQ(after.data, R"({"at":3E0,"status":"hold","figures":{"streams":{"open":7}}})");
  // What a browser sends when it comes back goes before what the page knew.
  EXPECT_EQ(first_event("/events?after=2", {{"Last-Event-ID", "4"}}).last_event_id, "5");
  EXPECT_EQ(first_event("/events?after=99", {}).type, "missed");
  EXPECT_EQ(first_event("/events", {}).last_event_id, "5");
}

TEST(LivePage, is_the_report_once_the_run_is_over) {
  auto page = start();
  play(page, 1);
  wire::HttpClient client;
  auto stream = client.open(to(page, "/events?after=1"), wire::Deadline::in(10s));
  ASSERT_TRUE(stream) << stream.error().detail;
  page.conclude("<p>the report</p>");
  EXPECT_EQ(stream->next_event(wire::Deadline::in(10s))->type, "end");
  EXPECT_TRUE(stream->read_to_end(wire::Deadline::in(10s)));
  EXPECT_EQ(stream->exchange().end, wire::EndClass::clean);
  stream->close();
  // A page that was about to renew itself has not shown the report yet.
  EXPECT_EQ(get(page, "/?live").body, "<p>the report</p>");
  EXPECT_FALSE(page.is_read());
  EXPECT_EQ(get(page, "/").body, "<p>the report</p>");
  const auto until = wire::Deadline::in(10s);
  while (!page.is_read() && !until.passed()) { std::this_thread::yield(); }
  EXPECT_TRUE(page.is_read());
  EXPECT_EQ(get(page, "/events?after=1", {{"Last-Event-ID", "2"}}).head.status, 204);
}

TEST(LivePage, is_for_this_machine_alone_unless_others_may_read_it) {
  auto page = start();
  page.conclude("report");
  for (const char* host : {"localhost:8080", "127.0.0.1", "[::1]:80", "10.1.2.3:1"}) {
    EXPECT_EQ(get(page, "/", {{"Host", host}}).head.status, 200) << host;
  }
  for (const char* host : {"attacker.example", "127.0.0.1.attacker.example:80", "localhost.attacker.example"}) {
    EXPECT_EQ(get(page, "/", {{"Host", host}}).head.status, 421) << host;
  }
  EXPECT_THAT(LivePage::start("0.0.0.0:0", wire::Reach::loopback).error().detail, HasSubstr("add --ui-public"));
  auto open = start(wire::Reach::anybody);
  open.conclude("report");
  EXPECT_EQ(get(open, "/", {{"Host", "load.internal"}}).head.status, 200);
}

TEST(LivePage, has_nothing_else) {
  auto page = start();
  EXPECT_EQ(get(page, "/metrics").head.status, 404);
}

}  // namespace
}  // namespace weir::loadgen
