#include "loadgen/probe_idle/probe_idle.hpp"

#include <gtest/gtest.h>

#include "fixtures/mcp/server.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::loadgen {
namespace {

using wire::mcp::Era;

/// Whether the bracket holds this time; machines that are busy see every end a little late.
::testing::AssertionResult brackets(const std::optional<Bracket>& cut, double seconds) {
  if (!cut) { return ::testing::AssertionFailure() << "no cut"; }
  const bool holds = cut->alive_s < seconds && seconds < cut->dead_s;
  return (holds ? ::testing::AssertionSuccess() : ::testing::AssertionFailure())
         << cut->alive_s << " to " << cut->dead_s << " s";
}

struct ProbeIdle : ::testing::Test {
  void start(int heartbeat_ms, int idle_cut_ms) {
    server_options.endpoint.heartbeat_ms = heartbeat_ms;
    server_options.endpoint.idle_cut_ms = idle_cut_ms;
    auto started = fixtures::Server::start(server_options);
    ASSERT_TRUE(started) << started.error().detail;
    server.emplace(std::move(*started));
  }
  ProbeIdleReport probe(std::string_view url, std::optional<Era> era = {}) {
    options.url = *wire::parse_url(url);
    options.era = era;
    const auto report = probe_idle(options, {}, stop);
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : ProbeIdleReport{};
  }
  fixtures::ServerOptions server_options;
  std::optional<fixtures::Server> server;
  /// A minute takes 0.3 s, and is found to 0.1 s.
  ProbeIdleOptions options{.streams = 8, .longest_s = 120, .resolution_s = 20, .stagger_s = 2, .scale = 0.005};
  std::atomic<bool> stop = false;
};

TEST_F(ProbeIdle, brackets_the_cut_of_silent_streams_and_tells_it_from_age_by_traffic) {
  start(0, 300);
  const auto report = probe(server->sse_url());
  EXPECT_EQ(report.era, Era::http_sse);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::idle_cut) << console(report);
  EXPECT_TRUE(brackets(report.stream.cut, 0.3));
  EXPECT_GE(report.stream.confirmed_by, 3u);
  EXPECT_EQ(report.stream.end, wire::to_string(wire::EndClass::fin_without_terminator));
  EXPECT_EQ(report.stream.busy, 1u);
  EXPECT_FALSE(report.heartbeat);
  EXPECT_EQ(exit_code(report), 1);
}

TEST_F(ProbeIdle, brackets_the_cut_in_eras_without_traffic_of_ours) {
  start(0, 200);
  for (const Era era : {Era::streamable, Era::stateless}) {
    const auto report = probe(server->mcp_url(), era);
    EXPECT_EQ(report.stream.outcome, StreamOutcome::idle_or_age_cut) << console(report);
    EXPECT_TRUE(brackets(report.stream.cut, 0.2));
    EXPECT_EQ(exit_code(report), 1);
  }
}

TEST_F(ProbeIdle, sees_the_heartbeat_that_keeps_streams_open) {
  start(40, 400);
  options.longest_s = 80;
  const auto report = probe(server->mcp_url());
  EXPECT_EQ(report.era, Era::stateless);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::alive) << console(report);
  ASSERT_TRUE(report.heartbeat);
  EXPECT_EQ(report.heartbeat->kind, BeatKind::comment);
  EXPECT_GE(report.heartbeat->period_s, 0.039);
  EXPECT_LT(report.heartbeat->period_s, 0.4);
  EXPECT_EQ(report.keep_alive.outcome, KeepAliveOutcome::alive);
  EXPECT_EQ(exit_code(report), 0);
}

TEST_F(ProbeIdle, fails_a_server_whose_heartbeat_comes_after_the_cut) {
  start(400, 200);
  const auto report = probe(server->mcp_url(), Era::streamable);
  EXPECT_TRUE(brackets(report.stream.cut, 0.2)) << console(report);
  EXPECT_EQ(exit_code(report), 1);
}

TEST_F(ProbeIdle, takes_a_budget_below_the_cut_as_kept) {
  start(0, 200);
  options.budget_s = 10;
  EXPECT_EQ(exit_code(probe(server->mcp_url(), Era::streamable)), 0);
  options.budget_s = 100;
  const auto report = probe(server->mcp_url(), Era::streamable);
  EXPECT_EQ(exit_code(report), 1);
  EXPECT_NE(verdict(report).find("below the idle budget of 0.5 s"), std::string::npos) << verdict(report);
}

TEST_F(ProbeIdle, names_who_ended_the_streams) {
  server_options.endpoint.idle_cut_ending = fixtures::Ending::reset;
  start(0, 200);
  EXPECT_EQ(probe(server->mcp_url(), Era::streamable).stream.end, wire::to_string(wire::EndClass::reset));
}

TEST_F(ProbeIdle, takes_a_clean_end_for_the_servers_own_will) {
  server_options.endpoint.idle_cut_ending = fixtures::Ending::clean;
  start(0, 200);
  const auto report = probe(server->mcp_url(), Era::streamable);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::server_closes) << console(report);
  EXPECT_EQ(exit_code(report), 0);
}

