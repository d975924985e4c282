// What a profile says of a deployment: front door, tools, endpoints, environments.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/target/profile.hpp"

namespace weir::wire {
namespace {

std::optional<std::string> variables(const std::string& name) {
  static const std::map<std::string, std::string> kVariables = {{"BASE", "https://10.0.0.7:8443/prod"},
                                                                {"HOST", "mcp.example.com"},
                                                                {"TOKEN", "s3cret-token"},
                                                                {"SECRET", "cl1ent-s3cret"},
                                                                {"LOGIN", "https://ann:pw@b.example/"}};
  const auto found = kVariables.find(name);
  return found == kVariables.end() ? std::nullopt : std::optional(found->second);
}

Result<Profile> parse_deployed(std::string_view yaml, const std::string& environment = {}) {
  return parse_profile(yaml, "target.yaml", variables, environment);
}

Profile deployed(std::string_view yaml, const std::string& environment = {}) {
  const auto profile = parse_deployed(yaml, environment);
  EXPECT_TRUE(profile) << (profile ? "" : profile.error().detail);
  return profile ? *profile : Profile();
}

std::string complaint_of(std::string_view yaml, const std::string& environment = {}) {
  const auto profile = parse_deployed(yaml, environment);
  return profile ? "no complaint_of" : profile.error().detail;
}

std::string deployed_with(std::string_view rest) { return "url: https://mcp.example.com/mcp\n" + std::string(rest); }

TEST(FrontDoorTable, reads_every_key_of_a_row) {
  const Profile profile = deployed(deployed_with(R"(
front_door:
- name: execute without key
  method: POST
  path: /execute
  credentials: none
  headers: {X-Stage: blue}
  body: {toolName: search, limit: 3}
  expect:
    status: [401, 403]
    content_type: application/json
    json_subset: {error: Unauthorized}
    headers: {WWW-Authenticate: Bearer, X-Request-Id: ~}
    absent_headers: [X-Powered-By]
    body_contains: Unauth
    first_event: endpoint
    heartbeat: 0.5
    max_latency_ms: 800
  hint: the authorizer is off
)"));
  ASSERT_EQ(profile.front_door.size(), 1U);
  const FrontDoorRoute& row = profile.front_door[0];
  EXPECT_EQ(row.name, "execute without key");
  EXPECT_EQ(row.method, "POST");
  EXPECT_EQ(row.path, "/execute");
  EXPECT_EQ(row.credentials, Credentials::none);
  EXPECT_EQ(row.headers.get("x-stage"), "blue");
  EXPECT_EQ(row.body, R"({"toolName":"search","limit":3})");
  EXPECT_EQ(row.expect.statuses, (std::vector<int>{401, 403}));
  EXPECT_EQ(row.expect.content_type, "application/json");
  EXPECT_EQ(row.expect.json_subset, json::parse(R"({"error":"Unauthorized"})"));
  using Expected = std::vector<std::pair<std::string, std::optional<std::string>>>;
  EXPECT_EQ(row.expect.headers, (Expected{{"WWW-Authenticate", "Bearer"}, {"X-Request-Id", std::nullopt}}));
  EXPECT_EQ(row.expect.absent_headers, std::vector<std::string>{"X-Powered-By"});
  EXPECT_EQ(row.expect.body_contains, "Unauth");
  EXPECT_EQ(row.expect.first_event, "endpoint");
  EXPECT_EQ(row.expect.heartbeat_s, 0.5);
  EXPECT_EQ(row.expect.max_latency_ms, 800);
  EXPECT_EQ(row.hint, "the authorizer is off");
}

TEST(FrontDoorTable, takes_one_status_and_a_body_as_it_is) {
  const Profile profile = deployed(deployed_with(R"(
front_door:
- {path: /health, expect: {status: 200}}
- {path: 'http://127.0.0.1:1/x', body: '{"a":', credentials: wrong, expect: {status: 400}}
)"));
  ASSERT_EQ(profile.front_door.size(), 2U);
  EXPECT_EQ(profile.front_door[0].method, "GET");
  EXPECT_EQ(profile.front_door[0].credentials, Credentials::own);
  EXPECT_EQ(profile.front_door[0].expect.statuses, std::vector<int>{200});
  EXPECT_EQ(profile.front_door[1].body, R"({"a":)");
  EXPECT_EQ(profile.front_door[1].credentials, Credentials::wrong);
}

TEST(FrontDoorTable, names_line_and_key_of_what_is_wrong) {
  EXPECT_EQ(complaint_of(deployed_with("front_door:\n- path: /a\n  expect: {status: 200}\n  hnt: x")),
            "target.yaml:5: unknown key 'hnt' in 'front_door[0]', did you mean 'hint'?");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{path: /a, expect: {staus: 200}}]")),
            "target.yaml:2: unknown key 'staus' in 'front_door[0].expect', did you mean 'status'?");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{path: /a, credentials: worng, expect: {status: 200}}]")),
            "target.yaml:2: 'front_door[0].credentials' must be one of none, own, wrong, is 'worng', did you mean "
            "'wrong'?");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{path: a, expect: {status: 200}}]")),
            "target.yaml:2: 'front_door[0].path' must be a path that begins with '/', or a URL, is 'a'");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{expect: {status: 200}}]")),
            "target.yaml:2: 'front_door[0]' has no 'path'");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{path: /a}]")),
            "target.yaml:2: 'front_door[0]' has no 'expect': say at least its status");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{path: /a, expect: {status: [200, 999]}}]")),
            "target.yaml:2: 'front_door[0].expect.status[1]' must be a status code from 100 to 599 from 100 to 599, is "
            "999");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [{path: /a, expect: {content_type: 'text/html; charset=utf-8'}}]")),
            "target.yaml:2: 'front_door[0].expect.content_type' must be a media type without parameters, such as "
            "application/json, is 'text/html; charset=utf-8'");
  EXPECT_EQ(complaint_of(deployed_with("front_door: [/a]")), "target.yaml:2: 'front_door[0]' must be a map, is '/a'");
}

