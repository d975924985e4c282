// Every era's life of a stream, against the hub.
#include <gmock/gmock.h>

#include "fixtures/hub/hub_fixture.hpp"
#include "loadgen/client/actors_fixture.hpp"
#include "loadgen/client/opening.hpp"
#include "wire/mcp/era.hpp"

namespace weir::loadgen {
namespace {

using fixtures::hub::RunningHub;
using fixtures::hub::start_hub;
using fixtures::hub::with_fault;
using fixtures::hub::with_rate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Hub = fixtures::hub::Counter;

struct EraCase {
  StreamKind kind;
  std::string_view path;
  std::string_view revision;
};
constexpr EraCase kHttpSse{StreamKind::http_sse_get, "/sse", wire::mcp::k2024_11_05};
constexpr EraCase kOldest{StreamKind::streamable_get, "/mcp", wire::mcp::k2025_03_26};
constexpr EraCase kStreamable{StreamKind::streamable_get, "/mcp", wire::mcp::k2025_11_25};
constexpr EraCase kPost{StreamKind::streamable_post, "/mcp", wire::mcp::k2025_11_25};
constexpr EraCase kListen{StreamKind::listen, "/mcp", wire::mcp::k2026_07_28};

struct EraActors : ActorsFixture {
  EraActors() { plan.stream_call.tool = "watch"; }
  void start_era(const RunningHub& hub, const EraCase& era) {
    start(era.kind, *wire::parse_url(hub.origin() + std::string(era.path)), era.revision);
  }
  void call(std::uint64_t id, std::string_view tool, std::string_view arguments) {
    const std::uint32_t slot = actors->pick(0);
    const std::string body =
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}","arguments":{}}}}})", id,
                    tool, arguments);
    exchanges.begin(actors->make_post(slot, body, "tools/call", tool), {slot, 0}, *this);
  }
};

struct McpActors : EraActors, testing::WithParamInterface<EraCase> {};

INSTANTIATE_TEST_SUITE_P(Eras, McpActors, ::testing::Values(kHttpSse, kOldest, kStreamable, kPost, kListen),
                         [](const auto& era) {
                           std::string name = std::string(to_string(era.param.kind)) + std::string(era.param.revision);
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(McpActors, a_hundred_are_opened_and_held_and_nothing_is_left_of_them) {
  const auto hub = start_hub();
  start_era(hub, GetParam());
  add(100);
  ASSERT_TRUE(run_until_open(100));
  EXPECT_EQ(count(Counter::streams_opened), 100U);
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::streams_open) == 100; }));
  EXPECT_EQ(all_failures(), 0U);
  EXPECT_THAT(notes, IsEmpty());
  const bool handshake = GetParam().kind != StreamKind::listen;
  EXPECT_EQ(count(Counter::sessions_opened), handshake ? 100U : 0U);
  EXPECT_EQ(timed(ConnectPhase::initialize), handshake ? 100U : 0U);
  EXPECT_EQ(timed(ConnectPhase::endpoint), GetParam().kind == StreamKind::http_sse_get ? 100U : 0U);
  EXPECT_EQ(timed(ConnectPhase::headers), 100U);
  EXPECT_EQ(hub.count(Hub::requests_malformed), 0U);

  actors->stop(monotonic_ns() + 10 * kSecond);
  ASSERT_TRUE(run_until([&] { return actors->stopped(); }));
  EXPECT_EQ(ends(EndReason::client), 100U);
  EXPECT_EQ(exchanges.under_way(), 0U);
  if (has_sessions(GetParam().kind)) {
    EXPECT_EQ(hub.count(Hub::requests_delete), 100U);
    EXPECT_TRUE(run_until([&] { return hub.count(Hub::sessions_open) == 0; }));
  }
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::streams_open) == 0; }));
}

TEST_P(McpActors, pings_of_the_server_are_answered) {
  fixtures::hub::Options options;
  options.server_ping_ms = 20;
  const auto hub = start_hub(options);
  start_era(hub, GetParam());
  add(3);
  ASSERT_TRUE(run_until_open(3));
  if (GetParam().kind == StreamKind::listen) {
    // 2026-07-28 has no requests of servers; nothing may be sent back.
    run_for(50 * kMillisecond);
    EXPECT_EQ(hub.count(Hub::requests_response), 0U);
    return;
  }
  ASSERT_TRUE(run_until([&] { return count(Counter::server_requests) >= 9; }));
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::pings_answered) >= 9; }));
  EXPECT_EQ(gauge(Gauge::streams_open), 3);
}

TEST_P(McpActors, ends_of_every_kind_bring_them_back) {
  for (const char* fault : {"reset-after=60", "cut-mid-chunk=60", "cut-after=60"}) {
    const auto hub = start_hub(with_fault(fault, with_rate(50)));
    start_era(hub, GetParam());
    add(3);
    EXPECT_TRUE(run_until([&] { return count(Counter::reconnects_ok) >= 6; })) << fault;
    EXPECT_EQ(count(Counter::invariant_broken), 0U) << fault;
    EXPECT_EQ(gauge(Gauge::streams_open) + gauge(Gauge::streams_opening) + gauge(Gauge::streams_waiting), 3) << fault;
    EXPECT_EQ(count(Counter::reconnects_resumed) > 0, has_sessions(GetParam().kind)) << fault;
    EXPECT_EQ(hub.count(Hub::streams_resumed) > 0, has_sessions(GetParam().kind)) << fault;
    actors.reset();
  }
}

