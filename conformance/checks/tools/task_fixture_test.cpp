// What the checks of tasks are shown in the kill matrix.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kTasks{{.name = "tasks", .prepare = [](auto& options, auto& profile) {
                                        options.endpoint.tasks = true;
                                        profile.safe_tools = {
                                            {.name = "slow_count", .arguments = {{"to", 3}, {"pause_ms", 60}}}};
                                      }}};

}  // namespace
}  // namespace weir::conformance
