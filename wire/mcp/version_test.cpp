#include "wire/mcp/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/mcp/era.hpp"

namespace weir::wire::mcp {

TEST(Version, has_a_line_each_for_the_program_the_protocol_and_the_libraries) {
  EXPECT_THAT(version_text("weir-thing"),
              ::testing::MatchesRegex("weir-thing [0-9]+\\.[0-9]+\\.[0-9]+( \\(commit [^)]+\\))?\n"
                                      "MCP [-0-9, ]+\n"
                                      "Boost 1\\.[0-9.]+, OpenSSL 3\\.[0-9.]+, zlib 1\\.[0-9.]+, fmt [0-9.]+"));
}

TEST(Version, names_every_revision_that_is_known) {
  for (const auto revision : kRevisions) {
    EXPECT_THAT(version_text("weir-thing"), ::testing::HasSubstr(std::string(revision)));
  }
}

}  // namespace weir::wire::mcp
