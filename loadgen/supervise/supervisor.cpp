#include "loadgen/supervise/supervisor.hpp"

#include <sys/resource.h>

#include <ctime>

#include "loadgen/limits.hpp"
#include "loadgen/supervise/run_loop.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/time.hpp"

namespace weir::loadgen {

namespace {

using namespace std::chrono_literals;
using namespace reports::load;

constexpr std::chrono::milliseconds kFirstTokenTimeout = 10s;
/// From the first fork to the start of the run, for so many workers to come up.
constexpr std::int64_t kSpawnEach = 2 * kMillisecond;

/// As many descriptors as the hard limit allows, for this process and the workers after it.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

Layout layout_of(const Scenario& scenario) {
  Layout layout;
  for (const auto& population : scenario.populations) {
    Layout::Population shape{population.name, {}};
    for (const auto& call : population.calls) { shape.tools.push_back(call.tool); }
    layout.populations.push_back(std::move(shape));
  }
  return layout;
}

std::vector<std::string> secrets_of(const Scenario& scenario) {
  auto secrets = scenario.target.secrets;
  secrets.push_back(scenario.target.bearer);
  if (scenario.target.api_key) { secrets.push_back(scenario.target.api_key->value); }
  if (scenario.oauth) { secrets.push_back(scenario.oauth->client_secret); }
  std::erase_if(secrets, [](const std::string& secret) { return secret.empty(); });
  return secrets;
}

Credentials credentials_of(const Scenario& scenario, const std::optional<Token>& token) {
  Credentials credentials;
  credentials.headers = scenario.target.headers;
  if (scenario.target.api_key) {
    credentials.headers.set(scenario.target.api_key->header, scenario.target.api_key->value);
  }
  credentials.bearer = token ? token->value : scenario.target.bearer;
  credentials.generation = 1;
  credentials.renewable = token.has_value();
  if (!credentials.bearer.empty()) { credentials.headers.remove("Authorization"); }
  return credentials;
}

wire::Headers with_bearer(const Credentials& credentials) {
  auto headers = credentials.headers;
  if (!credentials.bearer.empty()) { headers.set("Authorization", "Bearer " + credentials.bearer); }
  return headers;
}

/// The part of the whole scenario that this shard has to place: its streams and its calls.
Scenario of_shard(Scenario scenario, const RunOptions& options) {
  for (auto& phase : scenario.phases) {
    phase.streams = (phase.streams + options.shards - 1) / options.shards;
    phase.most = (phase.most + options.shards - 1) / options.shards;
  }
  for (auto& population : scenario.populations) {
    for (auto& call : population.calls) { call.per_second /= options.shards; }
  }
  return scenario;
}

struct Prepared {
  Scenario scenario;  ///< Resolved.
  Targets targets;
  std::vector<Looked> looked;
  std::optional<Token> token;
  Credentials credentials;
  Placement placement;
};

wire::Result<Placement> place_shard(const Scenario& scenario, const RunOptions& options, const Machine& machine,
                                    const std::vector<Looked>& looked) {
  std::int64_t destinations = 0;
  for (const auto& one : looked) { destinations += static_cast<std::int64_t>(one.addresses.size()); }
  return place(of_shard(scenario, options), machine, destinations, all_on_loopback(looked));
}

/// Everything that can be wrong is found here, before a stream is opened. Threads that are used have ended when it
/// returns. The token that is fetched is one more secret.
wire::Result<Prepared> prepare(const TestSeams& seams, const Scenario& scenario, const RunOptions& options,
                               std::vector<std::string>& secrets) {
  Prepared prepared;
  prepared.scenario = scenario;
  auto targets = targets_of(scenario);
  if (!targets) { return tl::unexpected(targets.error()); }
  prepared.targets = std::move(*targets);
  auto looked = look_up_all(scenario, prepared.targets, seams.look_up);
  if (!looked) { return tl::unexpected(looked.error()); }
  prepared.looked = std::move(*looked);
  auto placement = place_shard(scenario, options, seams.machine ? *seams.machine : read_machine(), prepared.looked);
  if (!placement) { return tl::unexpected(placement.error()); }
  prepared.placement = std::move(*placement);
  if (scenario.oauth) {
    auto token = wire::fetch_token(*scenario.oauth, client_of(scenario), wire::Deadline::in(kFirstTokenTimeout));
    if (!token) { return tl::unexpected(token.error()); }
    secrets.push_back(token->value);
    prepared.token = std::move(*token);
  }
  prepared.credentials = credentials_of(scenario, prepared.token);
  if (auto resolved =
          resolve_streams(prepared.scenario, with_bearer(prepared.credentials), prepared.targets, prepared.looked);
      !resolved) {
    return tl::unexpected(resolved.error());
  }
  return prepared;
}

/// When the run starts, by both clocks.
struct Start {
  std::int64_t monotonic = 0;
  std::int64_t unix = 0;
};

wire::Result<Start> start_of(const TestSeams& seams, const RunOptions& options, std::int64_t workers) {
  const auto now = monotonic_ns();
  const auto unix_now = realtime_ns();
  const auto soonest = seams.lead_ns + workers * kSpawnEach;
  if (!options.start_at_unix_ns) { return Start{now + soonest, unix_now + soonest}; }
  const auto ahead = *options.start_at_unix_ns - unix_now;
  if (ahead < soonest) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("--start-at {} is {}: give a time to come",
                                  wire::rfc3339(*options.start_at_unix_ns / kSecond), ahead < 0 ? "over" : "too soon"));
  }
  return Start{now + ahead, *options.start_at_unix_ns};
}

