#include "loadgen/scenario/scenario.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "loadgen/scenario/yaml_keys.hpp"

namespace weir::loadgen {
namespace {

const std::string kExample = WEIR_SOURCE_DIR "/loadgen/scenario/example.yaml";

std::optional<std::string> environment(const std::string& name) {
  static const std::map<std::string, std::string> kVariables = {{"WEIR_EXAMPLE_SECRET", "example-secret"},
                                                                {"TOKEN", "t0ken-of-env"},
                                                                {"URL", "http://env.example.com/sse"},
                                                                {"RATE", "7/s"},
                                                                {"WEIR_CLIENT_SECRET", "given-again"}};
  const auto found = kVariables.find(name);
  return found == kVariables.end() ? std::nullopt : std::optional(found->second);
}

Scenario good(std::string_view yaml) {
  auto scenario = parse_scenario(yaml, "soak.yaml", environment);
  EXPECT_TRUE(scenario) << (scenario ? "" : scenario.error().detail) << "\n" << yaml;
  return scenario.value_or(Scenario());
}

std::string complaint(std::string_view yaml) {
  const auto scenario = parse_scenario(yaml, "soak.yaml", environment);
  if (scenario) { return "no complaint"; }
  EXPECT_EQ(scenario.error().detail.find('\n'), std::string::npos);
  return scenario.error().detail;
}

constexpr std::string_view kHead = "target: http://127.0.0.1:3001/sse\n";
constexpr std::string_view kPhases = "phases: [{ramp: {to: 10}}, {hold: 1m}]\n";
std::string with(std::string_view rest) { return fmt::format("{}{}{}", kHead, kPhases, rest); }
std::string with_phases(std::string_view phases) { return fmt::format("{}phases: {}\n", kHead, phases); }
std::string with_population(std::string_view keys) { return with(fmt::format("populations: {{{}}}\n", keys)); }

TEST(Scenario, needs_a_target_and_phases) {
  const Scenario scenario = good(with(""));
  EXPECT_EQ(scenario.name, "soak");
  EXPECT_EQ(scenario.target.url, "http://127.0.0.1:3001/sse");
  ASSERT_EQ(scenario.populations.size(), 1U);
  EXPECT_EQ(scenario.populations[0].name, "streams");
  EXPECT_EQ(scenario.populations[0].stream, StreamKind::automatic);
  ASSERT_EQ(scenario.phases.size(), 2U);
  EXPECT_EQ(scenario.phases[0].streams, 10);
  EXPECT_EQ(scenario.phases[1].duration, 60 * kSecond);
  EXPECT_EQ(scenario.most_streams(), 10);
  EXPECT_EQ(complaint(kPhases), "soak.yaml:1: 'target' is missing: the URL of the endpoint");
  EXPECT_EQ(complaint(kHead), "soak.yaml:1: 'phases' is missing: such as [{ramp: {to: 100, over: 10s}}, {hold: 1m}]");
  EXPECT_EQ(complaint(""), "soak.yaml: 'target' is missing: the URL of the endpoint");
}

TEST(Scenario, takes_client_credentials_from_the_profile_of_its_target) {
  const Scenario scenario = good(fmt::format(
      "target: {{url: 'http://a/', oauth: {{token_url: 'http://b/t', client_id: c, client_secret: d}}}}\n{}", kPhases));
  ASSERT_TRUE(scenario.oauth);
  EXPECT_EQ(scenario.oauth->token_url, "http://b/t");
  EXPECT_EQ(scenario.oauth->refresh_before, 30 * kSecond);
}

TEST(Scenario, reads_the_documented_example_with_every_key) {
  const auto scenario = load_scenario(kExample, environment);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->name, "payments-soak");
  EXPECT_EQ(scenario->oauth->client_secret, "example-secret");
  ASSERT_EQ(scenario->populations.size(), 3U);
  const Population& watchers = scenario->populations[0];
  EXPECT_EQ(watchers.weight, 3);
  ASSERT_EQ(watchers.calls.size(), 1U);
  EXPECT_EQ(watchers.calls[0].tool, "echo");
  EXPECT_EQ(watchers.calls[0].per_second, 50);
  EXPECT_EQ(watchers.calls[0].arrival, Arrival::poisson);
  EXPECT_EQ(watchers.calls[0].arguments.at("message").as_string(), "call {{seq}} of {{stream}}");
  EXPECT_EQ(watchers.sequence->tokens(), (std::vector<std::string>{"params", "data", "seq"}));
  EXPECT_EQ(watchers.silence_limit, 90 * kSecond);
  EXPECT_EQ(scenario->populations[1].stream, StreamKind::streamable_post);
  EXPECT_EQ(scenario->populations[1].stream_call.arguments.at("seconds").as_int64(), 600);
  EXPECT_EQ(scenario->populations[2].listen_to.size(), 2U);
  ASSERT_EQ(scenario->populations[2].calls.size(), 2U);
  const CallPlan& pay = scenario->populations[2].calls[0];
  EXPECT_EQ(pay.tool, "pay");
  EXPECT_EQ(pay.http->method, "POST");
  EXPECT_EQ(pay.http->headers.get("x-stage"), "blue");
  EXPECT_EQ(pay.http->json->at("amount").as_int64(), 10);
  EXPECT_EQ(pay.http->expect_statuses, (std::vector{201, 402}));
  EXPECT_EQ(scenario->populations[2].calls[1].tool, "PUT /status");
  EXPECT_EQ(scenario->populations[2].calls[1].http->body, "up");
  ASSERT_EQ(scenario->phases.size(), 6U);
  EXPECT_EQ(scenario->phases[0].name, "up");
  EXPECT_EQ(scenario->phases[2].kind, Phase::Kind::churn);
  EXPECT_EQ(scenario->phases[2].per_second, 50);
  EXPECT_EQ(scenario->phases[2].call_scale, 2);
  EXPECT_EQ(scenario->phases[5].most, 20'000);
  EXPECT_EQ(scenario->most_streams(), 20'000);
  ASSERT_EQ(scenario->thresholds.size(), 3U);
  EXPECT_EQ(scenario->thresholds[1].tool, "echo");
  EXPECT_EQ(scenario->sources.size(), 39U);
  EXPECT_EQ(scenario->workers, 2);
  EXPECT_EQ(scenario->opens_per_second, 500);
}

/// The keys of a file, as paths; what stands in maps of the user's own is not looked into.
void collect(const YAML::Node& node, const std::string& path, std::set<std::string>& out) {
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) {
      if (item.IsMap()) { collect(item, path + "[]", out); }
    }
    return;
  }
  if (!node.IsMap()) { return; }
  for (const auto& member : node) {
    const auto name = member.first.as<std::string>();
    const std::string here = path.empty() ? name : path + "." + name;
    out.insert(here);
    if (name != "target" && name != "arguments" && name != "headers" && name != "json") {
      collect(member.second, here, out);
    }
  }
}

TEST(Scenario, has_an_example_with_each_key_of_the_table_and_no_other) {
  std::set<std::string> in_example, in_table;
  collect(YAML::LoadFile(kExample), "", in_example);
  for (const keys::KeyHelp& key : keys::scenario_keys()) {
    EXPECT_TRUE(in_table.insert(key.path).second) << key.path;
    EXPECT_FALSE(key.type.empty() || key.meaning.empty()) << key.path;
  }
  EXPECT_EQ(in_example, in_table);
}

TEST(Scenario, explains_each_key_in_its_help) {
  const std::string help = scenario_help();
  for (const keys::KeyHelp& key : keys::scenario_keys()) {
    EXPECT_NE(help.find("\n" + key.path + "  ("), std::string::npos) << key.path;
  }
  EXPECT_NE(help.find("stream_drop_ratio"), std::string::npos);
}

TEST(Scenario, of_plain_calls_alone_needs_no_streams) {
  const Scenario scenario =
      good(with_phases("[{hold: 1m}]") + "populations: {stream: none, calls: [{http: {path: /health}}]}\n");
  EXPECT_EQ(scenario.most_streams(), 0);
  EXPECT_EQ(scenario.populations[0].calls[0].tool, "GET /health");
  EXPECT_EQ(good(to_yaml(scenario)).populations[0].calls[0].http->path, "/health");
}

TEST(Scenario, names_file_line_and_the_nearest_key) {
  EXPECT_EQ(complaint(with("tresholds: []\n")), "soak.yaml:3: unknown key 'tresholds', did you mean 'thresholds'?");
  EXPECT_EQ(complaint(with("populations:\n  - name: a\n    strem: listen\n")),
            "soak.yaml:5: unknown key 'strem' in 'populations[0]', did you mean 'stream'?");
  EXPECT_EQ(complaint(with_phases("[{ramp: {too: 5}}]")),
            "soak.yaml:2: unknown key 'too' in 'phases[0].ramp', did you mean 'to'?");
  EXPECT_EQ(complaint(with("thresholds: [stream_drop_ratoi < 1]\n")),
            "soak.yaml:3: 'thresholds[0]': unknown metric 'stream_drop_ratoi', did you mean 'stream_drop_ratio'?");
}

TEST(Scenario, says_what_a_value_must_be) {
  EXPECT_EQ(complaint(with_phases("[{ramp: {to: 10}}, {hold: 10 minutes}]")),
            "soak.yaml:2: 'phases[1].hold': '10 minutes' is no length of time: write it like 10m, 1.5s or 250ms");
  EXPECT_EQ(complaint(with_phases("[{ramp: {to: 5000000}}]")),
            "soak.yaml:2: 'phases[0].ramp.to' must be a whole number of streams from 0 to 4000000, is 5000000");
  EXPECT_EQ(complaint(with_population("calls: [{tool: a, rate: 5/d}]")),
            "soak.yaml:3: 'populations.calls[0].rate': '5/d' is no rate: write it like 50/s, 3/m or 100/h");
  EXPECT_EQ(complaint(with_population("calls: [{rate: 5/s}]")), "soak.yaml:3: 'populations.calls[0]' has no 'tool'");
  EXPECT_EQ(complaint(with_population("calls: [{tool: a, rate: 2000000/s}]")),
            "soak.yaml:3: 'populations.calls[0].rate' is at most 1000000/s, is '2000000/s'");
  EXPECT_EQ(complaint(with_population("weight: heavy")),
            "soak.yaml:3: 'populations.weight' must be a number, is 'heavy'");
  EXPECT_EQ(complaint(with_population("weight: 0")),
            "soak.yaml:3: 'populations.weight' must be from 1e-06 to 1000000, is 0");
  EXPECT_EQ(complaint(with_population("stream: sse")),
            "soak.yaml:3: 'populations.stream' must be one of auto, plain, http-sse, streamable-get, streamable-post, "
            "listen, session, none, is 'sse'");
  EXPECT_EQ(
      complaint(with_population("sequence: seq")),
      "soak.yaml:3: 'populations.sequence' must be a JSON pointer such as /params/data/seq, or event-id, is 'seq'");
  EXPECT_EQ(complaint(with("seed: -1\n")), "soak.yaml:3: 'seed' must be a whole number from 0 on, is '-1'");
  EXPECT_EQ(complaint(with("lag_bound: 0s\n")), "soak.yaml:3: 'lag_bound' must be at least 1ms");
  EXPECT_EQ(complaint(with("sources: [eth0]\n")),
            "soak.yaml:3: 'sources[0]': 'eth0' is no address: write 127.0.0.2, or 127.0.0.2-40 for a range");
  EXPECT_EQ(complaint(with("oauth: {client_id: a}\n")), "soak.yaml:3: 'oauth' has no 'token_url'");
  EXPECT_EQ(complaint("target: nowhere.yaml\n" + std::string(kPhases)),
            "soak.yaml:1: 'target' is a URL (http://...), a map or the path of a profile: nowhere.yaml: cannot be "
            "opened: No such file or directory");
  EXPECT_EQ(complaint("target: {name: a}\n" + std::string(kPhases)), "soak.yaml:1: 'target.url' is missing");
  EXPECT_EQ(complaint(with("oauth: {token_url: 'http://a/', client_id: a, client_secret: '${NOT_SET}'}\n")),
            "soak.yaml:3: 'oauth.client_secret' needs the environment variable NOT_SET, which is not set");
}

TEST(Scenario, says_what_does_not_go_together) {
  EXPECT_EQ(complaint(with_phases("[{hold: 1m}]")),
            "soak.yaml:2: 'phases[0]': no stream is open yet for 'hold': begin with a ramp, such as {ramp: {to: 100, "
            "over: 10s}}");
  EXPECT_EQ(complaint(with_phases("[{ramp: {to: 1}, hold: 1m}]")),
            "soak.yaml:2: 'phases[0].hold': a phase is one of its kinds, is 'ramp' already: begin a new item");
  EXPECT_EQ(complaint(with_phases("[{name: a}]")),
            "soak.yaml:2: 'phases[0]' has no kind: ramp, hold, churn, spike, reconnect or search");
  EXPECT_EQ(complaint(with_phases("[{spike: {to: 5}}]")), "soak.yaml:2: 'phases[0].spike' has no 'for'");
  EXPECT_EQ(complaint(with_phases("\n  - {ramp: {to: 1}, name: a}\n  - {hold: 1m, name: a}")),
            "soak.yaml:4: 'phases[1]': the name 'a' stands twice: give each phase its own");
  EXPECT_EQ(complaint(with_phases("[{search: {from: 10, step: 1, most: 5, each: 1s}}]")),
            "soak.yaml:2: 'phases[0]': 'most' (5) is below 'from' (10): swap them");
  EXPECT_EQ(complaint(with_phases("[{search: {from: 1, step: 1, most: 5000, each: 1s}}]")),
            "soak.yaml:2: 'phases[0]': there are more than 1000 phases, steps of the search included: make 'step' "
            "larger");
  EXPECT_EQ(complaint(with_population("stream: plain, calls: [{tool: a}]")),
            "soak.yaml:3: 'populations': 'calls' of a 'tool' are MCP calls and 'stream: plain' speaks no MCP: leave "
            "one of them out, or call with 'http'");
  EXPECT_EQ(complaint(with_population("stream: none")),
            "soak.yaml:3: 'populations': 'stream: none' without 'calls' does nothing: give it calls with 'http'");
  using ::testing::HasSubstr;
  EXPECT_THAT(complaint(with_population("stream: session, calls: [{http: {path: /}}]")),
              HasSubstr("'stream: session' without 'calls' of a 'tool' would notice nothing"));
  EXPECT_THAT(complaint(with_population("stream: session, revision: 2024-11-05, calls: [{tool: echo}]")),
              HasSubstr("revision 2024-11-05 has no 'session' streams"));
  EXPECT_EQ(complaint(with_population("calls: [{tool: a, http: {path: /a}}]")),
            "soak.yaml:3: 'populations.calls[0]' has 'tool' and 'http': a call is one of them");
  EXPECT_EQ(complaint(with_population("calls: [{http: {path: a}}]")),
            "soak.yaml:3: 'populations.calls[0].http': 'path' must begin with '/': it is on the origin of the "
            "population's URL");
  EXPECT_EQ(complaint(with_population("stream: streamable-post")),
            "soak.yaml:3: 'populations': 'stream: streamable-post' needs a 'stream_call', the call that is answered by "
            "a long stream");
  EXPECT_EQ(
      complaint(with_population("stream: listen, revision: '2024-11-05'")),
      "soak.yaml:3: 'populations': revision 2024-11-05 has no 'listen' streams: leave 'revision' or 'stream' out");
  EXPECT_EQ(complaint(with_population("calls: [{tool: a, arguments: {of: ['x {{nope}}']}}]")),
            "soak.yaml:3: 'populations.calls[0].arguments': '{{nope}}' is no placeholder: there are {{uuid}}, {{seq}}, "
            "{{stream}}, {{now_ms}} and {{random N}} with N from 1 on");
  EXPECT_EQ(complaint(with_population("stream: streamable-post, stream_call: {tool: a, arguments: {of: '{{seqq}}'}}")),
            "soak.yaml:3: 'populations.stream_call.arguments': '{{seqq}}' is no placeholder, did you mean '{{seq}}'? "
            "there are {{uuid}}, {{seq}}, {{stream}}, {{now_ms}} and {{random N}} with N from 1 on");
  EXPECT_EQ(complaint(with("populations: [{name: a}, {name: a}]\n")),
            "soak.yaml:3: 'populations[1].name': 'a' stands twice: give each population its own");
  EXPECT_EQ(complaint(with("thresholds: [stream_drops in hodl < 1]\n")),
            "soak.yaml:3: 'thresholds[0]': there is no phase 'hodl', did you mean 'hold'?");
  EXPECT_EQ(complaint(with("thresholds: [stream_drops of agents < 1]\n")),
            "soak.yaml:3: 'thresholds[0]': there is no population 'agents' (there are streams)");
  EXPECT_EQ(complaint(with("thresholds: [calls_lost for echo == 0]\n")),
            "soak.yaml:3: 'thresholds[0]': nothing calls 'echo': there are no 'calls'");
}

TEST(Scenario, names_phases_by_their_kind) {
  const Scenario scenario =
      good(with_phases("[{ramp: {to: 1}}, {hold: 1s}, {hold: 1s, name: hold 2}, {hold: 1s}, {reconnect: {for: 1s}}, "
                       "{search: {from: 1, step: 1, most: 3, each: 1s}}]"));
  std::vector<std::string> names;
  for (const Phase& phase : scenario.phases) { names.push_back(phase.name); }
  EXPECT_EQ(names, (std::vector<std::string>{"ramp", "hold", "hold 2", "hold 3", "reconnect", "search"}));
}

TEST(Scenario, takes_a_step_of_the_search_in_a_threshold) {
  const std::string search = "[{search: {from: 1, step: 1, most: 3, each: 1s}}]";
  good(with_phases(search) + "thresholds: [\"stream_drops in 'search 2' < 1\", stream_drops in search < 1]\n");
}

TEST(Scenario, takes_values_from_the_environment) {
  const Scenario scenario = good("target: ${URL}\n" + std::string(kPhases) +
                                 "populations: {calls: [{tool: a, rate: '${RATE}', arguments: {key: '${TOKEN}'}}]}\n");
  EXPECT_EQ(scenario.target.url, "http://env.example.com/sse");
  EXPECT_EQ(scenario.populations[0].calls[0].per_second, 7);
  EXPECT_EQ(scenario.target.secrets, std::vector<std::string>{"t0ken-of-env"});
}

TEST(Scenario, finds_a_profile_beside_itself) {
  std::string folder = (std::filesystem::temp_directory_path() / "weir-scenario-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/staging.yaml") << "url: https://mcp.example.com/mcp\nbearer: ${TOKEN}\n";
  std::ofstream(folder + "/soak.yaml") << "target: staging.yaml\n" << kPhases;
  const auto scenario = load_scenario(folder + "/soak.yaml", environment);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->target.bearer, "t0ken-of-env");
  EXPECT_EQ(scenario->target.secrets, std::vector<std::string>{"t0ken-of-env"});
  const std::string yaml = to_yaml(*scenario);
  EXPECT_NE(yaml.find("bearer: \"${TOKEN}\""), std::string::npos) << yaml;
  EXPECT_EQ(load_scenario(folder + "/no.yaml", environment).error().detail,
            folder + "/no.yaml: cannot be opened: No such file or directory");
}

