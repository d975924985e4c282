// Whole runs against deployments: several endpoints, services that are no MCP endpoints, a front door.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/options.hpp"
#include "fixtures/http/http_server.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

using reports::ExitCode;
using reports::Results;
using reports::Verdict;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace {

RunPlan plan_at(const std::string& url, std::vector<std::string> checks) {
  RunPlan plan;
  plan.url = wire::parse_url(url).value();
  plan.profile.url = url;
  std::sort(checks.begin(), checks.end());
  plan.checks = std::move(checks);
  plan.answer_timeout = std::chrono::milliseconds(1000);
  plan.concurrency = 2;
  plan.started_at = "2026-11-21T12:00:00Z";
  return plan;
}

Results conducted(const RunPlan& plan) {
  auto results = conduct(plan);
  EXPECT_TRUE(results) << results.error().detail;
  return results ? std::move(*results) : Results{};
}

const reports::CheckResult* find(const Results& results, std::string_view id, std::string_view endpoint = {}) {
  const auto found = std::find_if(results.checks.begin(), results.checks.end(),
                                  [&](const auto& check) { return check.id == id && check.endpoint == endpoint; });
  return found == results.checks.end() ? nullptr : &*found;
}

std::string text_of(const reports::CheckResult* check) { return check ? check->message : "was not asked"; }

/// A gateway that is no MCP endpoint: a health route, a route behind a key, and a stream with a banner.
class Gateway : public fixtures::Service {
 public:
  fixtures::HttpReply handle(const fixtures::HttpRequest& request) override {
    fixtures::HttpReply reply;
    if (request.path == "/health") {
      reply.set_body(R"({"status":"ok"})", "application/json");
    } else if (request.path == "/execute") {
      const auto key = request.headers.get("X-API-Key");
      reply.status = key.empty() ? 401 : key == "the-key-1" ? 200 : 403;
      reply.set_body(R"({"saw":")" + std::string(key) + R"("})", "application/json");
    } else if (request.path == "/events" && request.method == "GET") {
      reply.headers.set("Content-Type", "text/event-stream");
      reply.frames = {{"event: error\ndata: the banner\n\n", 0}};
      reply.ending = fixtures::Ending::hold;
      reply.stream = "events";
    } else {
      reply.status = 404;
      reply.set_body("{}", "application/json");
    }
    return reply;
  }
};

fixtures::HttpServer serve_gateway() {
  fixtures::HttpServerOptions options;
  options.heartbeat_ms = 40;
  return fixtures::HttpServer::start(options, std::make_unique<Gateway>()).value();
}

}  // namespace

TEST(Deployment, asks_every_endpoint_and_names_the_dead_one) {
  const auto server = fixtures::Server::start({}).value();
  auto plan = plan_at(server.mcp_url(), {"health.route.answers", "preflight.endpoint.speaks", "tools.expected.present",
                                         "jsonrpc.id.echoed"});
  plan.profile.era = Era::streamable;
  plan.profile.expected_tools = {{.name = "echo"}};
  plan.profile.endpoints = {{.name = "old", .url = "/sse", .era = Era::http_sse, .expected_tools = {{{.name = "ad"}}}},
                            {.name = "gone", .url = "/gone"}};
  const auto results = conducted(plan);
  EXPECT_EQ(results.exit_code, ExitCode::target_fails) << results.exit_reason;
  ASSERT_EQ(results.eras.size(), 2U);
  EXPECT_EQ(results.eras[0].endpoint, "");
  EXPECT_EQ(results.eras[1].endpoint, "old");
  EXPECT_EQ(results.eras[1].era, "http-sse");
  EXPECT_NE(find(results, "health.route.answers"), nullptr);
  EXPECT_EQ(find(results, "health.route.answers", "old"), nullptr) << "there is one set of health routes";
  const auto* dead = find(results, "preflight.endpoint.speaks", "gone");
  ASSERT_NE(dead, nullptr);
  EXPECT_EQ(dead->verdict, Verdict::fail);
  EXPECT_THAT(dead->message, AllOf(HasSubstr("/gone"), HasSubstr("404")));
  EXPECT_EQ(find(results, "jsonrpc.id.echoed", "gone"), nullptr);
  EXPECT_EQ(find(results, "tools.expected.present")->verdict, Verdict::pass);
  const auto* renamed = find(results, "tools.expected.present", "old");
  ASSERT_NE(renamed, nullptr);
  EXPECT_THAT(renamed->message, HasSubstr("there is 'add' in place of 'ad'"));
  EXPECT_EQ(find(results, "jsonrpc.id.echoed", "old")->verdict, Verdict::pass);
}

TEST(Deployment, names_the_limit_of_the_rate_that_no_handshake_passes) {
  const auto limited = fixtures::Server::start({.faults = {"http.429-handshake"}}).value();
  auto plan = plan_at(limited.mcp_url(), {"jsonrpc.id.echoed", "ping.request.answered"});
  plan.profile.era = Era::streamable;
  const auto results = conducted(plan);
  EXPECT_EQ(results.exit_code, ExitCode::unreachable) << results.exit_reason;
  ASSERT_TRUE(results.preflight);
  EXPECT_EQ(results.preflight->cause, "rate-limited");
  EXPECT_THAT(results.preflight->message, HasSubstr("429"));
  EXPECT_TRUE(results.checks.empty());
}

TEST(Deployment, says_where_credentials_make_no_difference) {
  const auto closed = fixtures::Server::start({.faults = {"http.401"}}).value();
  auto plan = plan_at(closed.mcp_url(), {"jsonrpc.id.echoed"});
  plan.profile.era = Era::streamable;
  plan.profile.bearer = "weir-token";
  const auto results = conducted(plan);
  ASSERT_TRUE(results.preflight);
  EXPECT_EQ(results.preflight->cause, "unauthorized");
  EXPECT_THAT(results.preflight->message, HasSubstr("it says the same to a request without Authorization"));
}