RunInfo info_of(const Prepared& prepared, const RunOptions& options, const Start& start) {
  const auto& scenario = prepared.scenario;
  RunInfo run;
  run.tool_version = options.tool_version;
  run.started_at = wire::rfc3339(start.unix / kSecond);
  const auto& url = prepared.targets.urls.front();
  run.target_name = scenario.target.name.empty() ? url.host : scenario.target.name;
  const auto whole = wire::parse_url(scenario.target.url);
  run.target_url = whole ? whole->str() : url.str();
  run.scenario = scenario.file;
  run.scenario_text = to_yaml(scenario);
  run.command = options.command;
  run.seed = scenario.seed;
  run.shard = options.shards > 1 ? fmt::format("{}/{}", options.shard + 1, options.shards) : "";
  run.workers = prepared.placement.workers;
  run.tls_verified = !scenario.target.insecure;
  run.thresholds = scenario.thresholds;
  run.lag_bound_seconds = scenario.lag_bound_seconds;
  return run;
}

std::vector<WorkerPlan> plans_of(const Prepared& prepared, const TestSeams& seams, const RunOptions& options,
                                 const Layout& layout, const Start& start) {
  std::vector<WorkerPlan> plans;
  const auto workers = static_cast<std::uint32_t>(prepared.placement.workers);
  for (std::uint32_t i = 0; i < workers; ++i) {
    WorkerPlan plan;
    plan.scenario = prepared.scenario;
    plan.layout = layout;
    plan.index = i * options.shards + options.shard;
    plan.count = workers * options.shards;
    plan.seed = prepared.scenario.seed;
    plan.run_start_ns = start.monotonic;
    plan.second_ns = seams.second_ns;
    plan.destinations = prepared.targets.urls;
    plan.destination_of = prepared.targets.of_population;
    plan.sources = prepared.placement.of_worker[i];
    plans.push_back(std::move(plan));
  }
  return plans;
}

}  // namespace

wire::Result<RunResult> supervise_on(const TestSeams& seams, const Scenario& scenario, const RunOptions& options,
                                     const std::atomic<int>& signals) {
  raise_file_limit();
  auto secrets = secrets_of(scenario);
  const auto prepared = prepare(seams, scenario, options, secrets);
  if (!prepared) {
    // The target's words are in it, and the target has seen the credentials.
    return wire::fail(prepared.error().code, wire::Redactor(secrets).line(prepared.error().detail));
  }
  const auto start = start_of(seams, options, prepared->placement.workers);
  if (!start) { return tl::unexpected(start.error()); }
  const auto layout = layout_of(prepared->scenario);
  auto record = RunRecord::open(info_of(*prepared, options, *start), layout, options, secrets);
  if (!record) { return tl::unexpected(record.error()); }
  auto workers = Workers::spawn(plans_of(*prepared, seams, options, layout, *start), seams.worker_main);
  if (!workers) { return tl::unexpected(workers.error()); }
  // Only from here on are there threads: none is in the middle of anything when a worker is forked.
  if (auto served = record->serve_metrics(); !served) { return tl::unexpected(served.error()); }
  NameKeeper names(prepared->scenario, prepared->targets, prepared->looked, seams.look_up);
  std::optional<TokenKeeper> tokens;
  if (prepared->token) { tokens.emplace(*scenario.oauth, client_of(scenario), *prepared->token); }
  RunLoop loop({.seams = seams,
                .scenario = prepared->scenario,
                .options = options,
                .targets = prepared->targets,
                .signals = signals,
                .workers = *workers,
                .record = *record,
                .names = names,
                .tokens = tokens ? &*tokens : nullptr,
                .credentials = prepared->credentials,
                .looked = prepared->looked,
                .start_ns = start->monotonic});
  return record->finish(loop.run());
}

wire::Result<RunResult> supervise(const Scenario& scenario, const RunOptions& options,
                                  const std::atomic<int>& signals) {
  return supervise_on(TestSeams{}, scenario, options, signals);
}

wire::Result<Placement> preflight(const Scenario& scenario, const RunOptions& options) {
  raise_file_limit();
  const auto targets = targets_of(scenario);
  if (!targets) { return tl::unexpected(targets.error()); }
  const auto looked = look_up_all(scenario, *targets, wire::look_up);
  return looked ? place_shard(scenario, options, read_machine(), *looked) : tl::unexpected(looked.error());
}

}  // namespace weir::loadgen