TEST(Scenario, takes_an_environment_of_its_target) {
  const std::string yaml =
      "target: {url: 'https://a.example/', bearer: '${NO_SUCH}', environments: {local: {url: "
      "'${URL}', bearer: '${TOKEN}'}}}\n" +
      std::string(kPhases);
  const auto local = parse_scenario(yaml, "soak.yaml", environment, "local");
  ASSERT_TRUE(local) << local.error().detail;
  EXPECT_EQ(local->target.url, "http://env.example.com/sse");
  EXPECT_EQ(local->target.bearer, "t0ken-of-env");
  EXPECT_EQ(parse_scenario(yaml, "soak.yaml", environment, "locl").error().detail,
            "soak.yaml:1: the profile has no environment 'locl', did you mean 'local'?");
  EXPECT_EQ(
      parse_scenario("target: http://a/\n" + std::string(kPhases), "soak.yaml", environment, "local").error().detail,
      "soak.yaml:1: --env local: 'target' is a URL, and only a profile has environments");
}

TEST(ToYaml, shows_no_credential) {
  const Scenario scenario = good(
      "target: {url: 'https://user:pa55word@mcp.example.com/mcp', bearer: in-clear, api_key: {value: k-in-clear},\n"
      "         headers: {X-Tenant: blue, Cookie: c00kie-in-clear, X-Env: 'Bearer ${TOKEN}'}}\n"
      "oauth: {token_url: 'http://a/', client_id: weir, client_secret: s3cret-in-clear}\n"
      "populations: {calls: [{tool: a, arguments: {key: 'x ${TOKEN} y', literal: '$${TOKEN}'}}]}\n" +
      std::string(kPhases));
  const std::string yaml = to_yaml(scenario);
  for (const std::string& secret : scenario.target.secrets) {
    EXPECT_EQ(yaml.find(secret), std::string::npos) << secret;
  }
  EXPECT_EQ(scenario.target.secrets.size(), 6U);
  EXPECT_NE(yaml.find("# A credential that was written in clear is left out"), std::string::npos);
  EXPECT_NE(yaml.find("url: \"https://mcp.example.com/mcp\""), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("X-Env: \"Bearer ${TOKEN}\""), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("client_secret: \"${WEIR_CLIENT_SECRET}\""), std::string::npos) << yaml;
  const Scenario again = good(yaml);
  EXPECT_EQ(again.populations[0].calls[0].arguments, scenario.populations[0].calls[0].arguments);
  EXPECT_EQ(again.target.headers.get("x-env"), "Bearer t0ken-of-env");
  EXPECT_FALSE(again.target.headers.has("cookie"));
}

