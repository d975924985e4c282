// The limits of edges, as the checks of amounts know them.
#include <gtest/gtest.h>

#include "conformance/checks/sizes/common.hpp"

namespace weir::conformance {

TEST(BodyLimit, is_that_of_the_edge_and_the_smallest_where_none_is_known) {
  EXPECT_EQ(body_limit("function-url")->bytes, 6U * 1024 * 1024);
  EXPECT_EQ(body_limit("api-gateway")->bytes, 10'000'000U);
  EXPECT_EQ(body_limit("alb")->hop, "ALB with a Lambda target");
  EXPECT_EQ(body_limit("")->bytes, 1024U * 1024);
  EXPECT_FALSE(body_limit("nginx"));
}

TEST(BodyLimit, is_said_in_the_unit_that_fits) {
  EXPECT_EQ(as_size(912 * 1024), "912 KB");
  EXPECT_EQ(as_size(5 * 1024 * 1024 + 200 * 1024), "5.2 MB");
}

}  // namespace weir::conformance
