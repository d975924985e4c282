// What the delivery checks are shown in the kill matrix.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kSlow{{.name = "slow-tool", .prepare = [](auto&, auto& profile) {
                                       profile.safe_tools = {
                                           {.name = "slow_count", .arguments = {{"to", 5}, {"pause_ms", 120}}}};
                                       profile.idle_budget_seconds = 0.5;
                                     }}};

}  // namespace
}  // namespace weir::conformance