TEST(FrontDoorTable, has_a_bound) {
  std::string many = deployed_with("front_door:\n");
  for (int i = 0; i < 201; ++i) { many += "- {path: /a, expect: {status: 200}}\n"; }
  EXPECT_EQ(complaint_of(many), "target.yaml:203: 'front_door' has more than 200 rows");
}

TEST(ExpectedTools, are_names_or_maps_with_schemas) {
  const Profile profile = deployed(deployed_with(
      "expected_tools: [a, {name: b, input_schema: {type: object}, output_schema: {}}]\nonly_expected_tools: true"));
  ASSERT_EQ(profile.expected_tools.size(), 2U);
  EXPECT_EQ(profile.expected_tools[0].name, "a");
  EXPECT_FALSE(profile.expected_tools[0].input_schema);
  EXPECT_EQ(profile.expected_tools[1].input_schema, json::parse(R"({"type":"object"})"));
  EXPECT_EQ(profile.expected_tools[1].output_schema, json::parse("{}"));
  EXPECT_TRUE(profile.only_expected_tools);
  EXPECT_EQ(complaint_of(deployed_with("expected_tools: [{name: a, input_schema: object}]")),
            "target.yaml:2: 'expected_tools[0].input_schema' must be a JSON Schema, which is a map, is 'object'");
  EXPECT_EQ(complaint_of(deployed_with("expected_tools: [{input_shcema: {}}]")),
            "target.yaml:2: unknown key 'input_shcema' in 'expected_tools[0]', did you mean 'input_schema'?");
  EXPECT_EQ(complaint_of(deployed_with("expected_tools:\n- a\n- {name: a}")),
            "target.yaml:4: 'expected_tools' has the tool 'a' twice");
}