TEST(ToYaml, of_the_example_is_the_same_scenario) {
  const auto scenario = load_scenario(kExample, environment);
  ASSERT_TRUE(scenario);
  const std::string yaml = to_yaml(*scenario);
  const Scenario again = good(yaml);
  EXPECT_EQ(to_yaml(again), yaml);
  EXPECT_EQ(again.oauth->client_secret, "example-secret");
  EXPECT_EQ(again.sources, scenario->sources);
  EXPECT_EQ(again.thresholds, scenario->thresholds);
  EXPECT_EQ(again.most_streams(), scenario->most_streams());
}

// Everything random, and everything compared -------------------------------------------------------------------------

std::string random_text() {
  return *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \"'\\:#-{}[]$&*!|>%@`,\n\t/~.0")));
}
/// Without what would open a placeholder.
std::string random_argument() {
  std::string text = random_text();
  for (std::size_t at; (at = text.find("{{")) != std::string::npos;) { text.erase(at, 1); }
  return text;
}
Nanos random_length(Nanos least) {
  return std::max(least, *rc::gen::inRange<Nanos>(0, 5000) * *rc::gen::element<Nanos>(1, 1000, kMillisecond, kSecond));
}

wire::json::value random_json(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<std::int64_t>();
    case 2:
      return wire::json::string(random_argument());
    case 3:
      return *rc::gen::arbitrary<bool>();
    case 4: {
      wire::json::array array;
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) { array.push_back(random_json(depth - 1)); }
      return array;
    }
    default: {
      wire::json::object object;
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
        object[fmt::format("k{} {}", i, random_text())] = random_json(depth - 1);
      }
      return object;
    }
  }
}

