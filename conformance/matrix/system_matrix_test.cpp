// Every system proves itself as every check does: each variant's whole gate ends as its page says, and each fault turns
// its own checks red. The profile is the one that users have, in its environment `local`.
#include <gtest/gtest.h>

#include "conformance/run/options.hpp"
#include "fixtures/systems/system.hpp"

namespace weir::conformance {

namespace {

namespace systems = fixtures::systems;
using reports::Verdict;

struct Case {
  std::string system;
  std::string variant;
  std::string fault;  ///< Empty: the variant's control.
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.system << " " << c.variant << " with " << (c.fault.empty() ? "no fault" : c.fault);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& system : systems::systems()) {
    for (const auto& variant : system.variants) { all.push_back({system.name, variant.name, {}}); }
    for (const auto& fault : system.faults) {
      const auto& variant = fault.variant.empty() ? system.variants.front().name : fault.variant;
      if (!fault.reds.empty()) { all.push_back({system.name, variant, fault.name}); }
    }
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  const auto& [system, variant, fault] = info.param;
  std::string name =
      fmt::format("{}_{}_{}", system, variant, fault.empty() ? "ends_as_documented" : "is_red_by_" + fault);
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

std::string in_source(const std::string& path) { return fmt::format("{}/{}", WEIR_SOURCE_DIR, path); }

const systems::SystemVariant& variant_of(const systems::SystemInfo& system, const std::string& name) {
  return *std::find_if(system.variants.begin(), system.variants.end(),
                       [&](const auto& variant) { return variant.name == name; });
}

/// nullptr for "".
const systems::SystemFault* fault_of(const systems::SystemInfo& system, const std::string& name) {
  const auto found =
      std::find_if(system.faults.begin(), system.faults.end(), [&](const auto& fault) { return fault.name == name; });
  return found == system.faults.end() ? nullptr : &*found;
}

/// A whole run of the gate with the variant's profile, and `words` beside it.
wire::Result<reports::Results> gate(const systems::SystemInfo& system, const systems::SystemVariant& variant,
                                    const systems::Deployment& deployment, std::vector<std::string> words) {
  const auto& profile = variant.profile.empty() ? system.profile : variant.profile;
  words.insert(words.begin(), {"weir-conformance", "--profile", in_source(profile), "--env", variant.environment});
  std::vector<const char*> argv;
  for (const auto& word : words) { argv.push_back(word.c_str()); }
  const auto parsed = parse_options(static_cast<int>(argv.size()), argv.data(), "0");
  if (!parsed) { return tl::unexpected(parsed.error()); }
  const auto variables = deployment.variables();
  auto plan = plan_of(std::get<Options>(*parsed), [&](const std::string& name) -> std::optional<std::string> {
    const auto found =
        std::find_if(variables.begin(), variables.end(), [&](const auto& variable) { return variable.first == name; });
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
  if (!plan) { return tl::unexpected(plan.error()); }
  plan->started_at = "2026-01-01T00:00:00Z";
  return conduct(*plan);
}

std::string line_of(const reports::CheckResult& check) {
  std::string text = fmt::format("{} [{}] {}: {}", check.id, check.era, to_string(check.verdict), check.message);
  for (const auto& line : check.evidence) { text += "\n    " + line; }
  return text;
}

/// What there is to complain about.
std::string report(const reports::Results& results) {
  std::string text = fmt::format("exit {}: {}\n", static_cast<int>(results.exit_code), results.exit_reason);
  if (results.preflight) { text += fmt::format("{}: {}\n", results.preflight->cause, results.preflight->message); }
  for (const auto& problem : results.problems) { text += problem + "\n"; }
  for (const auto& check : results.checks) {
    const bool bad =
        check.verdict == Verdict::fail || check.verdict == Verdict::warn || check.verdict == Verdict::error;
    if (bad && !check.excused) { text += line_of(check) + "\n"; }
  }
  return text;
}

bool is_red(const reports::CheckResult& check) {
  return check.verdict == Verdict::fail || check.verdict == Verdict::warn;
}

/// Why the check with this id is not red, or empty. A name that no check has is the cause of a failed preflight.
std::string why_not_red(const reports::Results& results, const std::string& id) {
  if (!find_check(id)) {
    if (!results.preflight) { return fmt::format("the preflight passed, '{}' was due", id); }
    return results.preflight->cause == id ? "" : fmt::format("'{}' was due", id);
  }
  std::string seen;
  for (const auto& check : results.checks) {
    if (check.id != id) { continue; }
    if (is_red(check)) { return check.expected.empty() || check.got.empty() ? id + " says not what it saw" : ""; }
    seen += line_of(check) + "\n";
  }
  return seen.empty() ? id + " was not asked" : seen;
}

std::vector<std::string> words_for_reds(const systems::SystemFault& fault) {
  std::vector<std::string> words = fault.gate_options;
  for (const auto& id : fault.reds) {
    if (find_check(id)) { words.insert(words.end(), {"--checks", id}); }
  }
  return words;
}

}  // namespace

class SystemMatrix : public ::testing::TestWithParam<Case> {};

TEST_P(SystemMatrix, holds) {
  const auto& system = *systems::find_system(GetParam().system);
  const auto& variant = variant_of(system, GetParam().variant);
  const auto* fault = fault_of(system, GetParam().fault);
  systems::SystemOptions options{.variant = variant.name, .faults = {}, .time_scale = system.local_scale};
  std::vector<std::string> words;
  if (fault) {
    options.faults = {fault->name};
    options.time_scale = fault->time_scale.value_or(system.local_scale);
    words = words_for_reds(*fault);
  } else {
    words = variant.gate_options;
    if (!variant.baseline.empty()) { words.insert(words.end(), {"--baseline", in_source(variant.baseline)}); }
  }
  const auto deployment = systems::start_system(system.name, options);
  ASSERT_TRUE(deployment) << deployment.error().detail;
  const auto results = gate(system, variant, **deployment, std::move(words));
  ASSERT_TRUE(results) << results.error().detail;
  const auto& reds = fault ? fault->reds : variant.reds;
  if (reds.empty()) {
    EXPECT_EQ(results->exit_code, reports::ExitCode::good) << report(*results);
    return;
  }
  for (const auto& id : reds) { EXPECT_EQ(why_not_red(*results, id), "") << report(*results); }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SystemMatrix);
INSTANTIATE_TEST_SUITE_P(Systems, SystemMatrix, ::testing::ValuesIn(cases()), name_of);

TEST(SystemMatrixRules, every_fault_is_seen_somewhere) {
  for (const auto& system : systems::systems()) {
    EXPECT_FALSE(system.variants.empty()) << system.name;
    for (const auto& fault : system.faults) {
      EXPECT_FALSE(fault.reds.empty() && fault.seen_by.empty()) << fault.name;
      EXPECT_FALSE(fault.summary.empty()) << fault.name;
    }
  }
}

}  // namespace weir::conformance
