#include "conformance/checks/http/unusual.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

TEST(PatienceBeside, is_longer_with_a_target_that_is_far) {
  wire::Exchange answer;
  EXPECT_EQ(patience_beside(answer, std::chrono::milliseconds(1000)).count(), 1000);
  answer.timings.head_us = 1'250'900;
  EXPECT_EQ(patience_beside(answer, std::chrono::milliseconds(1000)).count(), 2250);
}

}  // namespace weir::conformance
