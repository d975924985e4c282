#include "loadgen/scenario/hold_flags.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

HoldFlags flags() {
  HoldFlags out;
  out.url = "https://mcp.example.com/mcp";
  out.streams = 5000;
  out.hold_for = "10m";
  return out;
}

std::string complaint(const HoldFlags& flags) {
  const auto scenario = scenario_of(flags);
  return scenario ? "no complaint" : scenario.error().detail;
}

TEST(HoldFlags, make_a_ramp_and_a_hold) {
  const auto scenario = scenario_of(flags());
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->target.url, "https://mcp.example.com/mcp");
  ASSERT_EQ(scenario->phases.size(), 2U);
  EXPECT_EQ(scenario->phases[0].name, "ramp");
  EXPECT_EQ(scenario->phases[0].streams, 5000);
  EXPECT_EQ(scenario->phases[0].duration, 5 * kSecond);
  EXPECT_EQ(scenario->phases[1].name, "hold");
  EXPECT_EQ(scenario->phases[1].duration, 600 * kSecond);
  ASSERT_EQ(scenario->populations.size(), 1U);
  EXPECT_EQ(scenario->populations[0].stream, StreamKind::automatic);
  EXPECT_EQ(scenario->most_streams(), 5000);
  EXPECT_TRUE(parse_scenario(to_yaml(*scenario), "again.yaml", [](const std::string&) { return std::nullopt; }));
}

TEST(HoldFlags, carry_calls_with_their_arguments) {
  HoldFlags with = flags();
  with.calls = {"echo=50/s", "a=b=3/m", "ping"};
  with.args = {R"({"message": "{{uuid}}"})"};
  with.call_timeout = "2s";
  with.thresholds = {"call_latency_p99 for echo < 500ms"};
  with.era = "streamable";
  with.over = "30s";
  with.sources = {"127.0.0.2-4", "127.0.0.9"};
  with.sequence = "/seq";
  const auto scenario = scenario_of(with);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  const Population& population = scenario->populations[0];
  EXPECT_EQ(population.stream, StreamKind::streamable_get);
  ASSERT_EQ(population.calls.size(), 3U);
  EXPECT_EQ(population.calls[0].tool, "echo");
  EXPECT_EQ(population.calls[0].per_second, 50);
  EXPECT_EQ(population.calls[0].arguments.at("message").as_string(), "{{uuid}}");
  EXPECT_EQ(population.calls[1].tool, "a=b");
  EXPECT_EQ(population.calls[1].per_second, 0.05);
  EXPECT_EQ(population.calls[2].per_second, 1);
  EXPECT_TRUE(population.calls[2].arguments.empty());
  EXPECT_EQ(population.calls[2].timeout, 2 * kSecond);
  EXPECT_EQ(scenario->phases[0].duration, 30 * kSecond);
  EXPECT_EQ(scenario->sources.size(), 4U);
  EXPECT_EQ(scenario->thresholds[0].tool, "echo");
  EXPECT_TRUE(population.sequence);
}

TEST(HoldFlags, take_the_url_of_the_profile) {
  HoldFlags with = flags();
  with.url = "";
  with.target.url = "https://profile.example.com/mcp";
  with.target.bearer = "t";
  const auto scenario = scenario_of(with);
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->target.url, "https://profile.example.com/mcp");
  EXPECT_EQ(scenario->target.bearer, "t");
}

TEST(HoldFlags, hold_sessions_without_streams) {
  HoldFlags with = flags();
  with.sessions = true;
  with.calls = {"echo=5/s"};
  ASSERT_TRUE(scenario_of(with));
  EXPECT_EQ(scenario_of(with)->populations[0].stream, StreamKind::session);
  with.era = "http-sse";
  EXPECT_EQ(complaint(with), "--sessions: there are none in '--era http-sse': leave one of them out");
  with.era = "streamable";
  EXPECT_EQ(complaint(with), "no complaint");
  with.calls.clear();
  EXPECT_EQ(complaint(with), "--sessions: only calls tell what became of them: add --call TOOL=RATE");
}

TEST(HoldFlags, that_are_wrong_are_named) {
  const auto with = [](auto change) {
    HoldFlags changed = flags();
    change(changed);
    return complaint(changed);
  };
  EXPECT_EQ(with([](HoldFlags& f) { f.hold_for = "10 minutes"; }),
            "--for: '10 minutes' is no length of time: write it like 10m, 1.5s or 250ms");
  EXPECT_EQ(with([](HoldFlags& f) { f.hold_for = "0"; }), "--for: must be at least 1ms");
  EXPECT_EQ(with([](HoldFlags& f) { f.streams = 0; }), "--streams: must be from 1 to 4000000, is 0");
  EXPECT_EQ(with([](HoldFlags& f) { f.era = "sse"; }),
            "--era: must be one of none, http-sse, streamable, stateless, is 'sse'");
  EXPECT_EQ(with([](HoldFlags& f) { f.era = "statless"; }),
            "--era: must be one of none, http-sse, streamable, stateless, is 'statless', did you mean 'stateless'?");
  EXPECT_EQ(with([](HoldFlags& f) { f.calls = {"echo=often"}; }),
            "--call: 'often' is no rate: write it like 50/s, 3/m or 100/h");
  EXPECT_EQ(with([](HoldFlags& f) { f.calls = {"=5"}; }), "--call: '=5' names no tool: write TOOL=RATE");
  EXPECT_EQ(with([](HoldFlags& f) { f.args = {"{}"}; }), "--args: belongs to a --call before it; there are too many");
  EXPECT_EQ(with([](HoldFlags& f) {
              f.calls = {"echo"};
              f.args = {"[1]"};
            }),
            "--args: '[1]' must be a JSON object such as {\"message\": \"hi\"}");
  EXPECT_EQ(with([](HoldFlags& f) {
              f.calls = {"echo"};
              f.args = {R"({"message": "{{sec}}"})"};
            }).substr(0, 62),
            "--args: '{{sec}}' is no placeholder, did you mean '{{seq}}'? t");
  EXPECT_EQ(with([](HoldFlags& f) {
              f.calls = {"echo"};
              f.era = "none";
            }),
            "--call: makes MCP calls and '--era none' speaks no MCP: leave one of them out");
  EXPECT_EQ(with([](HoldFlags& f) { f.thresholds = {"drops < 1"}; }).substr(0, 33),
            "--threshold: unknown metric 'drop");
  EXPECT_EQ(with([](HoldFlags& f) { f.thresholds = {"stream_drops in up < 1"}; }),
            "--threshold: there is no phase 'up' (there are ramp, hold)");
  EXPECT_EQ(with([](HoldFlags& f) { f.sources = {"lo"}; }),
            "--source: 'lo' is no address: write 127.0.0.2, or 127.0.0.2-40 for a range");
  EXPECT_EQ(with([](HoldFlags& f) { f.sequence = "seq"; }),
            "--sequence: 'seq' must be a JSON pointer such as /params/data/seq, or event-id");
  EXPECT_EQ(with([](HoldFlags& f) { f.sent_at = "sent"; }),
            "--sent-at: 'sent' must be a JSON pointer such as /params/data/seq");
  EXPECT_NE(with([](HoldFlags& f) { f.url = "mcp.example.com"; }).find("mcp.example.com"), std::string::npos);
}

}  // namespace
}  // namespace weir::loadgen
