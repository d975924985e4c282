#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loadgen/probe_idle/probe_idle.hpp"
#include "wire/json/json.hpp"

namespace weir::loadgen {
namespace {

using ::testing::HasSubstr;
using wire::mcp::Era;

Heartbeat every(double period_s) { return {BeatKind::comment, period_s, 0.1, period_s + 0.1, 24}; }

/// A stream cut after a minute of silence.
ProbeIdleReport cut_after_a_minute() {
  ProbeIdleReport report{.target = "https://mcp.example/sse", .era = Era::http_sse, .longest_s = 390, .duration_s = 83};
  report.stream = {.outcome = StreamOutcome::idle_cut,
                   .cut = Bracket{59, 61},
                   .opened = 24,
                   .busy = 3,
                   .confirmed_by = 21,
                   .ends = {{"fin_without_terminator", 21}, {"open", 3}},
                   .end = "fin_without_terminator",
                   .hops = matching_hops({59, 61}, Counts::silence, 1)};
  report.keep_alive = {.outcome = KeepAliveOutcome::cut,
                       .cut = Bracket{74, 76},
                       .survived_s = 61,
                       .opened = 12,
                       .confirmed_by = 9,
                       .request = "OPTIONS /sse",
                       .end = "FIN",
                       .hops = matching_hops({74, 76}, Counts::keep_alive, 1)};
  return report;
}

/// Heartbeats keep the streams open; the edge's timer for idle connections shows.
ProbeIdleReport kept_open(double heartbeat_s) {
  ProbeIdleReport report{
      .target = "https://mcp.example/mcp", .era = Era::streamable, .longest_s = 390, .duration_s = 396};
  report.stream = {.outcome = StreamOutcome::alive,
                   .survived_s = heartbeat_s + 0.1,
                   .oldest_s = 396,
                   .opened = 24,
                   .ends = {{"open", 24}}};
  report.keep_alive = {.outcome = KeepAliveOutcome::cut,
                       .cut = Bracket{59, 61},
                       .opened = 12,
                       .confirmed_by = 9,
                       .request = "OPTIONS /mcp",
                       .end = "FIN",
                       .hops = matching_hops({59, 61}, Counts::keep_alive, 1)};
  report.heartbeat = every(heartbeat_s);
  return report;
}

TEST(ProbeIdleReport, says_the_bracket_the_hop_and_the_verdict) {
  EXPECT_EQ(console(cut_after_a_minute()),
            "probe-idle  https://mcp.example/sse (http-sse, 83 s)\n"
            "streams     59 s alive, 61 s dead: cut by silence (21 of 24 streams, fin_without_terminator)\n"
            "            matches a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout\n"
            "heartbeat   none seen\n"
            "keep-alive  74 s alive, 76 s dead (OPTIONS /sse, 9 of 12 connections, FIN)\n"
            "            matches a 75 s hop: nginx keepalive_timeout\n"
            "verdict     a stream that is silent for 61 s is cut, and the server sends no heartbeat in that time"
            " (exit 1)\n");
}

TEST(ProbeIdleReport, says_the_margin_of_the_heartbeat) {
  EXPECT_EQ(console(kept_open(15)),
            "probe-idle  https://mcp.example/mcp (streamable, 396 s)\n"
            "streams     >= 15.1 s: no cut seen within the time given (24 streams, the oldest 396 s)\n"
            "heartbeat   every 15 s (comment, jitter 0.1 s, largest gap 15.1 s); keeps streams open, margin 45 s if"
            " the edge cuts silent streams after its default of 60 s\n"
            "keep-alive  59 s alive, 61 s dead (OPTIONS /mcp, 9 of 12 connections, FIN)\n"
            "            matches a 60 s hop: ALB idle_timeout\n"
            "verdict     no stream was cut; the heartbeat every 15 s never leaves one silent for longer (exit 0)\n");
}

TEST(ProbeIdleReport, does_not_rest_on_a_heartbeat_that_has_ceased) {
  auto report = kept_open(15);
  report.heartbeat->largest_gap_s = 300;
  report.heartbeat->ceased = true;
  report.stream.survived_s = 300;
  EXPECT_EQ(verdict(report), "no stream was cut, but the heartbeat every 15 s has ceased: silent for 300 s");
  EXPECT_EQ(exit_code(report), 1);
  report.heartbeat->kind = BeatKind::notification;
  EXPECT_EQ(verdict(report), "no stream was cut by 300 s of silence; the heartbeat every 15 s has ceased");
  EXPECT_EQ(exit_code(report), 0) << "there may have been nothing to tell";
  report.budget_s = 600;
  EXPECT_EQ(exit_code(report), 4) << "nothing keeps streams from being as silent as the budget allows";
}

TEST(ProbeIdleReport, takes_a_restart_for_no_cut_off) {
  auto report = kept_open(15);
  report.stream.outcome = StreamOutcome::simultaneous;
  report.stream.ends = {{"reset", 24}};
  EXPECT_EQ(exit_code(report), 4);
  EXPECT_THAT(console(report), HasSubstr("all ended at one moment (24 reset): a restart or a deploy, no cut-off"));
  EXPECT_THAT(console(report), HasSubstr("keep-alive  not known: closed while the streams ended, or before"));
}

TEST(ProbeIdleReport, rests_a_margin_on_what_the_edge_does_to_streams_by_default) {
  auto report = kept_open(15);
  report.keep_alive.cut = Bracket{74, 76};
  report.keep_alive.hops = matching_hops({74, 76}, Counts::keep_alive, 1);
  EXPECT_NEAR(report.margin_s().value(), 44.9, 1e-6) << "nginx gives up a silent upstream after 60 s";
  report.keep_alive.hops.clear();
  EXPECT_NEAR(report.margin_s().value(), 59.9, 1e-6);
  EXPECT_THAT(console(report), HasSubstr("margin 60 s if streams are cut as idle connections are"));
}

TEST(ProbeIdleReport, gives_no_margin_before_a_timer_that_streams_have_outlived) {
  EXPECT_FALSE(kept_open(70).margin_s());
}

TEST(ProbeIdleReport, fails_where_the_heartbeat_comes_too_late) {
  auto report = cut_after_a_minute();
  report.heartbeat = every(75);
  EXPECT_EQ(exit_code(report), 1);
  EXPECT_LT(report.margin_s().value(), 0);
  EXPECT_THAT(console(report), HasSubstr("too late, margin -15 s"));
  report.budget_s = 30;
  EXPECT_EQ(exit_code(report), 1) << "a budget does not excuse a heartbeat that is meant to help and cannot";
}

TEST(ProbeIdleReport, fails_a_cut_below_the_budget_and_takes_one_above_it) {
  auto report = cut_after_a_minute();
  report.budget_s = 60;
  EXPECT_EQ(exit_code(report), 0);
  EXPECT_THAT(verdict(report), HasSubstr("the idle budget of 60 s is kept"));
  report.budget_s = 100;
  EXPECT_EQ(exit_code(report), 1);
  EXPECT_THAT(verdict(report), HasSubstr("below the idle budget of 100 s"));
}

TEST(ProbeIdleReport, maps_every_outcome_to_an_exit_code_and_a_sentence) {
  const std::map<StreamOutcome, int> codes = {
      {StreamOutcome::not_offered, 0},   {StreamOutcome::alive, 0},        {StreamOutcome::idle_cut, 1},
      {StreamOutcome::age_cut, 1},       {StreamOutcome::at_once, 1},      {StreamOutcome::idle_or_age_cut, 1},
      {StreamOutcome::server_closes, 0}, {StreamOutcome::simultaneous, 4}, {StreamOutcome::irregular, 4}};
  for (const auto& [outcome, code] : codes) {
    auto report = cut_after_a_minute();
    report.stream.outcome = outcome;
    report.stream.why_not = "GET was answered with HTTP 405";
    EXPECT_EQ(exit_code(report), code) << to_string(outcome);
    EXPECT_FALSE(verdict(report).empty());
    EXPECT_THAT(console(report), HasSubstr(fmt::format("(exit {})", code)));
  }
  auto nothing = ProbeIdleReport{};
  EXPECT_EQ(exit_code(nothing), 4) << "neither a stream nor an idle connection";
}

TEST(ProbeIdleReport, says_in_one_line_why_nothing_could_be_probed) {
  ProbeIdleReport report{.target = "http://mcp.example/", .duration_s = 0.1};
  report.unreachable = wire::Error{wire::ErrorCode::connect_refused, "mcp.example:80 refuses the connection"};
  EXPECT_EQ(console(report),
            "probe-idle  http://mcp.example/ (0.1 s)\n"
            "verdict     mcp.example:80 refuses the connection (exit 3)\n");
}

TEST(ProbeIdleReport, says_that_a_schedule_was_scaled) {
  auto report = cut_after_a_minute();
  report.scale = 0.01;
  report.resolution_s = 0.01;
  report.stream.cut = Bracket{0.59, 0.61};
  EXPECT_THAT(console(report), HasSubstr("0.59 s alive, 0.61 s dead"));
  EXPECT_THAT(console(report), HasSubstr("nginx proxy_read_timeout (scaled by 0.01)"));
}

TEST(ProbeIdleReport, is_json_with_its_schema_version_and_exit_code) {
  auto report = cut_after_a_minute();
  report.heartbeat = every(75);
  report.notes = {"one sentence"};
  const auto parsed = wire::parse_json(json(report));
  ASSERT_TRUE(parsed);
  const auto at = [&](std::string_view pointer) { return wire::find_pointer(parsed->value, pointer); };
  EXPECT_EQ(wire::as_integer(at("/schema_version")), kProbeIdleSchemaVersion);
  EXPECT_EQ(wire::as_integer(at("/exit_code")), 1);
  EXPECT_EQ(wire::as_string(at("/stream/outcome")), "idle_cut");
  EXPECT_EQ(wire::as_integer(at("/stream/cut/alive_s")), 59);
  EXPECT_EQ(wire::as_integer(at("/stream/cut/dead_s")), 61);
  EXPECT_EQ(wire::as_integer(at("/stream/matches/0/seconds")), 60);
  EXPECT_EQ(wire::as_integer(at("/stream/ends/open")), 3);
  EXPECT_EQ(wire::as_string(at("/keep_alive/end")), "FIN");
  EXPECT_EQ(wire::as_string(at("/heartbeat/kind")), "comment");
  EXPECT_EQ(wire::as_string(at("/notes/0")), "one sentence");
  ASSERT_NE(at("/unreachable"), nullptr);
  EXPECT_TRUE(at("/unreachable")->is_null());
  EXPECT_EQ(json(report).back(), '\n');
}

}  // namespace
}  // namespace weir::loadgen
