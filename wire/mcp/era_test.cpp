#include "wire/mcp/era.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace weir::wire::mcp {
namespace {

TEST(Era, names_parse_back_to_themselves) {
  for (Era era : {Era::none, Era::http_sse, Era::streamable, Era::stateless}) {
    EXPECT_EQ(parse_era(to_string(era)), era);
  }
  EXPECT_EQ(parse_era("http_sse"), std::nullopt);
  EXPECT_EQ(parse_era(""), std::nullopt);
}

TEST(Era, newest_revision_is_known_and_belongs_to_one_era) {
  EXPECT_EQ(newest_revision(Era::http_sse), k2024_11_05);
  EXPECT_EQ(newest_revision(Era::streamable), k2025_11_25);
  EXPECT_EQ(newest_revision(Era::stateless), k2026_07_28);
  EXPECT_EQ(newest_revision(Era::none), "");
}

TEST(Era, every_revision_belongs_to_one_era) {
  std::vector<std::string_view> all;
  for (Era era : {Era::none, Era::http_sse, Era::streamable, Era::stateless}) {
    const auto of_era = revisions_of(era);
    all.insert(all.end(), of_era.begin(), of_era.end());
  }
  EXPECT_TRUE(std::equal(all.begin(), all.end(), kRevisions.begin(), kRevisions.end()));
  EXPECT_EQ(revisions_of(Era::streamable).front(), k2025_03_26);
}

TEST(Era, revisions_are_in_the_order_of_their_age) {
  EXPECT_TRUE(std::is_sorted(kRevisions.begin(), kRevisions.end()));
  EXPECT_TRUE(is_known_revision("2025-06-18"));
  EXPECT_FALSE(is_known_revision("2025-06-19"));
}

}  // namespace
}  // namespace weir::wire::mcp