TEST_P(McpActors, everybody_drops_and_comes_back) {
  const auto hub = start_hub();
  start_era(hub, GetParam());
  add(20);
  ASSERT_TRUE(run_until_open(20));
  actors->drop_all(Channels::How::reset);
  ASSERT_TRUE(run_until_open(20));
  EXPECT_EQ(count(Counter::reconnects_ok), 20U);
  EXPECT_EQ(heard.lost.size(), 20U);
  // Sessions outlive their streams where the revision says so.
  const bool again = GetParam().kind == StreamKind::http_sse_get;
  EXPECT_EQ(hub.count(Hub::requests_initialize), again ? 40U : has_sessions(GetParam().kind) ? 20U : 0U);
}

TEST_P(McpActors, a_refused_token_is_asked_for_once_and_waited_for) {
  fixtures::hub::Options options;
  options.bearer = "new";
  const auto hub = start_hub(options);
  start_era(hub, GetParam());
  Credentials credentials;
  credentials.bearer = "old";
  credentials.generation = 4;
  credentials.renewable = true;
  actors->set_credentials(credentials);
  add(5);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::http_401) == 5; }));
  run_for(50 * kMillisecond);
  EXPECT_EQ(failures(OpenFailure::http_401), 5U);
  EXPECT_THAT(refused_generations, ElementsAre(4));
  EXPECT_EQ(gauge(Gauge::streams_waiting), 5);
  credentials.bearer = "new";
  credentials.generation = 5;
  actors->set_credentials(credentials);
  ASSERT_TRUE(run_until_open(5));
  EXPECT_EQ(count(Counter::invariant_broken), 0U);
}

TEST_F(EraActors, a_token_that_cannot_be_renewed_is_a_plain_failure) {
  fixtures::hub::Options options;
  options.bearer = "right";
  const auto hub = start_hub(options);
  start_era(hub, kStreamable);
  add(1);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::http_401) >= 3; }));
  EXPECT_THAT(refused_generations, IsEmpty());
}

TEST_F(EraActors, a_token_that_expires_under_held_streams_is_noticed_at_their_return) {
  const auto hub = start_hub(with_fault("token-expires=300", [] {
    fixtures::hub::Options options;
    options.bearer = "one";
    return options;
  }()));
  start_era(hub, kStreamable);
  Credentials credentials;
  credentials.bearer = "one";
  credentials.generation = 1;
  credentials.renewable = true;
  actors->set_credentials(credentials);
  add(1);
  ASSERT_TRUE(run_until_open(1));
  EXPECT_THAT(refused_generations, IsEmpty());
  run_for(350 * kMillisecond);
  EXPECT_EQ(gauge(Gauge::streams_open), 1);
  actors->drop_all(Channels::How::orderly);
  ASSERT_TRUE(run_until([&] { return !refused_generations.empty(); }));
  EXPECT_THAT(refused_generations, ElementsAre(1));
  EXPECT_GE(failures(OpenFailure::http_401), 1U);
}

TEST_F(EraActors, a_session_that_the_server_forgot_is_opened_anew) {
  const auto hub = start_hub(with_fault("session-expires=100"));
  start_era(hub, kStreamable);
  add(2);
  ASSERT_TRUE(run_until_open(2));
  run_for(120 * kMillisecond);
  actors->drop_all(Channels::How::orderly);
  ASSERT_TRUE(run_until_open(2));
  EXPECT_EQ(count(Counter::sessions_lost), 2U);
  EXPECT_EQ(count(Counter::sessions_opened), 4U);
  EXPECT_EQ(count(Counter::reconnects_ok), 2U);
  EXPECT_EQ(all_failures(), 0U);
}

TEST_F(EraActors, a_call_that_is_told_of_a_lost_session_reopens_the_stream) {
  for (const EraCase& era : {kStreamable, kHttpSse}) {
    const auto hub = start_hub();
    start_era(hub, era);
    add(1);
    ASSERT_TRUE(run_until_open(1));
    actors->refused(actors->pick(0), 404, monotonic_ns());
    EXPECT_EQ(gauge(Gauge::streams_open), 0);
    ASSERT_TRUE(run_until_open(1));
    EXPECT_EQ(count(Counter::sessions_lost), 1U);
    EXPECT_EQ(count(Counter::sessions_opened), 2U);
    actors.reset();
  }
}

