// Tools that ask their client.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kAsking{{.name = "asking", .prepare = [](auto& options, auto& profile) {
                                         options.endpoint.asks = fixtures::Asks::on_own_stream;
                                         profile.safe_tools = {{.name = "echo", .arguments = {{"message", "weir"}}},
                                                               {.name = "add", .arguments = {{"a", 1}, {"b", 2}}}};
                                       }}};

}  // namespace
}  // namespace weir::conformance
