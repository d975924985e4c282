// What the idle checks are shown in the kill matrix, and what they conclude where the matrix cannot lead them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/checks/idle/watch.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"
#include "wire/json/json.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {

using reports::Verdict;
using ::testing::HasSubstr;
using wire::Counts;

namespace {

void beat_often(fixtures::ServerOptions& options, wire::Profile& profile) {
  options.endpoint.heartbeat_ms = 100;
  profile.idle_budget_seconds = 1.2;
}

const KillFixtureRegistration kIdle{{.name = "idle", .prepare = beat_often}};
const KillFixtureRegistration kHeld{{.name = "idle-held", .prepare = beat_often, .hold_ms = 1400}};
const KillFixtureRegistration kNoSessions{{.name = "idle-no-sessions", .prepare = [](auto& options, auto& profile) {
                                             beat_often(options, profile);
                                             options.endpoint.sessions = false;
                                           }}};

struct Idle : ::testing::Test {
  reports::CheckResult judge(std::string_view check, fixtures::EndpointOptions endpoint, wire::Profile profile,
                             std::chrono::milliseconds hold = {}, std::vector<std::string> faults = {}) {
    fixtures::ServerOptions options;
    options.endpoint = std::move(endpoint);
    options.faults = std::move(faults);
    const auto server = fixtures::Server::start(std::move(options)).value();
    return judge(check, wire::parse_url(server.mcp_url()).value(), std::move(profile), hold);
  }

  static reports::CheckResult judge(std::string_view check, wire::Url url, wire::Profile profile,
                                    std::chrono::milliseconds hold) {
    Target target;
    target.profile = std::move(profile);
    target.url = std::move(url);
    target.hold = hold;
    Survey survey;
    survey.era = Era::streamable;
    survey.revision = wire::mcp::k2025_11_25;
    target.surveys = {survey};
    return run_check(target, *find_check(check), Era::streamable, wire::Deadline::in(std::chrono::seconds(20)));
  }
};

}  // namespace

TEST_F(Idle, a_cut_names_the_edge_that_the_profile_tells_of) {
  wire::Profile profile;
  profile.edge = "nginx";
  const auto result = judge("idle.stream.survives", {.heartbeat_ms = 0, .idle_cut_ms = 300}, profile);
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_THAT(result.got, HasSubstr("of silence (fin_without_terminator): nginx proxy_read_timeout"));
  EXPECT_EQ(result.hop, "nginx");
  EXPECT_THAT(result.fix, HasSubstr("proxy_read_timeout"));
}

TEST_F(Idle, a_cut_between_two_heartbeats_counts_age_and_not_silence) {
  const auto result = judge("idle.stream.survives", {}, {}, std::chrono::milliseconds(2000), {"idle.cut-by-age"});
  EXPECT_EQ(result.verdict, Verdict::fail) << result.message;
  EXPECT_THAT(result.got, HasSubstr("cut at the age of 0."));
}

TEST_F(Idle, two_heartbeats_are_enough_without_hold) {
  const auto result = judge("idle.heartbeat.margin", {.heartbeat_ms = 100}, {});
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
  EXPECT_THAT(result.message, HasSubstr("a comment every 0."));
}

TEST_F(Idle, a_heartbeat_that_was_waited_for_too_shortly_is_untestable) {
  const auto result = judge("idle.heartbeat.margin", {.heartbeat_ms = 0}, {}, std::chrono::milliseconds(300));
  EXPECT_EQ(result.verdict, Verdict::untestable);
  EXPECT_THAT(result.message, HasSubstr("use --hold"));
}

TEST_F(Idle, a_stream_that_was_held_has_survived_whether_or_not_it_has_a_heartbeat) {
  const auto result = judge("idle.stream.survives", {.heartbeat_ms = 0}, {}, std::chrono::milliseconds(300));
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
}

