// The oracle: the schemas of the official SDK, which share no line with our table, must say the same of right messages
// and of right messages with one thing wrong.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>

#include "wire/mcp/era.hpp"
#include "wire/mcp/shape_examples_test.hpp"
#include "wire/testing/ask_node.hpp"

namespace weir::wire::mcp {
namespace {

/// Where the SDK is known to take more than the schema of the revision, or less.
struct Difference {
  std::string_view method;
  std::string_view at;  ///< Where we find fault; empty: where the SDK alone does.
  std::string_view why;
};
constexpr Difference kDifferences[] = {
    {"tools/list", "/tools/0/inputSchema", "any object is a schema there"},
    {"tools/list", "/tools/0/outputSchema", "any object is a schema there"},
    {"tools/call", "/content", "content that is absent is an empty array there"},
    {"tools/call", "/structuredContent", "any value is taken, as in 2026-07-28"},
    {"sampling/createMessage", "/messages/1/content/0/structuredContent", "any value is taken, as in 2026-07-28"},
    {"prompts/list", "/prompts/0/arguments/0/title", "not looked at there"},
    {"resources/list", "/resources/0/size", "a number there"},
    {"resources/list", "", "the form of lastModified is looked at there, and here by resources.annotations.valid"},
    {"elicitation/create", "", "the keywords of a property's schema are looked at there"},
    {"notifications/cancelled", "", "params must be there, although each of its members may be absent"},
};

constexpr std::string_view kPartNames[] = {"result", "params", "error"};

/// Every value within, as a function of the whole that gives it to be changed.
using Place = std::function<json::value*(json::value&)>;

void places_in(const json::value& value, const Place& at, std::vector<Place>& all) {
  all.push_back(at);
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      const std::string name(member.key());
      places_in(
          member.value(), [at, name](json::value& whole) { return at(whole)->get_object().if_contains(name); }, all);
    }
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      places_in(array->at(i), [at, i](json::value& whole) { return at(whole)->get_array().if_contains(i); }, all);
    }
  }
}

/// The message with each of its values replaced by others, and each of its members left out.
std::vector<json::value> variants(const json::value& right) {
  const std::array<json::value, 9> kOthers = {nullptr,        true,          7, -1, 0.5, "other", json::array{},
                                              json::object{}, json::array{7}};
  std::vector<json::value> all = {right};
  std::vector<Place> places;
  places_in(right, [](json::value& whole) { return &whole; }, places);
  for (const auto& place : places) {
    for (const auto& other : kOthers) {
      json::value changed = right;
      *place(changed) = other;
      all.push_back(std::move(changed));
    }
    json::value whole = right;
    if (const auto* object = place(whole)->if_object()) {
      for (const auto& member : *object) {
        json::value less = right;
        place(less)->get_object().erase(member.key());
        all.push_back(std::move(less));
      }
    }
  }
  return all;
}

struct Case {
  std::string_view revision;
  Part part;
  std::string_view method;
  json::value value;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto revision : kRevisions) {
    for (const auto& example : shape_examples()) {
      if (revision < example.since || revision > example.until) { continue; }
      for (auto& value : variants(json::parse(example.json))) {
        all.push_back({revision, example.part, example.method, std::move(value)});
      }
    }
  }
  return all;
}

/// What the SDK says of each case: true, false, or null where it has no schema for it. Null as a whole where Node or
/// the SDK is not to be had.
json::value ask_sdk(const std::vector<Case>& cases) {
  json::array asked;
  for (const auto& each : cases) {
    asked.push_back({{"revision", each.revision},
                     {"part", kPartNames[static_cast<std::size_t>(each.part)]},
                     {"method", each.method},
                     {"value", each.value}});
  }
  return testing::ask_node("shape_agreement.mjs", asked, "shape_cases");
}

const Difference* known_difference(std::string_view method, const std::vector<ShapeViolation>& ours) {
  const auto found = std::find_if(std::begin(kDifferences), std::end(kDifferences), [&](const Difference& known) {
    const bool here = ours.empty() ? known.at.empty() : !known.at.empty() && ours.front().at.starts_with(known.at);
    return known.method == method && here;
  });
  return found == std::end(kDifferences) ? nullptr : found;
}

TEST(ShapeOracle, agrees_with_the_sdk) {
  const auto all = cases();
  const auto verdicts = ask_sdk(all);
  ASSERT_TRUE(verdicts.is_array()) << "node or the SDK is missing: run ci/setup, or npm ci in ci/node";
  ASSERT_EQ(verdicts.get_array().size(), all.size());
  std::size_t judged = 0, right = 0;
  std::set<const Difference*> met;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& theirs = verdicts.at(i);
    if (theirs.is_null()) { continue; }
    const auto& [revision, part, method, value] = all[i];
    const auto violations = shape_violations(revision, part, method, value);
    const bool ours = violations.empty();
    ++judged;
    right += ours ? 1 : 0;
    if (ours == theirs.as_bool()) { continue; }
    const auto* known = known_difference(method, violations);
    met.insert(known);
    EXPECT_NE(known, nullptr) << revision << " " << method << ", the SDK says " << theirs << "\n  "
                              << json::serialize(value) << "\n  " << (ours ? "" : violations.front().at);
  }
  for (const auto& known : kDifferences) { EXPECT_TRUE(met.contains(&known)) << known.method << ": " << known.why; }
  EXPECT_GT(judged, 1000U);
  EXPECT_GT(right, judged / 10);
  EXPECT_LT(right, judged * 9 / 10);
}

}  // namespace
}  // namespace weir::wire::mcp
