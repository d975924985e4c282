#include "conformance/matrix/kill_fixture_test.hpp"

#include <cstdlib>
#include <map>

namespace weir::conformance {
namespace {

std::map<std::string, KillFixture, std::less<>>& registry() {
  static std::map<std::string, KillFixture, std::less<>> fixtures;
  return fixtures;
}

// With what has a meaning in queries: in the one all of it, in the other all that RFC 6750 section 2.1 lets a token
// have.
constexpr std::string_view kApiKey = "fixture-api-key-1f9c&a=b+c d#e%41?";
constexpr std::string_view kBearer = "fixture-bearer-7d21+a/b==";

const KillFixtureRegistration kKey{{.name = "api-key", .prepare = [](auto& options, auto& profile) {
                                      options.endpoint.api_key = kApiKey;
                                      profile.api_key = wire::ApiKey{.value = std::string(kApiKey)};
                                    }}};

const KillFixtureRegistration kToken{{.name = "bearer", .prepare = [](auto& options, auto& profile) {
                                        options.endpoint.bearer = kBearer;
                                        profile.bearer = kBearer;
                                      }}};

/// What the fixture's owner would write down of it.
const KillFixtureRegistration kWithProfile{
    {.name = "profile", .prepare = [](auto&, auto& profile) {
       profile.expected_tools = {{.name = "echo"}, {.name = "add"}};
       profile.safe_tools = {{.name = "echo", .arguments = {{"message", "weir"}}},
                             {.name = "add", .arguments = {{"a", 1}, {"b", 2}}},
                             {.name = "slow_count", .arguments = {{"to", 2}, {"pause_ms", 1}}}};
       profile.health = {
           {.path = "/health", .json_subset = wire::json::value{{"status", "ok"}}, .max_latency_ms = 2000}};
     }}};

}  // namespace

KillFixtureRegistration::KillFixtureRegistration(KillFixture fixture) {
  const std::string name = fixture.name;
  if (!registry().emplace(name, std::move(fixture)).second) {
    fmt::print(stderr, "two kill fixtures are called '{}'\n", name);
    std::abort();
  }
}

const KillFixture* find_kill_fixture(std::string_view name) {
  const auto found = registry().find(name);
  return found == registry().end() ? nullptr : &found->second;
}

}  // namespace weir::conformance
