// Held streams that the server ends to be polled for the rest (2025-11-25 transports, SEP-1699), against the fixture;
// and those that something on the way ends, though the server has said all that it takes.
#include <gtest/gtest.h>

#include "fixtures/mcp/server.hpp"
#include "loadgen/client/actors_fixture.hpp"
#include "wire/mcp/era.hpp"

namespace weir::loadgen {
namespace {

using fixtures::Ending;
using fixtures::Fault;

constexpr std::string_view kPriming = "id: s/1\nretry: 40\ndata:\n\n";

/// Each GET brings `events` and ends so; one that goes on is answered with `resumed` as its status, and has to say
/// behind what.
Fault streams(std::string name, std::string_view events, Ending ending, int resumed = 200) {
  Fault fault{.name = std::move(name), .summary = "Streams of the server end."};
  fault.on_request = [=, events = std::string(events)](fixtures::Scratch&, const fixtures::HttpRequest& request,
                                                       fixtures::HttpReply& reply) {
    if (request.method != "GET") { return false; }
    const bool resumes = request.headers.has("Last-Event-ID");
    reply.status = resumes ? resumed : 200;
    if (resumes && request.headers.get("Last-Event-ID") != "s/1") { reply.status = 400; }
    if (reply.status != 200) { return true; }
    reply.set_body(events, "text/event-stream");
    reply.frames.push_back({":\n\n", 10});
    reply.ending = ending;
    return true;
  };
  return fault;
}

const fixtures::FaultRegistration kPolledStreams(std::vector<Fault>{
    streams("test.streams-polled", kPriming, Ending::clean),
    streams("test.streams-polled-without-retry", "id: s/1\ndata:\n\n", Ending::clean),
    streams("test.streams-polled-without-id", "retry: 40\ndata:\n\n", Ending::clean),
    streams("test.streams-polled-in-vain", kPriming, Ending::clean, 503),
    streams("test.streams-polled-and-forgotten", kPriming, Ending::clean, 404),
    streams("test.streams-cut", kPriming, Ending::fin_without_terminator),
    streams("test.streams-reset", kPriming, Ending::reset)});

struct PolledStreams : ActorsFixture {
  void start_streams(std::string fault, std::string_view revision = wire::mcp::k2025_11_25) {
    fixtures::ServerOptions options;
    options.faults = {std::move(fault)};
    server = std::make_unique<fixtures::Server>(fixtures::Server::start(std::move(options)).value());
    start(StreamKind::streamable_get, *wire::parse_url(server->mcp_url()), revision);
    add(2);
  }
  bool run_until_dropped(std::uint64_t drops) {
    return run_until([&] { return all().drops() >= drops; });
  }
  ~PolledStreams() override { actors.reset(); }

  std::unique_ptr<fixtures::Server> server;
};

TEST_F(PolledStreams, are_no_drops_and_are_taken_up_behind_their_last_id_after_retry) {
  start_streams("test.streams-polled");
  ASSERT_TRUE(run_until([&] { return gauge(Gauge::streams_polled) == 2; }));
  ASSERT_TRUE(run_until([&] { return count(Counter::polls_resumed) >= 6; }));
  EXPECT_EQ(all().drops(), 0U);
  EXPECT_EQ(all_failures(), 0U);
  EXPECT_EQ(count(Counter::polls_failed), 0U);
  EXPECT_EQ(count(Counter::reconnects_resumed), count(Counter::polls_resumed));
  EXPECT_EQ(static_cast<std::int64_t>(ends(EndReason::polled) - count(Counter::polls_resumed)),
            gauge(Gauge::streams_polled));
  EXPECT_GE(all()[Timer::reconnect_duration].min(), static_cast<std::uint64_t>(40 * kMillisecond));
  actors->stop(0);
  EXPECT_EQ(gauge(Gauge::streams_polled), 0);
  EXPECT_EQ(count(Counter::polls_failed), 0U) << "whoever waits as he was asked to has not failed";
}

TEST_F(PolledStreams, that_are_to_come_back_after_the_run_are_held_by_nobody) {
  start_streams("test.streams-polled");
  actors->expect_end(loop.now_ns() + 30 * kMillisecond);
  ASSERT_TRUE(run_until([&] { return count(Counter::polls_late) == 2; }));
  EXPECT_EQ(gauge(Gauge::streams_polled), 0);
  actors->look(loop.now_ns());
  EXPECT_EQ(all()[Open::poll_wait], 40 * kMillisecond);
  ASSERT_TRUE(run_until([&] { return count(Counter::polls_resumed) >= 2; })) << "they come back if the run goes on";
  EXPECT_EQ(all().drops(), 0U);
}

TEST_F(PolledStreams, that_something_on_the_way_cuts_are_drops) {
  for (const std::string fault : {"test.streams-cut", "test.streams-reset"}) {
    start_streams(fault);
    ASSERT_TRUE(run_until_dropped(4)) << fault;
    EXPECT_EQ(ends(EndReason::polled), 0U) << fault;
    EXPECT_EQ(gauge(Gauge::streams_polled), 0) << fault;
  }
}

TEST_F(PolledStreams, that_nobody_can_come_back_to_as_asked_are_drops) {
  for (const std::string fault : {"test.streams-polled-without-retry", "test.streams-polled-without-id"}) {
    start_streams(fault);
    ASSERT_TRUE(run_until_dropped(4)) << fault;
    EXPECT_EQ(ends(EndReason::clean_end), all().drops()) << fault;
  }
}

TEST_F(PolledStreams, of_an_older_revision_are_drops) {
  start_streams("test.streams-polled", wire::mcp::k2025_06_18);
  ASSERT_TRUE(run_until_dropped(4));
  EXPECT_EQ(ends(EndReason::clean_end), all().drops());
}

TEST_F(PolledStreams, of_a_client_that_does_not_come_back_are_drops) {
  plan.reconnect.resume = false;
  start_streams("test.streams-polled");
  ASSERT_TRUE(run_until_dropped(4));
  EXPECT_EQ(ends(EndReason::clean_end), all().drops());
}

TEST_F(PolledStreams, that_are_not_taken_up_again_turn_out_to_be_drops) {
  start_streams("test.streams-polled-in-vain");
  ASSERT_TRUE(run_until_dropped(2));
  EXPECT_EQ(count(Counter::polls_failed), 2U);
  EXPECT_EQ(ends(EndReason::polled), 2U);
  EXPECT_EQ(count(Counter::polls_resumed), 0U);
  EXPECT_EQ(gauge(Gauge::streams_polled), 0);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::http_503) >= 6; }));
  EXPECT_EQ(all().drops(), 2U) << "each counts once, however often it is tried";
}

TEST_F(PolledStreams, that_begin_anew_have_not_been_taken_up) {
  start_streams("test.streams-polled-and-forgotten");
  ASSERT_TRUE(run_until([&] { return count(Counter::polls_failed) >= 4; }));
  EXPECT_EQ(count(Counter::polls_resumed), 0U);
  EXPECT_GE(count(Counter::sessions_lost), 4U);
}

}  // namespace
}  // namespace weir::loadgen
