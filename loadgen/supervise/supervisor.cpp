#include "loadgen/supervise/supervisor.hpp"

#include <sys/resource.h>

#include <ctime>

#include "loadgen/limits.hpp"
#include "loadgen/net/channel.hpp"
#include "loadgen/supervise/identity.hpp"
#include "loadgen/supervise/permission.hpp"
#include "loadgen/supervise/run_loop.hpp"
#include "loadgen/watch/metrics_endpoint.hpp"
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
    Layout::Population shape{population.name, {}, population.stream == StreamKind::session};
    for (const auto& call : population.calls) { shape.tools.push_back(call.tool); }
    layout.populations.push_back(std::move(shape));
  }
  return layout;
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
  ServerInfo server;
};

/// What is secret in a run, the tokens that it got included.
std::vector<std::string> all_secrets(const Scenario& scenario, const std::optional<Token>& token) {
  auto secrets = secrets_of(scenario);
  if (token) { secrets.push_back(token->value); }
  return secrets;
}

/// A search goes on by its numbers, and a shard has but its own.
wire::Result<void> check_shard(const Scenario& scenario, const RunOptions& options) {
  const bool searches = std::any_of(scenario.phases.begin(), scenario.phases.end(),
                                    [](const Phase& phase) { return phase.kind == Phase::Kind::search; });
  if (options.shards <= 1 || !searches) { return {}; }
  return wire::fail(
      wire::ErrorCode::bad_input,
      "a search goes on by the numbers of the whole run, of which a shard knows only its own: search with "
      "one generator, or give the shards phases of fixed numbers");
}

/// Before anybody asks the target: a run that cannot be watched as it was said does not begin.
wire::Result<void> check_addresses(const RunOptions& options) {
  if (!options.ui.empty()) {
    if (const auto free = wire::listen_at(options.ui, options.ui_reach, kUiOption); !free) {
      return tl::unexpected(free.error());
    }
  }
  if (options.metrics.empty()) { return {}; }
  return check_metrics_address(options.metrics, options.metrics_reach);
}

/// Where the names are known, and nobody was asked for anything: may it be, and is there room for it?
wire::Result<Placement> place_shard(const Scenario& scenario, const RunOptions& options, const Machine& machine,
                                    const Targets& targets, const std::vector<Looked>& looked) {
  const auto permission = wire::load_permission(scenario.target.load_allowed, options.may_load);
  if (!permission) { return tl::unexpected(permission.error()); }
  const auto allowed = permit(scenario, *permission, targets, looked);
  if (!allowed) { return tl::unexpected(allowed.error()); }
  std::int64_t destinations = 0;
  for (const auto& one : looked) { destinations += static_cast<std::int64_t>(one.addresses.size()); }
  auto placement = place(of_shard(scenario, options), machine, destinations, all_on_loopback(looked));
  if (placement) { placement->lines.insert(placement->lines.begin(), allowed->begin(), allowed->end()); }
  return placement;
}

/// One that stands there from the last time would end this run before it began.
wire::Result<void> check_stop_file(const RunOptions& options) {
  if (options.stop_file.empty() || !stop_file_is_there(options.stop_file)) { return {}; }
  return wire::fail(
      wire::ErrorCode::bad_input,
      fmt::format("--stop-file {}: is there already, and would end the run at once: remove it", options.stop_file));
}

/// Everything that can be wrong is found here, before a stream is opened. Threads that are used have ended when it
/// returns.
wire::Result<void> prepare(const TestSeams& seams, const Scenario& scenario, const RunOptions& options,
                           Prepared& prepared) {
  prepared.scenario = scenario;
  if (auto checked = check_shard(scenario, options); !checked) { return checked; }
  if (auto free = check_addresses(options); !free) { return free; }
  if (auto absent = check_stop_file(options); !absent) { return absent; }
  bound_opens(prepared.scenario);
  auto targets = targets_of(scenario);
  if (!targets) { return tl::unexpected(targets.error()); }
  prepared.targets = std::move(*targets);
  const wire::RunBounds run{.stop = options.interrupted};
  auto looked = look_up_all(scenario, prepared.targets, seams.look_up, run);
  if (!looked) { return tl::unexpected(looked.error()); }
  prepared.looked = std::move(*looked);
  auto placement = place_shard(scenario, options, seams.machine ? *seams.machine : read_machine(), prepared.targets,
                               prepared.looked);
  if (!placement) { return tl::unexpected(placement.error()); }
  prepared.placement = std::move(*placement);
  if (scenario.oauth) {
    auto token = wire::fetch_token(*scenario.oauth, client_of(scenario, run), wire::Deadline::in(kFirstTokenTimeout));
    if (!token) { return tl::unexpected(token.error()); }
    prepared.token = std::move(*token);
  }
  prepared.credentials = credentials_of(scenario, prepared.token);
  const auto headers = with_bearer(prepared.credentials);
  auto resolved = resolve_streams(prepared.scenario, headers, prepared.targets, prepared.looked, run);
  if (!resolved) { return resolved; }
  prepared.server = ask_server(prepared.scenario, headers, prepared.targets, prepared.looked, run);
  return {};
}

