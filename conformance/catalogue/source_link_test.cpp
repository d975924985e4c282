#include "conformance/catalogue/source_link.hpp"

#include <gtest/gtest.h>

namespace weir::conformance {

TEST(SourceLink, names_the_revision) {
  EXPECT_EQ(source_link("https://example.com/{revision}/basic#responses", "2025-06-18"),
            "https://example.com/2025-06-18/basic#responses");
}

TEST(SourceLink, leaves_a_fixed_link_alone) {
  EXPECT_EQ(source_link("https://example.com/basic/utilities/progress", "2026-07-28"),
            "https://example.com/basic/utilities/progress");
}

TEST(SourceLink, follows_a_page_to_where_the_revision_has_it) {
  EXPECT_EQ(source_link("https://example.com/{revision}/basic/utilities/progress", "2026-07-28"),
            "https://example.com/2026-07-28/basic/patterns/progress");
  EXPECT_EQ(source_link("https://example.com/{revision}/basic/utilities/progress", "2025-11-25"),
            "https://example.com/2025-11-25/basic/utilities/progress");
}

}  // namespace weir::conformance