TEST(Deployment, asks_once_more_where_the_next_of_several_targets_may_work) {
  const auto server = fixtures::Server::start({.faults = {"http.502-at-first"}}).value();
  auto plan = plan_at(server.mcp_url(), {"jsonrpc.id.echoed", "preflight.answers.steady"});
  plan.profile.era = Era::streamable;
  const auto results = conducted(plan);
  EXPECT_FALSE(results.preflight);
  EXPECT_EQ(find(results, "jsonrpc.id.echoed")->verdict, Verdict::pass);
}

TEST(Deployment, calls_a_plain_stream_healthy_where_the_profile_says_that_it_is_no_mcp) {
  const auto server = serve_gateway();
  auto plan =
      plan_at(server.origin() + "/events",
              {"health.route.answers", "health.truth.mcp-alive", "plain.era.none", "plain.stream.framing",
               "plain.stream.heartbeat", "plain.stream.no-error", "front-door.route.stream", "jsonrpc.id.echoed"});
  plan.profile.era = Era::none;
  plan.profile.health = {{.path = "/health"}};
  plan.profile.front_door = {
      {.path = "/events", .expect = {.statuses = {200}, .first_event = "error", .heartbeat_s = 0.4}}};
  const auto results = conducted(plan);
  EXPECT_EQ(results.exit_code, ExitCode::good) << results.exit_reason;
  EXPECT_EQ(results.exit_reason, "healthy, streaming, not MCP (as the profile says); 6 checks passed, none failed");
  EXPECT_FALSE(results.preflight);
  EXPECT_EQ(reports::describe_eras(results.eras), "not MCP");
  EXPECT_EQ(find(results, "health.truth.mcp-alive")->verdict, Verdict::not_applicable);
}

TEST(Deployment, finds_the_error_event_that_no_profile_announced) {
  const auto server = serve_gateway();
  auto plan = plan_at(server.origin() + "/events", {"plain.stream.no-error"});
  plan.profile.era = Era::none;
  const auto results = conducted(plan);
  EXPECT_EQ(results.exit_code, ExitCode::target_fails);
  EXPECT_THAT(text_of(find(results, "plain.stream.no-error")),
              HasSubstr("event 'error' with the banner in GET /events"));
}

TEST(Deployment, fails_without_a_profile_where_a_stream_is_no_mcp) {
  const auto server = serve_gateway();
  const auto results = conducted(plan_at(server.origin() + "/events", {"plain.era.none"}));
  EXPECT_EQ(results.exit_code, ExitCode::unreachable);
  ASSERT_TRUE(results.preflight);
  EXPECT_EQ(results.preflight->cause, "event-stream-without-endpoint");
}

TEST(Deployment, is_unreachable_whatever_the_profile_says) {
  std::string url;
  { url = serve_gateway().origin() + "/events"; }
  auto plan = plan_at(url, {"plain.era.none"});
  plan.profile.era = Era::none;
  const auto results = conducted(plan);
  EXPECT_EQ(results.exit_code, ExitCode::unreachable);
  ASSERT_TRUE(results.preflight);
  EXPECT_EQ(results.preflight->cause, "connect-refused");
}

TEST(FrontDoor, lists_every_row_that_deviates_with_its_hint) {
  const auto server = serve_gateway();
  auto plan = plan_at(server.origin() + "/events", {"front-door.route.status", "front-door.route.body"});
  plan.profile.era = Era::none;
  plan.profile.api_key = wire::ApiKey{.value = "the-key-1"};
  plan.profile.front_door = {
      {.name = "own", .path = "/execute", .expect = {.statuses = {200}}},
      {.name = "without key",
       .path = "/execute",
       .credentials = wire::Credentials::none,
       .expect = {.statuses = {200, 204}, .json_subset = wire::json::value{{"saw", "x"}}},
       .hint = "the authorizer is on"},
      {.path = "/execute",
       .credentials = wire::Credentials::wrong,
       .expect = {.statuses = {403}, .json_subset = wire::json::value{{"saw", "uif-lfz-2"}}}},
      {.method = "POST", .path = "/lost", .expect = {.statuses = {200}}},
  };
  const auto results = conducted(plan);
  const auto* status = find(results, "front-door.route.status");
  ASSERT_NE(status, nullptr);
  EXPECT_EQ(status->verdict, Verdict::fail);
  EXPECT_EQ(status->got,
            "2 that deviate: without key: expected 200 or 204, got 401 application/json; the authorizer is on | "
            "POST /lost: expected 200, got 404 application/json");
  EXPECT_EQ(status->hop, "front door");
  EXPECT_EQ(status->fix, "the authorizer is on");
  EXPECT_THAT(status->evidence, ::testing::SizeIs(8)) << "a line to each row and one from it";
  // A well-formed key that nobody issued was sent, and the row whose status deviates is not judged again.
  EXPECT_EQ(find(results, "front-door.route.body")->verdict, Verdict::pass)
      << text_of(find(results, "front-door.route.body"));
}

TEST(FrontDoor, sends_credentials_to_the_own_origin_only) {
  const auto server = serve_gateway();
  const auto other = serve_gateway();
  auto plan = plan_at(server.origin() + "/events", {"front-door.route.status"});
  plan.profile.era = Era::none;
  plan.profile.api_key = wire::ApiKey{.value = "the-key-1"};
  plan.profile.front_door = {{.path = other.origin() + "/execute", .expect = {.statuses = {401}}},
                             {.path = "/execute", .expect = {.statuses = {200}}}};
  EXPECT_EQ(conducted(plan).exit_code, ExitCode::good);
}

}  // namespace weir::conformance
