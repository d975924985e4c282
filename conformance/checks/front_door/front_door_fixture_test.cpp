// The right fixture as its owner's profile describes its front door.
#include "conformance/matrix/kill_fixture_test.hpp"

namespace weir::conformance {
namespace {

using wire::Credentials;

constexpr std::string_view kKey = "front-door-key-52c1";

const KillFixtureRegistration kFrontDoor{
    {.name = "front-door", .prepare = [](auto& options, auto& profile) {
       options.endpoint.api_key = kKey;
       options.endpoint.heartbeat_ms = 50;
       profile.api_key = wire::ApiKey{.value = std::string(kKey)};
       const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
       profile.front_door = {
           {.path = "/health",
            .credentials = Credentials::none,
            .expect = {.statuses = {200},
                       .content_type = "application/json",
                       .json_subset = wire::json::value{{"status", "ok"}},
                       .headers = {{"Content-Type", "application/json"}, {"Content-Length", std::nullopt}},
                       .absent_headers = {"X-Powered-By"},
                       .max_latency_ms = 1500},
            .hint = "the load balancer sends this route elsewhere"},
           {.name = "POST /mcp without key",
            .method = "POST",
            .path = "/mcp",
            .credentials = Credentials::none,
            .body = ping,
            .expect = {.statuses = {401, 403}, .content_type = "application/json"},
            .hint = "the authorizer is off"},
           {.method = "POST",
            .path = "/mcp",
            .credentials = Credentials::wrong,
            .body = ping,
            .expect = {.statuses = {401, 403}}},
           {.path = "/nothing-here", .expect = {.statuses = {404}}},
           {.path = "/sse",
            .expect = {.statuses = {200},
                       .content_type = "text/event-stream",
                       .first_event = "endpoint",
                       .heartbeat_s = 0.6}},
       };
     }}};

const KillFixtureRegistration kTakesJson{
    {.name = "front-door-json", .prepare = [](auto&, auto& profile) {
       wire::FrontDoorRoute row{
           .method = "POST",
           .path = "/mcp",
           .body = R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
                   R"("capabilities":{},"clientInfo":{"name":"weir","version":"1"}}})",
           .expect = {.statuses = {200}}};
       row.headers.set("Accept", "application/json, text/event-stream");
       profile.front_door = {std::move(row)};
     }}};

}  // namespace
}  // namespace weir::conformance
