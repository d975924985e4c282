// The kill fixture of this area: a call that logs may be made.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kLogging{
    {.name = "logging", .prepare = [](auto&, auto& profile) {
       profile.safe_tools = {{.name = "log_something", .arguments = {{"level", "warning"}, {"message", "weir"}}}};
     }}};

}  // namespace
}  // namespace weir::conformance
