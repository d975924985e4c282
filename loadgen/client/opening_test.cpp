#include "loadgen/client/opening.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

using reports::load::OpenFailure;
using Next = Verdict::Next;

constexpr StreamKind kKinds[] = {StreamKind::plain_get, StreamKind::http_sse_get, StreamKind::streamable_get,
                                 StreamKind::streamable_post, StreamKind::listen};

std::vector<State> steps(StreamKind kind, bool has_session) {
  std::vector<State> all;
  State state = first_step(kind, has_session);
  for (; state != State::held && all.size() < 10; state = next_step(kind, state)) { all.push_back(state); }
  return all;
}

Outcome answered(int status) {
  Outcome outcome;
  outcome.http.head.status = status;
  return outcome;
}

Outcome broken(Failed failed, ConnectFailure connect = ConnectFailure::none) {
  Outcome outcome;
  outcome.failed = failed;
  outcome.connect = connect;
  return outcome;
}

TEST(Opening, each_kind_has_its_handshake) {
  using Steps = std::vector<State>;
  EXPECT_EQ(steps(StreamKind::plain_get, false), (Steps{State::stream}));
  EXPECT_EQ(steps(StreamKind::http_sse_get, false),
            (Steps{State::stream, State::endpoint, State::initialize, State::announce}));
  EXPECT_EQ(steps(StreamKind::streamable_get, false), (Steps{State::initialize, State::announce, State::stream}));
  EXPECT_EQ(steps(StreamKind::streamable_get, true), (Steps{State::stream}));
  EXPECT_EQ(steps(StreamKind::streamable_post, false), (Steps{State::initialize, State::announce, State::stream}));
  EXPECT_EQ(steps(StreamKind::listen, false), (Steps{State::stream, State::acknowledge}));
  EXPECT_EQ(steps(StreamKind::session, false), (Steps{State::initialize, State::announce}));
  EXPECT_EQ(steps(StreamKind::session, true), (Steps{State::initialize, State::announce}));
}

TEST(Opening, every_step_is_a_step_of_an_attempt) {
  for (const StreamKind kind : kKinds) {
    for (const State step : steps(kind, false)) { EXPECT_TRUE(is_opening(step)); }
  }
  EXPECT_FALSE(is_opening(State::held));
  EXPECT_FALSE(is_opening(State::waiting));
  EXPECT_FALSE(is_opening(State::queued));
}

TEST(Opening, an_early_stream_is_there_from_its_response_to_the_end_of_the_handshake) {
  EXPECT_FALSE(has_early_stream(StreamKind::http_sse_get, State::stream));
  EXPECT_TRUE(has_early_stream(StreamKind::http_sse_get, State::endpoint));
  EXPECT_TRUE(has_early_stream(StreamKind::http_sse_get, State::announce));
  EXPECT_TRUE(has_early_stream(StreamKind::listen, State::acknowledge));
  EXPECT_FALSE(has_early_stream(StreamKind::streamable_get, State::announce));
}

TEST(Opening, a_session_without_a_stream_is_held_by_nothing) {
  EXPECT_TRUE(is_sound(StreamKind::session, State::held, {}));
  EXPECT_FALSE(is_sound(StreamKind::session, State::held, {.stream = true}));
  EXPECT_FALSE(is_sound(StreamKind::session, State::announce, {.deadline = true}));
}

TEST(Opening, a_slot_that_nothing_moves_on_is_found) {
  for (const StreamKind kind : kKinds) {
    for (std::size_t i = 0; i < kStates; ++i) {
      const auto state = static_cast<State>(i);
      const bool at_rest = state == State::unused || state == State::retired;
      EXPECT_EQ(is_sound(kind, state, {}), at_rest) << i;
      EXPECT_TRUE(is_sound(kind, state, {true, true, true, true})) << i;
    }
    EXPECT_FALSE(is_sound(kind, State::held, {.exchange = true, .deadline = true, .queued = true}));
    EXPECT_FALSE(is_sound(kind, State::stream, {.exchange = true}));
    EXPECT_FALSE(is_sound(kind, State::queued, {.deadline = true}));
  }
  EXPECT_TRUE(is_sound(StreamKind::http_sse_get, State::initialize, {.stream = true, .deadline = true}));
  EXPECT_FALSE(is_sound(StreamKind::streamable_get, State::initialize, {.stream = true, .deadline = true}));
}

TEST(Opening, a_connection_that_fails_has_its_own_class) {
  const auto failure = [](ConnectFailure connect) { return exchange_failure(broken(Failed::connect, connect)); };
  EXPECT_EQ(failure(ConnectFailure::refused), OpenFailure::refused);
  EXPECT_EQ(failure(ConnectFailure::unreachable), OpenFailure::unreachable);
  EXPECT_EQ(failure(ConnectFailure::timeout), OpenFailure::connect_timeout);
  EXPECT_EQ(failure(ConnectFailure::reset), OpenFailure::reset);
  EXPECT_EQ(failure(ConnectFailure::tls), OpenFailure::tls);
  EXPECT_EQ(failure(ConnectFailure::out_of_ports), OpenFailure::out_of_ports);
  EXPECT_EQ(failure(ConnectFailure::out_of_files), OpenFailure::out_of_files);
}

