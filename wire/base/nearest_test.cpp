#include "wire/base/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace weir::wire {
namespace {

constexpr std::array<std::string_view, 5> kKeys = {"url", "safe_tools", "idle_budget", "health", "expected_tools"};

TEST(Nearest, finds_the_key_behind_each_kind_of_slip) {
  EXPECT_EQ(nearest("sage_tools", kKeys), "safe_tools");    // substitution
  EXPECT_EQ(nearest("safetools", kKeys), "safe_tools");     // deletion
  EXPECT_EQ(nearest("heallth", kKeys), "health");           // insertion
  EXPECT_EQ(nearest("ulr", kKeys), "url");                  // swap
  EXPECT_EQ(nearest("Idle-Budget", kKeys), "idle_budget");  // case and dash
}

TEST(Nearest, takes_a_beginning_for_the_whole) {
  EXPECT_EQ(nearest("idle", kKeys), "idle_budget");
  EXPECT_EQ(nearest("expected", kKeys), "expected_tools");
}

TEST(Nearest, says_nothing_where_nothing_is_near) {
  EXPECT_EQ(nearest("colour", kKeys), "");
  EXPECT_EQ(nearest("", kKeys), "");
  EXPECT_EQ(nearest("x", kKeys), "");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kKeys), "");
  EXPECT_EQ(nearest("url", std::span<const std::string_view>()), "");
}

TEST(Nearest, prefers_the_fewest_edits_and_then_the_first) {
  const std::vector<std::string> names = {"stream.cut", "stream.cut-late", "stream.cat"};
  EXPECT_EQ(nearest("stream.cut-lat", names), "stream.cut-late");
  EXPECT_EQ(nearest("stream.cot", names), "stream.cut");
}

TEST(Nearest, ends_the_sentence_of_an_error) {
  EXPECT_EQ(did_you_mean("helth", kKeys), ", did you mean 'health'?");
  EXPECT_EQ(did_you_mean("colour", kKeys), "");
}

}  // namespace
}  // namespace weir::wire
