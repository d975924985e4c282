#include "loadgen/supervise/background.hpp"

#include <gtest/gtest.h>

#include <future>

namespace weir::loadgen {
namespace {

TEST(Background, is_left_behind_only_in_the_middle_of_its_work) {
  struct Shared {
    std::promise<void> begun, may_end;
  };
  const auto shared = std::make_shared<Shared>();
  {
    Background busy(
        [shared]() -> std::optional<Background::Time> {
          shared->begun.set_value();
          shared->may_end.get_future().wait();
          return std::nullopt;
        },
        Background::Time{});
    ASSERT_TRUE(busy.running());
    shared->begun.get_future().wait();
    EXPECT_FALSE(Background::left_behind());
  }
  EXPECT_TRUE(Background::left_behind());
  shared->may_end.set_value();
  while (Background::left_behind()) { std::this_thread::yield(); }

  {
    const Background idle([] { return std::optional<Background::Time>(); }, std::nullopt);
  }
  EXPECT_FALSE(Background::left_behind());
}

}  // namespace
}  // namespace weir::loadgen