Population random_population(int index) {
  Population out;
  out.name = fmt::format("{} {}", random_text(), index);
  out.weight = *rc::gen::inRange(1, 1000) / 16.0;
  out.stream = *rc::gen::element(StreamKind::automatic, StreamKind::streamable_get, StreamKind::listen);
  if (*rc::gen::arbitrary<bool>()) {
    CallPlan& call = out.calls.emplace_back();
    call.tool = "t" + random_text();
    if (auto arguments = random_json(3); arguments.is_object()) { call.arguments = arguments.get_object(); }
    call.per_second = *rc::gen::inRange(0, 100000) / 7.0;
    call.arrival = *rc::gen::element(Arrival::uniform, Arrival::poisson);
    call.timeout = random_length(kMillisecond);
    if (*rc::gen::arbitrary<bool>()) {
      call.arguments.clear();
      call.http = HttpCall{.method = "POST", .path = "/p", .json = random_json(3)};
      if (*rc::gen::arbitrary<bool>()) { call.http->expect_statuses = {201, 402}; }
    }
  }
  out.reconnect.enabled = *rc::gen::arbitrary<bool>();
  out.reconnect.base = random_length(0);
  out.reconnect.cap = out.reconnect.base + random_length(0);
  out.reconnect.resume = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) { out.sequence = wire::JsonPointer::parse("/a~1b/m~0n//0"); }
  out.sequence_of_ids = !out.sequence && *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) { out.sent_at = wire::JsonPointer::parse(""); }
  out.connect_timeout = random_length(kMillisecond);
  out.silence_limit = random_length(0);
  return out;
}

