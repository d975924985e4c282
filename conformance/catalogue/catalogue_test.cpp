#include <gtest/gtest.h>

#include "conformance/check.hpp"
#include "conformance/probe/probe.hpp"

namespace weir::conformance {

namespace {

CheckInfo right() {
  return {.id = "made-up.object.rule",
          .title = "a title",
          .eras = kAllEras,
          .source = "https://example.com",
          .faults = {"some.fault"},
          .run = [](Probe&) { return pass("yes"); }};
}

}  // namespace

TEST(Catalogue, takes_a_whole_check) { EXPECT_EQ(why_invalid(right()), ""); }

TEST(Catalogue, refuses_ids_of_another_form) {
  for (std::string_view id :
       {"", "a", "a.b", "a.b.c.d", "a..c", "A.b.c", "a.b_c.d", "a.b.-c", "a.b.c-", "a.b--c.d", "a.b.c "}) {
    CheckInfo info = right();
    info.id = id;
    EXPECT_NE(why_invalid(info), "") << id;
  }
}

TEST(Catalogue, refuses_a_check_that_lacks_something) {
  const auto refused = [](auto spoil) {
    CheckInfo info = right();
    spoil(info);
    return why_invalid(info);
  };
  EXPECT_NE(refused([](CheckInfo& info) { info.title.clear(); }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.source.clear(); }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.faults.clear(); }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.run = nullptr; }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.since = "2025-01-01"; }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.fixture = "Magic!"; }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.fault_eras = {"streamabel"}; }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.shown_since = {{"other.fault", "2025-11-25", "why"}}; }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.shown_since = {{"some.fault", "2025-11-24", "why"}}; }), "");
  EXPECT_NE(refused([](CheckInfo& info) { info.shown_since = {{"some.fault", "2025-11-25", ""}}; }), "");
  EXPECT_EQ(refused([](CheckInfo& info) { info.shown_since = {{"some.fault", "2025-11-25", "why"}}; }), "");
}

TEST(Catalogue, knows_the_revisions_that_a_check_holds_in) {
  CheckInfo info = right();
  EXPECT_EQ(revisions_of(info, Era::streamable).size(), 3U);
  EXPECT_EQ(revisions_of(info, Era::none).size(), 0U);
  info.since = "2025-06-18";
  EXPECT_EQ(revisions_of(info, Era::streamable), (std::vector<std::string_view>{"2025-06-18", "2025-11-25"}));
  EXPECT_EQ(revisions_of(info, Era::http_sse).size(), 0U);
  info.until = "2025-06-18";
  EXPECT_EQ(revisions_of(info, Era::streamable), std::vector<std::string_view>{"2025-06-18"});
  EXPECT_EQ(revisions_of(info, Era::stateless).size(), 0U);
}

TEST(CatalogueDeathTest, stops_at_a_second_check_of_one_id_and_names_it) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  CheckInfo twice = right();
  twice.id = catalogue().front().id;
  EXPECT_DEATH(Registration{twice}, twice.id + ".*another check has this id");
}

TEST(Catalogue, is_sorted_and_finds_by_id) {
  const auto& all = catalogue();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
  EXPECT_EQ(find_check("jsonrpc.id.echoed")->level, Level::must);
  EXPECT_EQ(find_check("jsonrpc.id.echo"), nullptr);
}

TEST(EraSet, of_no_era_is_the_target_itself) {
  EXPECT_TRUE(kTarget.has(Era::none));
  EXPECT_FALSE(kAllEras.has(Era::none));
  EXPECT_TRUE(kSessionEras.has(Era::http_sse));
  EXPECT_FALSE(kSessionEras.has(Era::stateless));
}

TEST(Catalogue, says_of_its_own_checks_alone_why_no_command_shows_them) {
  EXPECT_FALSE(not_by_command().empty());
  for (const auto& [id, why] : not_by_command()) {
    EXPECT_NE(find_check(id), nullptr) << id;
    EXPECT_GT(why.size(), 10U) << id;
  }
}

}  // namespace weir::conformance