TEST_F(EraActors, calls_are_answered_in_the_post_or_on_the_stream) {
  for (const EraCase& era : {kStreamable, kHttpSse}) {
    const auto hub = start_hub();
    start_era(hub, era);
    outcomes.clear();
    add(2);
    ASSERT_TRUE(run_until_open(2));
    const std::uint64_t id = kFirstCallId + 5;
    call(id, "echo", R"({"message":"well"})");
    ASSERT_TRUE(run_until([&] { return outcomes.size() == 1; }));
    EXPECT_EQ(outcomes[0].failed, Failed::no);
    if (!actors->answers_on_stream(0)) {
      EXPECT_EQ(outcomes[0].http.head.status, 200);
      EXPECT_THAT(heard.answers, IsEmpty());
    } else {
      ASSERT_TRUE(run_until([&] { return heard.answers.size() == 1; }));
      EXPECT_EQ(heard.answers[0].first, id);
      EXPECT_THAT(heard.answers[0].second, HasSubstr("\"text\":\"well\""));
    }
    actors.reset();
  }
}

TEST_F(EraActors, a_call_that_is_over_is_called_again_and_no_reconnect) {
  const auto hub = start_hub(with_rate(100));
  plan.stream_call.arguments = {{"events", 3}};
  start_era(hub, kPost);
  add(2);
  ASSERT_TRUE(run_until([&] { return ends(EndReason::completed) >= 6; }));
  EXPECT_EQ(all().drops(), 0U);
  EXPECT_GE(hub.count(Hub::requests_tools_call), 6U);
  EXPECT_EQ(count(Counter::sessions_opened), 2U);
  EXPECT_EQ(count(Counter::reconnects_ok), 0U);
  EXPECT_EQ(all()[Timer::reconnect_duration].count(), 0U);
  EXPECT_EQ(count(Counter::events_lost), 0U);
}

TEST_F(EraActors, a_call_whose_answer_is_no_stream_is_a_failure) {
  const auto hub = start_hub([] {
    fixtures::hub::Options options;
    options.json_answers = true;
    return options;
  }());
  plan.stream_call.tool = "echo";
  start_era(hub, kPost);
  add(1);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::not_a_stream) >= 2; }));
  EXPECT_EQ(count(Counter::streams_opened), 0U);
}

TEST_F(EraActors, a_half_open_peer_is_given_up) {
  const auto hub = start_hub(with_fault("stall-after=60", with_rate(100)));
  plan.silence_limit = 150 * kMillisecond;
  plan.answer_timeout = 300 * kMillisecond;
  start_era(hub, kStreamable);
  add(2);
  ASSERT_TRUE(run_until([&] { return count(Counter::reconnects_ok) >= 4; }));
  EXPECT_GE(ends(EndReason::half_open), 4U);
}

TEST_F(EraActors, populations_of_several_eras_live_side_by_side) {
  const auto hub = start_hub();
  const EraCase plain{StreamKind::plain_get, "/events", ""};
  std::vector<PopulationRun> populations;
  for (const EraCase& era : {kStreamable, kHttpSse, plain, kListen}) {
    plan.stream = era.kind;
    plan.revision = era.revision;
    const auto url = wire::parse_url(hub.origin() + std::string(era.path));
    destinations.push_back(std::make_unique<Destination>(*url, TlsTarget{}, std::vector<Address>{}, 0));
    destinations.back()->set_addresses({loopback(hub.port())});
    populations.push_back({plan, destinations.back().get(), static_cast<std::uint32_t>(populations.size())});
  }
  start_all(std::move(populations));
  for (int i = 0; i < 40; ++i) { actors->add(static_cast<std::uint32_t>(i % 4), monotonic_ns()); }
  const auto all_open = [&] {
    return std::all_of(numbers.populations.begin(), numbers.populations.end(),
                       [](const auto& of) { return of[Gauge::streams_open] == 10; });
  };
  ASSERT_TRUE(run_until(all_open));
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(numbers.populations[i][Counter::sessions_opened], i < 2 ? 10U : 0U);
    EXPECT_EQ(actors->answers_on_stream(actors->pick(i)), i == 1);
  }
  actors->drop_all(Channels::How::orderly);
  ASSERT_TRUE(run_until(all_open));
  actors->remove(2);
  EXPECT_EQ(numbers.populations[2][Gauge::streams_open], 9);
  EXPECT_TRUE(std::all_of(numbers.populations.begin(), numbers.populations.end(),
                          [](const auto& of) { return of[Counter::invariant_broken] == 0; }));
}

TEST_F(EraActors, churn_ends_the_session_and_opens_another) {
  const auto hub = start_hub();
  start_era(hub, kStreamable);
  add(3);
  ASSERT_TRUE(run_until_open(3));
  actors->churn(0);
  ASSERT_TRUE(run_until_open(3));
  EXPECT_EQ(count(Counter::sessions_opened), 4U);
  EXPECT_EQ(count(Counter::sessions_lost), 0U);
  EXPECT_TRUE(run_until([&] { return hub.count(Hub::requests_delete) == 1; }));
}

TEST_F(EraActors, an_endpoint_without_the_era_is_a_failure_of_its_own) {
  const auto hub = start_hub();
  start(StreamKind::streamable_get, *wire::parse_url(hub.origin() + "/nowhere"), wire::mcp::k2025_11_25);
  add(1);
  ASSERT_TRUE(run_until([&] { return failures(OpenFailure::http_404) >= 2; }));
}

}  // namespace
}  // namespace weir::loadgen
