// The kill fixture of calls without arguments.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kNoArguments{{.name = "no-arguments", .prepare = [](auto&, auto& profile) {
                                              profile.safe_tools = {{.name = "get_time", .arguments = {}}};
                                            }}};

}  // namespace
}  // namespace weir::conformance