/// When the run starts, by both clocks.
struct Start {
  std::int64_t monotonic = 0;  ///< Of what this generator does of it.
  std::int64_t unix = 0;       ///< Of the whole run.
  std::int64_t late_ns = 0;    ///< What of the run is over by then: whole seconds.
};

std::int64_t length_of(const Scenario& scenario, std::int64_t second_ns) {
  return std::max<std::int64_t>(0, PhasePlan(scenario, second_ns).rest_ns());
}

/// A shard that comes late begins where the others are by then; a run that nobody waits for is to be given another
/// start.
wire::Result<Start> start_of(const TestSeams& seams, const Scenario& scenario, const RunOptions& options,
                             std::int64_t workers) {
  const auto now = monotonic_ns();
  const auto unix_now = realtime_ns();
  const auto soonest = seams.lead_ns + workers * kSpawnEach;
  if (!options.start_at_unix_ns) { return Start{now + soonest, unix_now + soonest, 0}; }
  const auto ahead = *options.start_at_unix_ns - unix_now;
  if (ahead >= soonest) { return Start{now + ahead, *options.start_at_unix_ns, 0}; }
  const auto late = (soonest - ahead + seams.second_ns - 1) / seams.second_ns * seams.second_ns;
  const auto at = wire::rfc3339(*options.start_at_unix_ns / kSecond);
  if (options.shards <= 1) {
    return wire::fail(wire::ErrorCode::bad_input,
                      fmt::format("--start-at {} is {}: give a time to come", at, ahead < 0 ? "over" : "too soon"));
  }
  if (late >= length_of(scenario, seams.second_ns)) {
    return wire::fail(
        wire::ErrorCode::bad_input,
        fmt::format("--start-at {}: a run that started then is over by now, and shard {}/{} comes too late", at,
                    options.shard + 1, options.shards));
  }
  return Start{now + ahead + late, *options.start_at_unix_ns, late};
}

RunInfo info_of(const Prepared& prepared, const TestSeams& seams, const RunOptions& options, const Start& start) {
  const auto& scenario = prepared.scenario;
  RunInfo run;
  run.tool_version = options.tool_version;
  run.kernel = kernel_text();
  run.scenario_hash = scenario_hash(scenario);
  run.run_id = run_id_of(options, run.scenario_hash);
  run.labels = options.labels;
  run.server = prepared.server;
  run.started_at = wire::rfc3339(start.unix / kSecond);
  run.start_unix_ns = start.unix;
  run.clock = clock_now();
  run.utc_offset_s = utc_offset_s(start.unix / kSecond);
  run.second_ns = seams.second_ns;
  const auto& url = prepared.targets.urls.front();
  run.target_name = scenario.target.name.empty() ? url.host : scenario.target.name;
  const auto whole = wire::parse_url(scenario.target.url);
  run.target_url = whole ? whole->str() : url.str();
  run.scenario = scenario.file;
  run.scenario_text = to_yaml(scenario);
  run.command = options.command;
  run.seed = scenario.seed;
  run.shard = {.index = options.shard, .count = options.shards, .late_ns = start.late_ns, .merged = {}};
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
    plan.opening_at_once = static_cast<std::size_t>(prepared.placement.opening_at_once);
    plans.push_back(std::move(plan));
  }
  return plans;
}

/// Who did not say that an endpoint is no MCP is told that it was held as none: a load of plain streams says nothing of
/// MCP.
void tell_of_plain_streams(const Scenario& asked, const Scenario& held, RunRecord& record) {
  for (std::size_t i = 0; i < held.populations.size(); ++i) {
    if (asked.populations[i].stream == StreamKind::automatic && held.populations[i].stream == StreamKind::plain_get) {
      record.incident(0, "the endpoint answers no MCP, but sends events: held are plain event streams (--era none)");
    }
  }
}

