// The checks against the catalogue of normative requirements, and against each other.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "conformance/check.hpp"
#include "fixtures/faults/fault.hpp"

namespace weir::conformance {

namespace {

struct Requirement {
  std::string level;
  std::set<std::string> revisions;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) { parts.push_back(part); }
  return parts;
}

std::map<std::string, Requirement> requirements() {
  std::map<std::string, Requirement> all;
  std::ifstream file(WEIR_SOURCE_DIR "/conformance/catalogue/requirements.tsv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const auto columns = split(line, '\t');
    const auto revisions = split(columns.at(2), ',');
    all[columns.at(0)] = {columns.at(1), {revisions.begin(), revisions.end()}};
  }
  return all;
}

Level level_of(const std::string& keyword) {
  return keyword.starts_with("MUST") ? Level::must : keyword.starts_with("SHOULD") ? Level::should : Level::may;
}

/// Checks whose level differs from their requirements' keyword on purpose, with the reason.
const std::map<std::string, std::string>& reviewed() {
  static const std::map<std::string, std::string> kReviewed = {
      {"jsonrpc.error.invalid-params",
       "JSON-RPC lists the code without a keyword, and the SDKs answer -32603: worth a warning, not a stopped deploy"},
      {"cancellation.foreign.ignored",
       "to ignore what is unknown is good manners, and to end another client's call is another client's loss"},
      {"cors.credentials.no-wildcard",
       "no revision speaks of CORS: browsers refuse the pair, and nothing else is harmed"},
      {"header.param.unknown-ignored",
       "the MUST binds intermediaries that do not read the body; of the server itself it is good sense"},
      {"streamable.get.stays-open", "the server may close the stream at any time; what it costs is worth a remark"}};
  return kReviewed;
}

/// The revisions in which a check can be asked. Later ones than its own speak of HTTP+SSE too (backwards
/// compatibility).
std::set<std::string> revisions_of(const CheckInfo& info) {
  std::set<std::string> revisions;
  for (std::string_view revision : wire::mcp::kRevisions) {
    const bool in_era =
        (info.eras.http_sse && revision <= wire::mcp::k2025_11_25) ||
        (info.eras.streamable && revision >= wire::mcp::k2025_03_26 && revision <= wire::mcp::k2025_11_25) ||
        (info.eras.stateless && revision == wire::mcp::k2026_07_28) || info.eras.empty();
    if (in_era && (info.since.empty() || revision >= info.since) && (info.until.empty() || revision <= info.until)) {
      revisions.emplace(revision);
    }
  }
  return revisions;
}

}  // namespace

TEST(Requirements, are_all_read) { EXPECT_EQ(requirements().size(), 501U); }

TEST(Requirements, exist_for_every_check_that_names_them) {
  const auto known = requirements();
  for (const auto& info : catalogue()) {
    for (const auto& id : info.requirements) {
      EXPECT_TRUE(known.contains(id)) << info.id << " names the requirement " << id << ", which does not exist";
    }
  }
}

TEST(Requirements, hold_in_some_revision_that_their_check_runs_in) {
  const auto known = requirements();
  for (const auto& info : catalogue()) {
    const auto asked = revisions_of(info);
    for (const auto& id : info.requirements) {
      const auto found = known.find(id);
      if (found == known.end()) { continue; }
      EXPECT_TRUE(
          std::any_of(asked.begin(), asked.end(), [&](const auto& r) { return found->second.revisions.contains(r); }))
          << info.id << " runs in no revision in which " << id << " holds";
    }
  }
}

TEST(Requirements, give_their_checks_the_level_of_the_keyword) {
  const auto known = requirements();
  for (const auto& info : catalogue()) {
    if (reviewed().contains(info.id) || info.requirements.empty()) { continue; }
    Level gravest = Level::may;
    for (const auto& id : info.requirements) {
      if (const auto found = known.find(id); found != known.end()) {
        gravest = std::min(gravest, level_of(found->second.level));
      }
    }
    EXPECT_EQ(to_string(info.level), to_string(gravest)) << info.id;
  }
}

TEST(Requirements, of_reviewed_levels_still_differ) {
  const auto known = requirements();
  for (const auto& [id, reason] : reviewed()) {
    const auto* info = find_check(id);
    ASSERT_TRUE(info) << id << " is reviewed but does not exist";
    EXPECT_FALSE(reason.empty()) << id;
    EXPECT_TRUE(std::none_of(info->requirements.begin(), info->requirements.end(),
                             [&](const auto& requirement) {
                               return known.contains(requirement) &&
                                      level_of(known.at(requirement).level) == info->level;
                             }))
        << id << " has the level of a requirement: it needs no review";
  }
}

TEST(Catalogue, names_only_faults_that_exist) {
  for (const auto& info : catalogue()) {
    for (const auto& fault : info.faults) {
      EXPECT_TRUE(fixtures::find_fault(fault)) << info.id << " names the fault " << fault << ", which does not exist";
    }
  }
}

TEST(Catalogue, gives_every_check_a_consequence_a_fix_and_a_link) {
  for (const auto& info : catalogue()) {
    EXPECT_FALSE(info.consequence.empty()) << info.id;
    EXPECT_TRUE(info.fix.ends_with('.')) << info.id << ": " << info.fix;
    EXPECT_LE(info.fix.size(), 200U) << info.id << ": " << info.fix;
    EXPECT_TRUE(info.source.starts_with("https://")) << info.id << ": " << info.source;
  }
}

}  // namespace weir::conformance
