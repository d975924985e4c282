// The public JSON-Schema-Test-Suite, as Debian packages it (libtest-json-schema-acceptance-perl): every required case
// of both drafts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "wire/schema/json_schema.hpp"

namespace weir::wire {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance";

json::value read_json(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  json::parse_options options;
  options.max_depth = 256;
  return json::parse(text.str(), {}, options);
}

/// The remotes under the URI that the suite promises: http://localhost:1234/<path>. A remote without `$schema` would
/// be read in the dialect of whoever refers to it.
std::map<std::string, json::value> remotes() {
  std::map<std::string, json::value> documents;
  for (const auto& entry : fs::recursive_directory_iterator(kSuite / "remotes")) {
    if (entry.path().extension() != ".json") { continue; }
    const auto relative = fs::relative(entry.path(), kSuite / "remotes").generic_string();
    documents.emplace("http://localhost:1234/" + relative, read_json(entry.path()));
  }
  return documents;
}

struct Outcome {
  std::size_t cases = 0;
  std::set<std::string> misses;  ///< "file / group / case: why".
};

std::string verdict_of(const json::value& schema, const json::value& instance, SchemaDialect dialect,
                       const std::map<std::string, json::value>& documents) {
  auto compiled = JsonSchema::compile(schema, dialect, documents);
  if (!compiled) { return "compile error: " + compiled.error().detail; }
  auto problems = compiled->validate(instance);
  if (!problems) { return "limit: " + problems.error().detail; }
  return problems->empty() ? "valid" : "invalid";
}

Outcome run_suite(const std::string& draft, SchemaDialect dialect) {
  const auto documents = remotes();
  Outcome outcome;
  for (const auto& entry : fs::directory_iterator(kSuite / "tests" / draft)) {
    if (entry.path().extension() != ".json") { continue; }
    const json::value groups = read_json(entry.path());
    for (const auto& group : groups.as_array()) {
      for (const auto& test : group.at("tests").as_array()) {
        ++outcome.cases;
        const std::string wanted = test.at("valid").as_bool() ? "valid" : "invalid";
        const auto got = verdict_of(group.at("schema"), test.at("data"), dialect, documents);
        if (got == wanted) { continue; }
        const auto name =
            fmt::format("{} / {} / {}", entry.path().stem().string(), std::string(group.at("description").as_string()),
                        std::string(test.at("description").as_string()));
        outcome.misses.insert(name);
        GTEST_LOG_(INFO) << name << ": " << got;
      }
    }
  }
  return outcome;
}

TEST(JsonSchemaSuite, is_installed) {
  ASSERT_TRUE(fs::is_directory(kSuite / "tests")) << "install libtest-json-schema-acceptance-perl";
}

TEST(JsonSchemaSuite, passes_every_required_case_of_2020_12) {
  ASSERT_TRUE(fs::is_directory(kSuite / "tests" / "draft2020-12"));
  const auto outcome = run_suite("draft2020-12", SchemaDialect::draft_2020_12);
  EXPECT_GE(outcome.cases, 1176u);
  EXPECT_EQ(outcome.misses, std::set<std::string>{});
}

TEST(JsonSchemaSuite, passes_every_required_case_of_draft_07) {
  ASSERT_TRUE(fs::is_directory(kSuite / "tests" / "draft7"));
  const auto outcome = run_suite("draft7", SchemaDialect::draft_07);
  EXPECT_GE(outcome.cases, 861u);
  EXPECT_EQ(outcome.misses, std::set<std::string>{});
}

}  // namespace
}  // namespace weir::wire