TEST_F(Idle, a_server_that_pings_without_end_and_takes_the_answers_slowly_is_watched_no_longer_than_others) {
  const auto answer = [](std::string_view body, std::string_view more = "") {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\nConnection: "
        "close\r\n\r\n{}",
        more, body.size(), body);
  };
  wire::testing::RawServer server([&](wire::testing::Peer& peer) {
    const std::string request = peer.read_request();
    if (request.starts_with("GET")) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
      std::string pings;
      for (int i = 0; i < 2'000; ++i) {
        pings += R"(data: {"jsonrpc":"2.0","id":7,"method":"ping"})"
                 "\n\n";
      }
      peer.send(pings);
      peer.wait_for_client_end();
    } else if (request.find("\"initialize\"") != std::string::npos) {
      const auto message = wire::parse_json(request.substr(request.find("\r\n\r\n") + 4)).value().value;
      const json::object result{{"protocolVersion", "2025-11-25"},
                                {"capabilities", json::object()},
                                {"serverInfo", json::object{{"name", "pings"}, {"version", "1"}}}};
      peer.send(
          answer(json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", message.at("id")}, {"result", result}})));
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      peer.send("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
  });
  const auto begun = wire::Clock::now();
  const auto result = judge("idle.stream.survives", server.url("/mcp"), {}, std::chrono::milliseconds(500));
  EXPECT_EQ(result.verdict, Verdict::pass) << result.message;
  EXPECT_LT(wire::Clock::now() - begun, std::chrono::seconds(8));
}

TEST(IdleBudget, is_that_of_the_profile_and_else_that_of_the_edge) {
  wire::Profile profile;
  EXPECT_EQ(idle_budget(profile, {}).seconds, 60);
  EXPECT_FALSE(idle_budget(profile, {}).stated);
  EXPECT_THAT(idle_budget(profile, {}).whose, HasSubstr("ALB idle_timeout, nginx proxy_read_timeout"));
  EXPECT_EQ(idle_budget(profile, {{"x-amz-cf-id", "x"}}).seconds, 30);
  profile.edge = "alb";
  EXPECT_EQ(idle_budget(profile, {}).hop, "ALB");
  EXPECT_EQ(idle_budget(profile, {}).safe_seconds(), 24);
  profile.idle_budget_seconds = 300;
  EXPECT_EQ(idle_budget(profile, {}).seconds, 300);
  EXPECT_EQ(idle_budget(profile, {}).whose, "the profile's idle_budget, ALB idle_timeout.timeout_seconds");
}

TEST(HopInFront, is_read_from_the_marks_that_an_edge_leaves) {
  const auto name = [](wire::Headers headers) {
    const auto* hop = hop_in_front(std::nullopt, headers);
    return hop ? std::string(hop->name) : std::string();
  };
  EXPECT_EQ(name({{"Server", "nginx/1.22.1"}}), "nginx");
  EXPECT_EQ(name({{"Server", "awselb/2.0"}}), "ALB");
  EXPECT_EQ(name({{"Server", "nginx"}, {"Set-Cookie", "AWSALB=x; Path=/"}}), "ALB");
  EXPECT_EQ(name({{"x-amz-apigw-id", "abc="}}), "API Gateway");
  EXPECT_EQ(name({{"Server", "uvicorn"}, {"Set-Cookie", "id=1"}}), "");
  EXPECT_EQ(hop_in_front("HAProxy", {{"Server", "nginx"}})->name, "HAProxy");
}

TEST(Cutters, are_known_by_their_seconds_and_what_they_count) {
  EXPECT_EQ(cutters_at(60.1, Counts::silence), "a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout");
  EXPECT_EQ(cutters_at(29.0, Counts::age), "a 29 s hop: API Gateway REST integration timeout");
  EXPECT_EQ(cutters_at(45, Counts::silence), "");
}

TEST(IdleWatch, tells_period_and_jitter_of_what_came) {
  IdleWatch watch;
  watch.watched_s = 4;
  EXPECT_EQ(watch.describe(), "no heartbeat in 4.0 s");
  watch.beats = {{BeatKind::comment, 1.0}, {BeatKind::comment, 2.0}, {BeatKind::comment, 3.2}};
  EXPECT_DOUBLE_EQ(watch.period_s(), 1.1);
  EXPECT_EQ(watch.describe(), "a comment every 1.1 s (+-0.1 s)");
  watch.exchange.end = wire::EndClass::fin_without_terminator;
  watch.gap_before_end_s = 0.4;
  EXPECT_TRUE(watch.ended_by_age());
  watch.gap_before_end_s = 2;
  EXPECT_FALSE(watch.ended_by_age());
}

TEST(IdleWatch, has_stopped_once_it_is_silent_for_much_longer_than_between_two_beats) {
  IdleWatch watch;
  watch.beats = {{BeatKind::comment, 1.0}, {BeatKind::comment, 2.0}, {BeatKind::comment, 3.5}};
  watch.gap_before_end_s = 4.4;
  EXPECT_FALSE(watch.beats_stopped());
  watch.gap_before_end_s = 4.6;
  EXPECT_TRUE(watch.beats_stopped());
  watch.exchange.end = wire::EndClass::reset;
  EXPECT_FALSE(watch.beats_stopped()) << "it was cut, which is another finding";
  watch.exchange.end = wire::EndClass::open;
  watch.beats.pop_back();
  EXPECT_FALSE(watch.beats_stopped()) << "one interval tells of no rule";
}

TEST_F(Idle, a_stream_that_went_deaf_during_the_hold_is_told_once) {
  constexpr std::chrono::milliseconds kHold{2500};
  const auto margin = judge("idle.heartbeat.margin", {.heartbeat_ms = 100}, {}, kHold, {"idle.goes-deaf"});
  EXPECT_EQ(margin.verdict, Verdict::not_applicable) << margin.message;
  const auto survives = judge("idle.stream.survives", {.heartbeat_ms = 100}, {}, kHold, {"idle.goes-deaf"});
  EXPECT_EQ(survives.verdict, Verdict::fail) << survives.message;
  EXPECT_THAT(survives.got, HasSubstr("while a fresh stream goes on beating"));
}

}  // namespace weir::conformance