TEST(Endpoints, have_a_name_a_url_and_what_differs) {
  const Profile profile = deployed(deployed_with(R"(
endpoints:
- {name: cn, url: /cn/sse, era: http-sse, expected_tools: [x], safe_tools: []}
- {name: other, url: 'https://other.example.com/mcp'}
)"));
  ASSERT_EQ(profile.endpoints.size(), 2U);
  EXPECT_EQ(profile.endpoints[0].url, "/cn/sse");
  EXPECT_EQ(profile.endpoints[0].era, mcp::Era::http_sse);
  ASSERT_TRUE(profile.endpoints[0].expected_tools);
  EXPECT_EQ(profile.endpoints[0].expected_tools->size(), 1U);
  ASSERT_TRUE(profile.endpoints[0].safe_tools);
  EXPECT_TRUE(profile.endpoints[0].safe_tools->empty());
  EXPECT_FALSE(profile.endpoints[1].expected_tools);
  EXPECT_EQ(complaint_of(deployed_with("endpoints: [{name: a}]")), "target.yaml:2: 'endpoints[0]' has no 'url'");
  EXPECT_EQ(complaint_of(deployed_with("endpoints: [{url: /a}]")), "target.yaml:2: 'endpoints[0]' has no 'name'");
  EXPECT_EQ(complaint_of(deployed_with("endpoints: [{name: a, url: /a}, {name: a, url: /b}]")),
            "target.yaml:2: two of 'endpoints' are called 'a'");
}

TEST(Deployment, has_an_edge_a_budget_and_expectations_of_deploys) {
  const Profile profile = deployed(deployed_with(
      "edge: function-url\nidle_budget: 0.6\ndeploy: {drain: 5, recovery: 2.5, lost_calls: 3}\nera: none"));
  EXPECT_EQ(profile.edge, "function-url");
  EXPECT_EQ(profile.idle_budget_seconds, 0.6);
  ASSERT_TRUE(profile.deploy);
  EXPECT_EQ(profile.deploy->drain_s, 5);
  EXPECT_EQ(profile.deploy->recovery_s, 2.5);
  EXPECT_EQ(profile.deploy->lost_calls, 3);
  EXPECT_EQ(profile.era, mcp::Era::none);
  EXPECT_EQ(complaint_of(deployed_with("edge: agi-gateway")),
            "target.yaml:2: 'edge' must be one of alb, api-gateway, api-gateway-http, function-url, cloudfront, nginx, "
            "haproxy, other, is 'agi-gateway', did you mean 'api-gateway'?");
  EXPECT_EQ(complaint_of(deployed_with("deploy: {drian: 5}")),
            "target.yaml:2: unknown key 'drian' in 'deploy', did you mean 'drain'?");
  EXPECT_EQ(complaint_of(deployed_with("deploy: {lost_calls: 1.5}")),
            "target.yaml:2: 'deploy.lost_calls' must be a whole number of calls, is '1.5'");
}

TEST(ClientCredentials, keep_their_secret_and_stand_alone) {
  const Profile profile = deployed(deployed_with(
      "oauth: {token_url: '${BASE}/token', client_id: weir, client_secret: '${SECRET}', scope: a b, audience: "
      "c, resource: d}"));
  ASSERT_TRUE(profile.oauth);
  EXPECT_EQ(profile.oauth->token_url, "https://10.0.0.7:8443/prod/token");
  EXPECT_EQ(profile.oauth->client_secret, "cl1ent-s3cret");
  EXPECT_EQ(profile.oauth->scope, "a b");
  EXPECT_EQ(profile.oauth->audience, "c");
  EXPECT_EQ(profile.oauth->resource, "d");
  EXPECT_EQ(profile.secrets, std::vector<std::string>{"cl1ent-s3cret"});
  EXPECT_EQ(deployed(deployed_with("oauth: {token_url: 'http://a/', client_id: b, client_secret: written}")).secrets,
            std::vector<std::string>{"written"});
  EXPECT_EQ(complaint_of(deployed_with("oauth: {token_url: 'http://a/', client_id: b}")),
            "target.yaml:2: 'oauth' has no 'client_secret'");
  EXPECT_EQ(complaint_of(deployed_with("oauth: {token_url: /token, client_id: b, client_secret: c}")).substr(0, 35),
            "target.yaml:2: 'oauth.token_url': '");
  EXPECT_EQ(complaint_of(deployed_with("bearer: x\noauth: {token_url: 'http://a/', client_id: b, client_secret: c}")),
            "target.yaml:1: 'oauth' and 'bearer' both name a credential: keep one of them");
}

TEST(Environments, put_their_keys_in_the_place_of_others) {
  constexpr std::string_view kYaml = R"(url: https://prod.example.com/mcp
bearer: ${PROD_TOKEN}
expected_tools: [a, b]
health: [/health]
environments:
  staging: {bearer: '${TOKEN}', expected_tools: [c], tls: {insecure: true}}
  local: {url: '${BASE}/mcp', bearer: local}
  elsewhere: {bearer: '${NEVER_SET}'}
)";
  const Profile staging = deployed(kYaml, "staging");
  EXPECT_EQ(staging.url, "https://prod.example.com/mcp");
  EXPECT_EQ(staging.bearer, "s3cret-token");
  ASSERT_EQ(staging.expected_tools.size(), 1U);
  EXPECT_EQ(staging.expected_tools[0].name, "c");
  EXPECT_EQ(staging.health.size(), 1U);
  EXPECT_TRUE(staging.insecure);
  const Profile local = deployed(kYaml, "local");
  EXPECT_EQ(local.url, "https://10.0.0.7:8443/prod/mcp");
  EXPECT_EQ(local.secrets, std::vector<std::string>{"local"});
  EXPECT_EQ(complaint_of(kYaml), "target.yaml:2: 'bearer' needs the environment variable PROD_TOKEN, which is not set");
}

