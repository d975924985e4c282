// What the delivery checks are shown in the kill matrix.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kSlow{{.name = "slow-tool", .prepare = [](auto&, auto& profile) {
                                       profile.safe_tools = {
                                           {.name = "slow_count", .arguments = {{"to", 5}, {"pause_ms", 120}}}};
                                       profile.idle_budget_seconds = 0.5;
                                     }}};

/// A server whose first tool is done at once: what takes time has to be looked for.
const KillFixtureRegistration kSlowLast{{.name = "slow-last", .prepare = [](auto&, auto& profile) {
                                           profile.safe_tools = {
                                               {.name = "echo", .arguments = {{"message", "weir"}}},
                                               {.name = "slow_count", .arguments = {{"to", 5}, {"pause_ms", 120}}}};
                                         }}};

}  // namespace
}  // namespace weir::conformance