TEST(Opening, an_exchange_that_breaks_has_its_own_class) {
  EXPECT_EQ(exchange_failure(broken(Failed::head_timeout)), OpenFailure::head_timeout);
  EXPECT_EQ(exchange_failure(broken(Failed::closed)), OpenFailure::reset);
  EXPECT_EQ(exchange_failure(broken(Failed::reset)), OpenFailure::reset);
  EXPECT_EQ(exchange_failure(broken(Failed::malformed)), OpenFailure::not_a_stream);
  EXPECT_EQ(exchange_failure(answered(500)), std::nullopt);
}

TEST(Opening, a_refusal_counts_by_its_status_though_its_body_was_cut) {
  Outcome outcome = broken(Failed::reset);
  outcome.http.head.status = 503;
  EXPECT_EQ(exchange_failure(outcome), std::nullopt);
  EXPECT_EQ(judge(StreamKind::plain_get, State::stream, outcome, false, false).failure, OpenFailure::http_503);
}

TEST(Opening, every_status_has_its_class) {
  const std::pair<int, OpenFailure> expected[] = {
      {200, OpenFailure::not_a_stream}, {202, OpenFailure::not_a_stream}, {301, OpenFailure::http_3xx},
      {400, OpenFailure::http_4xx},     {401, OpenFailure::http_401},     {403, OpenFailure::http_403},
      {404, OpenFailure::http_404},     {405, OpenFailure::http_4xx},     {429, OpenFailure::http_429},
      {500, OpenFailure::http_5xx},     {502, OpenFailure::http_502},     {503, OpenFailure::http_503},
      {504, OpenFailure::http_504},     {307, OpenFailure::http_3xx},     {599, OpenFailure::http_5xx},
      {0, OpenFailure::http_5xx}};
  for (const auto& [status, failure] : expected) { EXPECT_EQ(status_failure(status), failure) << status; }
}

TEST(Opening, a_response_that_is_no_stream_fails_only_where_the_stream_was_due) {
  EXPECT_EQ(judge(StreamKind::streamable_get, State::announce, answered(202), false, false).next, Next::proceed);
  EXPECT_EQ(judge(StreamKind::streamable_get, State::initialize, answered(200), false, false).next, Next::proceed);
  const Verdict verdict = judge(StreamKind::streamable_get, State::stream, answered(200), false, false);
  EXPECT_EQ(verdict.next, Next::fail);
  EXPECT_EQ(verdict.failure, OpenFailure::not_a_stream);
}

TEST(Opening, a_404_to_an_old_session_asks_for_a_new_one_and_to_a_new_one_fails) {
  EXPECT_EQ(judge(StreamKind::streamable_get, State::stream, answered(404), true, false).next, Next::new_session);
  const Verdict fresh = judge(StreamKind::streamable_get, State::stream, answered(404), false, false);
  EXPECT_EQ(fresh.next, Next::fail);
  EXPECT_EQ(fresh.failure, OpenFailure::http_404);
  EXPECT_TRUE(fresh.forget_session);
  EXPECT_EQ(judge(StreamKind::plain_get, State::stream, answered(404), true, false).next, Next::fail);
}

TEST(Opening, a_400_lets_go_of_the_session_and_a_503_keeps_it) {
  EXPECT_TRUE(judge(StreamKind::streamable_get, State::stream, answered(400), true, false).forget_session);
  EXPECT_FALSE(judge(StreamKind::streamable_get, State::stream, answered(503), true, false).forget_session);
  EXPECT_FALSE(judge(StreamKind::streamable_get, State::stream, answered(429), true, false).forget_session);
  EXPECT_FALSE(judge(StreamKind::streamable_get, State::stream, broken(Failed::reset), true, false).forget_session);
}

TEST(Opening, a_position_that_is_refused_is_not_asked_for_again) {
  for (const int status : {400, 405, 410, 412}) {
    EXPECT_TRUE(judge(StreamKind::plain_get, State::stream, answered(status), false, false).forget_position) << status;
  }
  for (const int status : {401, 403, 404, 408, 429, 500, 503}) {
    EXPECT_FALSE(judge(StreamKind::plain_get, State::stream, answered(status), false, false).forget_position) << status;
  }
}

TEST(Opening, a_405_says_that_no_stream_is_offered) {
  const Verdict verdict = judge(StreamKind::streamable_get, State::stream, answered(405), false, false);
  EXPECT_EQ(verdict.failure, OpenFailure::not_a_stream);
  EXPECT_TRUE(verdict.no_stream_offered);
  EXPECT_FALSE(verdict.forget_session);
  EXPECT_EQ(judge(StreamKind::plain_get, State::stream, answered(405), false, false).failure, OpenFailure::http_4xx);
}

TEST(Opening, a_401_asks_for_a_token_where_one_can_be_had) {
  for (const StreamKind kind : kKinds) {
    EXPECT_EQ(judge(kind, State::stream, answered(401), false, true).next, Next::new_token);
    EXPECT_EQ(judge(kind, State::stream, answered(401), false, false).next, Next::fail);
    EXPECT_EQ(judge(kind, State::stream, answered(401), false, false).failure, OpenFailure::http_401);
  }
}

}  // namespace
}  // namespace weir::loadgen