TEST(Environments, are_looked_over_for_names_even_where_they_are_not_selected) {
  EXPECT_EQ(complaint_of(deployed_with("environments: {a: {ulr: x}}")),
            "target.yaml:2: unknown key 'ulr' in 'environments.a', did you mean 'url'?");
  EXPECT_NE(complaint_of(deployed_with("environments: {a: {environments: {}}}")).find("unknown key 'environments'"),
            std::string::npos);
  EXPECT_EQ(complaint_of(deployed_with("environments: {staging: {}, local: {}}"), "stagin"),
            "target.yaml:1: the profile has no environment 'stagin', did you mean 'staging'?");
  EXPECT_EQ(complaint_of(deployed_with("environments: {staging: {}, local: {}}"), "xyz"),
            "target.yaml:1: the profile has no environment 'xyz' (there are staging, local)");
  EXPECT_EQ(complaint_of(deployed_with(""), "staging"),
            "target.yaml:1: the profile has no environment 'staging': it has no 'environments'");
  EXPECT_EQ(complaint_of("environments: {a: {url: 'http://a/'}, b: {url: 'http://b/'}}"),
            "target.yaml:1: 'url' is missing; choose --env a or b");
  EXPECT_EQ(complaint_of(deployed_with("environments: {a: {era: streamble}}"), "a").substr(0, 44),
            "target.yaml:2: 'environments.a.era' must be ");
}

TEST(LoadAllowed, is_what_a_load_may_ask_of_the_target) {
  const Profile profile = deployed(deployed_with("load_allowed: {hosts: [MCP.example.com, '[::1]'], opens: 0.5}"));
  ASSERT_TRUE(profile.load_allowed);
  EXPECT_EQ(profile.load_allowed->hosts, (std::vector<std::string>{"mcp.example.com", "::1"}));
  EXPECT_EQ(profile.load_allowed->opens_per_second, 0.5);
  EXPECT_FALSE(profile.load_allowed->streams);
  EXPECT_FALSE(deployed(deployed_with("")).load_allowed);
  EXPECT_EQ(complaint_of(deployed_with("load_allowed: {hosts: ['https://mcp.example.com']}")),
            "target.yaml:2: 'load_allowed.hosts[0]': 'https://mcp.example.com' is no host: write its name alone, as in "
            "mcp.example.com");
  EXPECT_EQ(complaint_of(deployed_with("load_allowed: {stream: 5}")),
            "target.yaml:2: unknown key 'stream' in 'load_allowed', did you mean 'streams'?");
}

TEST(Locations, are_no_secrets_unless_they_carry_one) {
  EXPECT_TRUE(deployed("url: ${BASE}").secrets.empty());
  EXPECT_TRUE(deployed("url: https://${HOST}:8443/mcp").secrets.empty());
  EXPECT_EQ(deployed("url: https://${HOST}/mcp?key=${TOKEN}").secrets,
            (std::vector<std::string>{"mcp.example.com", "s3cret-token"}));
  EXPECT_EQ(deployed("url: https://a.example/${TOKEN}/mcp").secrets, std::vector<std::string>{"s3cret-token"});
  EXPECT_EQ(deployed("url: ${LOGIN}").secrets, (std::vector<std::string>{"https://ann:pw@b.example/", "pw"}));
  EXPECT_TRUE(deployed(deployed_with("front_door: [{path: '${BASE}/x', expect: {status: 200}}]")).secrets.empty());
}

}  // namespace
}  // namespace weir::wire