TEST_F(ProbeIdle, says_what_it_survived_where_nothing_is_cut) {
  start(0, 0);
  options.longest_s = 60;
  const auto report = probe(server->mcp_url(), Era::streamable);
  EXPECT_EQ(report.stream.outcome, StreamOutcome::alive) << console(report);
  EXPECT_GT(report.stream.survived_s, 0.2);
  EXPECT_EQ(exit_code(report), 0);
  options.budget_s = 600;
  EXPECT_EQ(exit_code(probe(server->mcp_url(), Era::streamable)), 4) << "the budget was not waited for";
}

/// The first ping of each session is not answered: only busy streams ever get a second one.
const fixtures::FaultRegistration kForgetful(fixtures::Fault{
    .name = "probe-idle.first-ping-lost",
    .summary = "The answer to the first ping of a session is lost.",
    .on_message = [](fixtures::Scratch& scratch, const fixtures::Call& call, wire::json::value& message) {
      if (call.method == "ping" && scratch[call.session].is_null()) {
        scratch[call.session] = true;
        message = nullptr;
      }
    }});

TEST_F(ProbeIdle, does_not_believe_streams_that_bring_no_answer_any_more) {
  server_options.faults = {"probe-idle.first-ping-lost"};
  start(0, 0);
  options.longest_s = 60;
  options.keep_alive_connections = 0;
  const auto report = probe(server->sse_url());
  EXPECT_EQ(report.stream.outcome, StreamOutcome::alive) << console(report);
  EXPECT_EQ(report.stream.deaf, 7u);
  EXPECT_EQ(exit_code(report), 1) << console(report);
}

TEST_F(ProbeIdle, names_a_port_where_nothing_listens) {
  start(0, 0);
  const std::string url = server->mcp_url();
  server.reset();
  const auto report = probe(url);
  ASSERT_TRUE(report.unreachable);
  EXPECT_EQ(report.unreachable->code, wire::ErrorCode::connect_refused);
  EXPECT_EQ(exit_code(report), 3);
}

TEST_F(ProbeIdle, names_missing_credentials) {
  server_options.endpoint.bearer = "s3cret-token";
  start(0, 0);
  for (const auto era : {std::optional<Era>(), std::optional(Era::streamable), std::optional(Era::http_sse)}) {
    const auto report = probe(era == Era::http_sse ? server->sse_url() : server->mcp_url(), era);
    EXPECT_EQ(exit_code(report), 3);
    EXPECT_NE(verdict(report).find("credentials (HTTP 401)"), std::string::npos) << verdict(report);
  }
}

TEST_F(ProbeIdle, ends_early_when_it_is_told) {
  start(0, 0);
  stop = true;
  options.scale = 1;
  const auto report = probe(server->mcp_url(), Era::streamable);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(exit_code(report), 130);
}

TEST_F(ProbeIdle, ends_early_while_a_stream_is_opened) {
  const wire::testing::RawServer silent([&](wire::testing::Peer& peer) {
    peer.read_request();
    stop = true;
    peer.wait_for_client_end();
  });
  options.answer_timeout = std::chrono::seconds(60);
  const auto begun = wire::Clock::now();
  for (const auto era : {Era::none, Era::streamable, Era::http_sse, Era::stateless}) {
    stop = false;
    const auto report = probe(silent.url("/mcp").str(), era);
    EXPECT_TRUE(report.interrupted);
    EXPECT_EQ(exit_code(report), 130);
  }
  EXPECT_LT(wire::Clock::now() - begun, std::chrono::seconds(40));
}

TEST_F(ProbeIdle, tells_how_far_it_is) {
  start(0, 200);
  options.url = *wire::parse_url(server->mcp_url());
  options.era = Era::streamable;
  std::size_t most_open = 0;
  const auto report = probe_idle(
      options, [&](const ProbeIdleProgress& progress) { most_open = std::max(most_open, progress.open); }, stop);
  ASSERT_TRUE(report);
  EXPECT_GT(most_open, 0u);
}

TEST_F(ProbeIdle, refuses_options_that_cannot_be_met) {
  options.url = *wire::parse_url("http://127.0.0.1:1/");
  const auto refused = [&](auto change) {
    auto changed = options;
    change(changed);
    const auto report = probe_idle(changed, {}, stop);
    return !report && report.error().code == wire::ErrorCode::bad_input;
  };
  EXPECT_TRUE(refused([](auto& o) { o.streams = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.streams = 100'000; }));
  EXPECT_TRUE(refused([](auto& o) { o.scale = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.longest_s = 1e9; }));
  EXPECT_TRUE(refused([](auto& o) { o.resolution_s = 100; }));
  EXPECT_TRUE(refused([](auto& o) { o.stagger_s = -1; }));
}

}  // namespace
}  // namespace weir::loadgen
