// The right endpoint with resources in the results of its calls, for tools.call.resource-uri.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kLinks{{.name = "resource-links", .prepare = [](auto& options, auto& profile) {
                                        options.faults.insert(options.faults.begin(), "legal.resource-links");
                                        profile.safe_tools = {{.name = "echo", .arguments = {{"message", "weir"}}}};
                                      }}};

}  // namespace
}  // namespace weir::conformance
