// Services that are no MCP endpoints, as their profiles describe them.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

const KillFixtureRegistration kNone{{.name = "plain", .prepare = [](auto& options, auto& profile) {
                                       options.endpoint.eras = {};
                                       profile.era = wire::mcp::Era::none;
                                     }}};

const KillFixtureRegistration kStream{
    {.name = "plain-stream", .prepare = [](auto& options, auto& profile) {
       options.endpoint.heartbeat_ms = 50;
       profile.front_door = {
           {.path = "/sse", .expect = {.statuses = {200}, .content_type = "text/event-stream", .heartbeat_s = 0.3}}};
     }}};

}  // namespace
}  // namespace weir::conformance
