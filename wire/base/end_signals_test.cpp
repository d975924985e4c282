#include "wire/base/end_signals.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace weir::wire {
namespace {

TEST(EndSignals, that_come_together_are_one_wish) {
  EXPECT_EQ(count_end_signal(SIGUSR1), 1);
  EXPECT_EQ(count_end_signal(SIGUSR2), 1) << "another number is counted by itself";
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  EXPECT_EQ(count_end_signal(SIGUSR1), 2);
}

TEST(EndSignals, by_the_same_sender_in_one_go_are_counted_once) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(count_end_signal(SIGWINCH), 1);
  const int second = count_end_signal(SIGWINCH);
  if (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(150)) { EXPECT_EQ(second, 0); }
}

}  // namespace
}  // namespace weir::wire
