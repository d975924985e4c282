#include "conformance/catalogue/failure_modes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "conformance/check.hpp"

namespace weir::conformance {
namespace {

std::vector<FailureMode> modes() {
  auto parsed = parse_failure_modes(failure_modes_tsv());
  EXPECT_TRUE(parsed) << parsed.error().detail;
  return parsed.value_or(std::vector<FailureMode>{});
}

std::string complaint(std::string_view line) {
  const auto parsed = parse_failure_modes("head\n" + std::string(line) + "\n");
  return parsed ? "no complaint" : parsed.error().detail;
}

}  // namespace

TEST(FailureModes, are_proved_by_faults_that_their_checks_name) {
  for (const FailureMode& mode : modes()) {
    for (const Proof& proof : mode.proofs) {
      const CheckInfo* check = find_check(proof.check);
      ASSERT_TRUE(check) << mode.id << ": there is no check " << proof.check;
      EXPECT_NE(std::find(check->faults.begin(), check->faults.end(), proof.fault), check->faults.end())
          << mode.id << ": " << proof.check << " is not turned red by " << proof.fault;
    }
  }
}

TEST(FailureModes, are_detected_by_name_for_the_most_part) {
  constexpr std::ptrdiff_t kAll = 71, kLeast = 55;
  const auto all = modes();
  EXPECT_EQ(std::ssize(all), kAll);
  EXPECT_GE(std::count_if(all.begin(), all.end(), [](const auto& mode) { return !mode.proofs.empty(); }), kLeast);
  std::set<std::string> ids;
  for (const FailureMode& mode : all) {
    EXPECT_TRUE(ids.insert(mode.id).second) << mode.id << " twice";
    EXPECT_TRUE(mode.reason.empty() || mode.reason.ends_with('.')) << mode.id << ": the reason is no sentence";
  }
}

TEST(FailureModes, are_written_down_as_they_are) {
  const std::string path = WEIR_SOURCE_DIR "/conformance/catalogue/failure-modes.md";
  const std::string text = failure_modes_markdown(modes());
  if (std::getenv("WEIR_UPDATE_GOLDEN") != nullptr) { std::ofstream(path, std::ios::binary) << text; }
  std::ostringstream committed;
  committed << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(committed.str(), text) << path << " is not current: WEIR_UPDATE_GOLDEN=1 writes it anew";
}

TEST(FailureModes, say_where_their_check_came_later_than_a_set) {
  std::vector<FailureMode> all = {{.id = "FM-1", .name = "old", .proofs = {{"a.b.c", "f"}, {"d.e.f", "g"}}},
                                  {.id = "FM-2", .name = "new", .proofs = {{"d.e.f", "g"}}},
                                  {.id = "FM-3", .name = "none", .reason = "why not"}};
  leave_proofs_by({"a.b.c"}, all);
  EXPECT_EQ(all[0].proofs.size(), 1U);
  EXPECT_TRUE(all[1].proofs.empty());
  EXPECT_EQ(all[1].reason, "The check came after this set of checks.");
  EXPECT_EQ(all[2].reason, "why not");
}

TEST(FailureModes, must_say_how_or_why_not) {
  EXPECT_EQ(complaint("FM-1\tname\tcheck:fault\t"), "no complaint");
  EXPECT_EQ(complaint("FM-1\tname\t\tNobody can see it."), "no complaint");
  EXPECT_EQ(complaint("FM-1\tname\tcheck\t"), "failure_modes.tsv:2: 'check' is no check:fault");
  EXPECT_EQ(complaint("FM-1\tname"), "failure_modes.tsv:2: has 2 columns instead of 4");
  EXPECT_NE(complaint("FM-1\tname\t\t").find("either proofs or a reason"), std::string::npos);
}

}  // namespace weir::conformance