Phase random_phase(std::size_t index) {
  Phase out;
  out.name = fmt::format("{} p{}", random_text(), index);
  out.kind = index == 0 ? Phase::Kind::ramp
                        : *rc::gen::element(Phase::Kind::ramp, Phase::Kind::hold, Phase::Kind::churn,
                                            Phase::Kind::spike, Phase::Kind::reconnect);
  out.duration = random_length(kMillisecond);
  const bool goes = out.kind == Phase::Kind::ramp || out.kind == Phase::Kind::spike;
  if (goes) { out.streams = *rc::gen::inRange(1, 4'000'000); }
  if (out.kind == Phase::Kind::churn) { out.per_second = *rc::gen::inRange(0, 100000) / 3.0; }
  out.call_scale = *rc::gen::inRange(0, 40) / 8.0;
  return out;
}

RC_GTEST_PROP(ToYaml, comes_back_as_it_was, ()) {
  Scenario scenario;
  scenario.name = "n" + random_text();
  scenario.target.url = "https://mcp.example.com/mcp";
  scenario.target.headers.add("X-Tenant", "blue");
  scenario.seed = *rc::gen::arbitrary<std::uint64_t>();
  for (int i = 0; i < *rc::gen::inRange(1, 4); ++i) { scenario.populations.push_back(random_population(i)); }
  if (scenario.populations.empty()) { scenario.populations.push_back(random_population(9)); }
  const std::size_t phases = *rc::gen::inRange<std::size_t>(1, 5);
  for (std::size_t i = 0; i < phases; ++i) { scenario.phases.push_back(random_phase(i)); }
  scenario.workers = *rc::gen::inRange(0, 512);
  scenario.lag_bound_seconds = static_cast<double>(random_length(kMillisecond)) / 1e9;
  scenario.resolve_every = random_length(kMillisecond);

  const std::string yaml = to_yaml(scenario);
  const auto again = parse_scenario(yaml, "again.yaml", environment);
  if (!again) { RC_FAIL(again.error().detail + "\n" + yaml); }
  RC_ASSERT(to_yaml(*again) == yaml);
  RC_ASSERT(again->name == scenario.name);
  RC_ASSERT(again->seed == scenario.seed);
  RC_ASSERT(again->populations.size() == scenario.populations.size());
  for (std::size_t i = 0; i < scenario.populations.size(); ++i) {
    const Population &was = scenario.populations[i], &is = again->populations[i];
    RC_ASSERT(is.name == was.name);
    RC_ASSERT(is.weight == was.weight);
    RC_ASSERT(is.stream == was.stream);
    RC_ASSERT(is.sequence == was.sequence);
    RC_ASSERT(is.sequence_of_ids == was.sequence_of_ids);
    RC_ASSERT(is.sent_at == was.sent_at);
    RC_ASSERT(is.calls.size() == was.calls.size());
    for (std::size_t c = 0; c < was.calls.size(); ++c) {
      RC_ASSERT(is.calls[c].tool == was.calls[c].tool);
      RC_ASSERT(is.calls[c].arguments == was.calls[c].arguments);
      RC_ASSERT(is.calls[c].http.has_value() == was.calls[c].http.has_value());
      RC_ASSERT(!was.calls[c].http || is.calls[c].http->json == was.calls[c].http->json);
      RC_ASSERT(is.calls[c].per_second == was.calls[c].per_second);
      RC_ASSERT(is.calls[c].timeout == was.calls[c].timeout);
    }
    RC_ASSERT(is.reconnect.enabled == was.reconnect.enabled);
    RC_ASSERT(is.reconnect.cap == was.reconnect.cap);
    RC_ASSERT(is.connect_timeout == was.connect_timeout);
    RC_ASSERT(is.silence_limit == was.silence_limit);
  }
  RC_ASSERT(again->phases.size() == scenario.phases.size());
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const Phase &was = scenario.phases[i], &is = again->phases[i];
    RC_ASSERT(is.name == was.name);
    RC_ASSERT(is.kind == was.kind);
    RC_ASSERT(is.duration == was.duration);
    RC_ASSERT(is.streams == was.streams);
    RC_ASSERT(is.per_second == was.per_second);
    RC_ASSERT(is.call_scale == was.call_scale);
  }
  RC_ASSERT(again->lag_bound_seconds == scenario.lag_bound_seconds);
}

}  // namespace
}  // namespace weir::loadgen