bool is_interrupted(const RunOptions& options) { return options.interrupted != nullptr && options.interrupted->load(); }

/// The record of a run that found nobody to load, or was to end before it had begun.
wire::Result<RunResult> unasked(const Prepared& prepared, const TestSeams& seams, const RunOptions& options,
                                const std::string& why) {
  const Start start{monotonic_ns(), options.start_at_unix_ns.value_or(realtime_ns()), 0};
  auto record = RunRecord::open(info_of(prepared, seams, options, start), layout_of(prepared.scenario), options,
                                all_secrets(prepared.scenario, prepared.token));
  if (!record) { return tl::unexpected(record.error()); }
  return is_interrupted(options) ? record->finish(true) : record->finish_unasked(why);
}

}  // namespace

reports::ExitCode exit_code_of(const wire::Error& error) {
  switch (error.code) {
    case wire::ErrorCode::bad_input:
      return reports::ExitCode::usage;
    case wire::ErrorCode::shortage:
    case wire::ErrorCode::internal:
      return reports::ExitCode::inconclusive;
    default:
      return reports::ExitCode::unreachable;
  }
}

wire::Result<RunResult> supervise_on(const TestSeams& seams, const Scenario& scenario, const RunOptions& options,
                                     const std::atomic<int>& signals) {
  raise_file_limit();
  const wire::Descriptor stamps = keep_time_stamps();
  Prepared prepared;
  // An endpoint may give back what it was sent, and a token is secret as soon as it is there.
  const auto failed = [&](const wire::Error& error) {
    return wire::fail(error.code, wire::Redactor(all_secrets(scenario, prepared.token)).text(error.detail));
  };
  if (auto done = prepare(seams, scenario, options, prepared); !done) {
    const bool out_of_reach = exit_code_of(done.error()) == reports::ExitCode::unreachable;
    return out_of_reach || is_interrupted(options) ? unasked(prepared, seams, options, done.error().detail)
                                                   : failed(done.error());
  }
  const auto start = start_of(seams, prepared.scenario, options, prepared.placement.workers);
  if (!start) { return failed(start.error()); }
  const auto layout = layout_of(prepared.scenario);
  auto record = RunRecord::open(info_of(prepared, seams, options, *start), layout, options,
                                all_secrets(scenario, prepared.token));
  if (!record) { return failed(record.error()); }
  tell_of_plain_streams(scenario, prepared.scenario, *record);
  auto workers = Workers::spawn(plans_of(prepared, seams, options, layout, *start), seams.worker_main);
  if (!workers) { return failed(workers.error()); }
  // Only from here on are there threads: none is in the middle of anything when a worker is forked.
  if (auto served = record->serve(); !served) { return failed(served.error()); }
  NameKeeper names(prepared.scenario, prepared.targets, prepared.looked, seams.look_up,
                   *wire::load_permission(scenario.target.load_allowed, options.may_load));
  std::optional<TokenKeeper> tokens;
  if (prepared.token) { tokens.emplace(*scenario.oauth, client_of(scenario), *prepared.token); }
  RunLoop loop({.seams = seams,
                .scenario = prepared.scenario,
                .options = options,
                .targets = prepared.targets,
                .signals = signals,
                .workers = *workers,
                .record = *record,
                .names = names,
                .tokens = tokens ? &*tokens : nullptr,
                .credentials = prepared.credentials,
                .looked = prepared.looked,
                .start_ns = start->monotonic,
                .late_ns = start->late_ns});
  return record->finish(loop.run());
}

wire::Result<RunResult> supervise(const Scenario& scenario, const RunOptions& options,
                                  const std::atomic<int>& signals) {
  return supervise_on(TestSeams{}, scenario, options, signals);
}

wire::Result<Placement> preflight(const Scenario& scenario, const RunOptions& options) {
  raise_file_limit();
  if (auto checked = check_shard(scenario, options); !checked) { return tl::unexpected(checked.error()); }
  if (auto free = check_addresses(options); !free) { return tl::unexpected(free.error()); }
  if (auto absent = check_stop_file(options); !absent) { return tl::unexpected(absent.error()); }
  const auto targets = targets_of(scenario);
  if (!targets) { return tl::unexpected(targets.error()); }
  const auto looked = look_up_all(scenario, *targets, wire::look_up_within, {.stop = options.interrupted});
  return looked ? place_shard(scenario, options, read_machine(), *targets, *looked) : tl::unexpected(looked.error());
}

}  // namespace weir::loadgen
