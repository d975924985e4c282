// What the checks of tasks are shown in the kill matrix.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kTasks{{.name = "tasks", .prepare = [](auto& options, auto& profile) {
                                        options.endpoint.tasks = true;
                                        profile.safe_tools = {
                                            {.name = "slow_count", .arguments = {{"to", 3}, {"pause_ms", 60}}}};
                                      }}};

/// A call that is still under way when it is cancelled, however busy the machine.
const KillFixtureRegistration kLongTasks{{.name = "long-tasks", .prepare = [](auto& options, auto& profile) {
                                            options.endpoint.tasks = true;
                                            profile.safe_tools = {
                                                {.name = "slow_count", .arguments = {{"to", 5}, {"pause_ms", 1000}}}};
                                          }}};

}  // namespace
}  // namespace weir::conformance
