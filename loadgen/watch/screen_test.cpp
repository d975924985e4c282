#include "loadgen/watch/screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

using namespace reports::load;
using ::testing::HasSubstr;
using ::testing::Not;

ScreenState a_state() {
  const Layout layout{{{"streams", {"echo"}}, {"more", {}}}};
  ScreenState state;
  state.target = "staging";
  state.phase = "hold";
  state.step = "2 of 4";
  state.elapsed_ns = 83'000'000'000;
  state.left_ns = 517'000'000'000;
  state.last = Snapshot(layout);
  state.totals = Snapshot(layout);
  state.last.span_ns = 1'000'000'000;
  state.last[WorkerGauge::alive] = 2;
  auto& first = state.last.populations[0];
  first[Gauge::streams_open] = 4'000;
  first[Gauge::streams_target] = 4'000;
  first[Counter::streams_opened] = 120;
  first[Counter::events] = 5'000;
  state.last.populations[1][Gauge::streams_open] = 998;
  state.last.populations[1][Gauge::streams_target] = 1'000;
  state.totals.populations[0][Counter::streams_opened] = 5'010;
  return state;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) { text += line + "\n"; }
  return text;
}

TEST(Screen, shows_streams_of_all_populations_together) {
  const auto text = joined(screen_lines(a_state(), 120, false));
  EXPECT_THAT(text, HasSubstr("4,998 open of 5,000"));
  EXPECT_THAT(text, HasSubstr("120 opened/s"));
  EXPECT_THAT(text, HasSubstr("hold (2 of 4)  1:23, 8:37 left"));
  EXPECT_THAT(text, HasSubstr("2 workers"));
  EXPECT_THAT(text, Not(HasSubstr("calls")));
}

TEST(Screen, names_the_most_frequent_ends_and_leaves_our_own_out) {
  auto state = a_state();
  auto& ends = state.totals.populations[0].ends;
  ends[static_cast<std::size_t>(EndReason::client)] = 500;
  ends[static_cast<std::size_t>(EndReason::rst)] = 2;
  ends[static_cast<std::size_t>(EndReason::idle_cut)] = 10;
  EXPECT_THAT(joined(screen_lines(state, 120, false)), HasSubstr("drops    12 (idle_cut 10, rst 2)"));
  ends[static_cast<std::size_t>(EndReason::polled)] = 700;
  state.totals.populations[0][Counter::polls_failed] = 3;
  EXPECT_THAT(joined(screen_lines(state, 120, false)),
              HasSubstr("drops    15 (idle_cut 10, rst 2); polled 700, 3 not taken up"));
}

TEST(Screen, shows_calls_with_their_percentiles_where_there_are_any) {
  auto state = a_state();
  auto& now = state.last.populations[0].tools[0];
  now.outcomes[static_cast<std::size_t>(CallOutcome::ok)] = 99;
  now.outcomes[static_cast<std::size_t>(CallOutcome::timeout)] = 1;
  now.outcomes[static_cast<std::size_t>(CallOutcome::duplicate)] = 7;  // Beside the outcome of its call.
  now.duration.record(50'000'000);
  state.totals.populations[0].tools[0] = now;
  const auto text = joined(screen_lines(state, 120, false));
  EXPECT_THAT(text, HasSubstr("100/s, 99 % ok"));
  EXPECT_THAT(text, HasSubstr("p99 50 ms"));
}

TEST(Screen, keeps_to_the_width_whatever_the_names) {
  auto state = a_state();
  state.target = std::string(300, 'x');
  for (const std::size_t width : {0u, 1u, 20u, 80u}) {
    for (const auto& line : screen_lines(state, width, false)) { EXPECT_LE(line.size(), width); }
  }
}

TEST(Screen, moves_no_cursor_by_what_a_name_or_an_incident_holds) {
  auto state = a_state();
  state.target = "a\x1b[2Jb";
  state.latest_incident = "worker 1: \x1b[H\nbad";
  EXPECT_THAT(joined(screen_lines(state, 120, false)), Not(HasSubstr("\x1b")));
  EXPECT_THAT(progress_line(state), Not(HasSubstr("\x1b")));
}

TEST(Screen, has_colours_only_where_they_are_wanted) {
  EXPECT_THAT(joined(screen_lines(a_state(), 120, true)), HasSubstr("\x1b[1m"));
  EXPECT_THAT(joined(screen_lines(a_state(), 120, false)), Not(HasSubstr("\x1b")));
}

TEST(Screen, redraws_in_place_and_clears_what_a_longer_view_left) {
  EXPECT_EQ(redraw({"a", "b"}, 0), "\r\x1b[2Ka\n\r\x1b[2Kb\n");
  EXPECT_EQ(redraw({"a"}, 2), "\x1b[2A\r\x1b[2Ka\n\x1b[0J");
}

TEST(Screen, says_it_in_one_line_for_logs) {
  const auto line = progress_line(a_state());
  EXPECT_THAT(line, HasSubstr("1:23  hold (2 of 4)  streams 4,998/5,000  drops 0"));
  EXPECT_THAT(line, HasSubstr("8:37 left"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Screen, does_not_invent_an_end_for_a_search) {
  auto state = a_state();
  state.left_ns = -1;
  EXPECT_THAT(progress_line(state), Not(HasSubstr("left")));
  EXPECT_THAT(joined(screen_lines(state, 120, false)), Not(HasSubstr("left")));
}

TEST(Screen, reads_times_like_a_clock) {
  EXPECT_EQ(clock_text(7'900'000'000), "0:07");
  EXPECT_EQ(clock_text(754'000'000'000), "12:34");
  EXPECT_EQ(clock_text(3'723'000'000'000), "1:02:03");
  EXPECT_EQ(clock_text(-5), "0:00");
}

}  // namespace
}  // namespace weir::loadgen
