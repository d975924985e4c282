#include "loadgen/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <ctime>

#include "loadgen/limits.hpp"
#include "loadgen/scenario/scale.hpp"
#include "loadgen/shard_options.hpp"
#include "reports/judge/threshold.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/time.hpp"
#include "wire/http/tls.hpp"
#include "wire/target/load_permission.hpp"

namespace weir::loadgen {

namespace {

void describe_target(CLI::App& app, CommandLine& o) {
  const auto* group = "Target";
  app.add_option("--profile", o.profile, "YAML file with what is known of the target")->group(group);
  app.add_option("--env", o.environment, "One of the profile's environments")->group(group);
  app.add_option("--header", o.headers, "'Name: value', sent with every request; repeatable")->group(group);
  app.add_option("--header-env", o.header_envs, "'Name: VARIABLE', its value from the environment; repeatable")
      ->group(group);
  app.add_option("--bearer-env", o.bearer_env, "Variable that holds a bearer token")->group(group);
  app.add_option("--ca,--ca-file", o.ca_file, "PEM file of trusted roots, instead of the system's")->group(group);
  app.add_flag("--insecure", o.insecure, "Do not verify certificates (said in every output)")->group(group);
  app.add_option("--resolve", o.hold.resolve, "HOST:PORT:ADDRESS[,ADDRESS] instead of DNS; repeatable")->group(group);
  app.add_option("--i-may-load", o.may_load,
                 "A host that you may put a load on, though it is neither loopback nor private; repeatable")
      ->group(group);
}

void describe_load(CLI::App& app, CommandLine& o) {
  const auto* group = "Load";
  app.add_option("--threshold", o.hold.thresholds, "'stream_drop_ratio < 0.001'; a breach is exit code 1; repeatable")
      ->group(group);
  app.add_option("--workers", o.workers, "Processes [as many as cores and descriptors ask for]")->group(group);
  app.add_option("--source", o.hold.sources, "Source addresses, also as a range: 127.0.0.2-40; repeatable")
      ->group(group);
  app.add_option("--seed", o.seed, "Of everything that is random")->group(group);
  app.add_option(
         "--shard", o.shard,
         "I/N: do this part of the scenario only, I from 1 [as AWS Batch, Slurm or a Kubernetes Indexed Job say; "
         "WEIR_SHARDS is N where they do not]")
      ->group(group);
  app.add_option("--start-at", o.start_at,
                 "2026-11-21T02:00:00Z, seconds since 1970, or, of a run that is not divided, +30s; a shard that comes "
                 "later begins at that place of the scenario")
      ->group(group);
  app.add_option("--run-id", o.run_id, "The same for all shards of a run [made of scenario and --start-at, or random]")
      ->group(group);
  app.add_option("--label", o.labels, "NAME=VALUE in reports and on /metrics, such as commit=4f2a91c; repeatable")
      ->group(group);
  app.add_option("--stop-file", o.stop_file,
                 "End early, with a verdict, when this file appears; on a shared path it ends all shards")
      ->group(group);
  app.add_flag("--dry-run", o.dry_run, "Show the preflight and the whole scenario, and stop")->group(group);
}

void describe_output(CLI::App& app, CommandLine& o) {
  const auto* group = "Output";
  app.add_option("--metrics", o.metrics, "ADDRESS:PORT of /metrics while it runs; a port alone is on loopback")
      ->group(group);
  app.add_flag("--metrics-public", o.metrics_public,
               "Let --metrics listen where others can read it: it has no password")
      ->group(group);
  app.add_option("--ui", o.ui, "ADDRESS:PORT of the report as a page that follows the run; a port alone is on loopback")
      ->group(group);
  app.add_flag("--ui-public", o.ui_public, "Let --ui listen where others can read it: it has no password")
      ->group(group);
  app.add_option("--metrics-linger", o.metrics_linger,
                 "Keep --metrics and --ui up so long after the run, with its verdict: 30s [not at all]")
      ->group(group);
  app.add_option("--push", o.push, "URL of a Pushgateway, which gets the verdict at the end")->group(group);
  app.add_option("--textfile", o.textfile, "A .prom file for the node exporter: the verdict, written at the end")
      ->group(group);
  app.add_option("--report", o.reports, "FORMAT=PATH: json, junit, markdown, html, console; repeatable")->group(group);
  app.add_option("--journal", o.journal, "File that every second is appended to, for a run that is killed")
      ->group(group);
  app.add_flag("--json", o.json, "JSON on the standard output instead of the report for people")->group(group);
  app.add_flag("--quiet", o.quiet, "Nothing while it runs, failures and the summary at the end")->group(group);
  app.add_option("--color", o.color, "auto, always, never [auto]")->group(group);
}

void describe_hold(CLI::App& app, CommandLine& o) {
  auto& hold = o.hold;
  const auto* group = "Streams";
  app.add_option("URL", hold.url, "The endpoint; may come from the profile");
  app.add_option("--streams", hold.streams, "How many are held [1]")->group(group);
  app.add_option("--for", hold.hold_for, "How long [1m]")->group(group);
  app.add_option("--over", hold.over, "Within what time they are opened [1 s for each 1,000]")->group(group);
  app.add_option("--era", hold.era, "none, http-sse, streamable, stateless; found by asking")->group(group);
  app.add_flag("--sessions", hold.sessions, "Hold sessions without streams: of servers that answer GET with 405")
      ->group(group);
  app.add_option("--revision", hold.revision, "Offer this revision of MCP")->group(group);
  app.add_option("--call", hold.calls, "TOOL=RATE beside the streams: echo=50/s; repeatable")->group(group);
  app.add_option("--args", hold.args, "JSON arguments of the calls, in their order; repeatable")->group(group);
  app.add_option("--call-timeout", hold.call_timeout, "For each call's answer [10s]")->group(group);
  app.add_option("--sequence", hold.sequence, "JSON pointer to a number in each event that grows by one, or event-id")
      ->group(group);
  app.add_option("--sent-at", hold.sent_at, "JSON pointer to the time of sending in each event")->group(group);
}

/// "--header A --header B", never "--header A B": what follows may be the URL.
void take_one_at_a_time(CLI::App& app) {
  for (auto* option : app.get_options()) {
    if (option->get_expected_max() > 1) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    }
  }
}

std::vector<std::string> long_names(const CLI::App& app) {
  std::vector<std::string> known;
  for (const auto* option : app.get_options()) {
    if (!option->get_lnames().empty()) { known.push_back("--" + option->get_lnames().front()); }
  }
  return known;
}

wire::Result<void> refuse_extras(const CLI::App& app) {
  for (const auto& extra : app.remaining()) {
    if (extra == "--" || extra.empty()) { continue; }
    if (extra.front() != '-') {
      return wire::bad_input(fmt::format("unexpected argument '{}' after '{}'", extra, app.get_name()));
    }
    const std::string name = extra.substr(0, extra.find('='));
    return wire::bad_input(fmt::format("unknown option {}{}", name, wire::did_you_mean(name, long_names(app))));
  }
  return {};
}

/// The first word that is no option has to be a command.
wire::Result<void> refuse_unknown_command(int argc, const char* const* argv) {
  const std::vector<std::string> commands = {"run", "hold", "probe-idle"};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.empty() || word.front() == '-') { continue; }
    if (std::find(commands.begin(), commands.end(), word) == commands.end()) {
      return wire::bad_input(
          fmt::format("unknown command '{}'{}: there are run SCENARIO.yaml, hold URL and probe-idle URL", word,
                      wire::did_you_mean(word, commands)));
    }
    return {};
  }
  return {};
}

// The target ----------------------------------------------------------------------------------------------------------

wire::Result<wire::Header> split_header(const std::string& text, const char* option) {
  const auto colon = text.find(':');
  const auto value = colon == std::string::npos ? colon : text.find_first_not_of(" \t", colon + 1);
  if (colon == std::string::npos || colon == 0 || text.find_first_of("\r\n") != std::string::npos) {
    return wire::bad_input(fmt::format("{}: write it as 'Name: value', on one line", option));
  }
  return wire::Header{text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)};
}

wire::Result<std::string> from_environment(const Environment& environment, const std::string& name,
                                           const char* option) {
  const auto value = environment(name);
  if (!value || value->empty()) {
    return wire::bad_input(fmt::format("{}: the environment variable {} is not set", option, name));
  }
  return *value;
}

wire::Result<void> add_headers(const CommandLine& options, const Environment& environment, wire::Profile& target) {
  for (const auto& text : options.headers) {
    const auto header = split_header(text, "--header");
    if (!header) { return tl::unexpected(header.error()); }
    if (wire::is_credential_name(header->name)) { target.secrets.push_back(header->value); }
    target.headers.set(header->name, header->value);
  }
  for (const auto& text : options.header_envs) {
    const auto header = split_header(text, "--header-env");
    if (!header) { return tl::unexpected(header.error()); }
    const auto value = from_environment(environment, header->value, "--header-env");
    if (!value) { return tl::unexpected(value.error()); }
    target.secrets.push_back(*value);
    target.headers.set(header->name, *value);
  }
  if (!options.bearer_env.empty()) {
    const auto value = from_environment(environment, options.bearer_env, "--bearer-env");
    if (!value) { return tl::unexpected(value.error()); }
    target.bearer = *value;
    target.secrets.push_back(*value);
  }
  return {};
}

wire::Result<void> change_target(const CommandLine& options, const Environment& environment, wire::Profile& target) {
  target.ca_file = options.ca_file.empty() ? target.ca_file : options.ca_file;
  target.insecure = target.insecure || options.insecure;
  // Here, where it is a mistake of whoever calls, whatever the URL's scheme.
  if (const auto roots = wire::make_tls_context(target.ca_file, false); !roots) {
    return wire::bad_input((options.ca_file.empty() ? "ca_file: " : "--ca: ") + roots.error().detail);
  }
  return add_headers(options, environment, target);
}

wire::Result<std::uint64_t> parse_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return wire::bad_input(fmt::format("--seed: '{}' is no whole number", text));
  }
  return seed;
}

/// What the flags of `hold` mean for a scenario that came from a file: they go before it.
wire::Result<void> change_load(const CommandLine& options, Scenario& scenario) {
  if (!options.hold.thresholds.empty()) {
    scenario.thresholds.clear();
    for (const auto& text : options.hold.thresholds) {
      const auto threshold = reports::load::parse_threshold(text);
      if (!threshold) { return wire::bad_input("--threshold: " + threshold.error()); }
      scenario.thresholds.push_back(*threshold);
    }
  }
  HoldFlags flags;
  flags.url = scenario.target.url;
  flags.sources = options.hold.sources;
  flags.resolve = options.hold.resolve;
  const auto read = scenario_of(flags);  // One reader for addresses and ranges, wherever they stand.
  if (!read) { return tl::unexpected(read.error()); }
  scenario.sources = options.hold.sources.empty() ? scenario.sources : read->sources;
  scenario.resolve = options.hold.resolve.empty() ? scenario.resolve : read->resolve;
  return {};
}

wire::Result<Scenario> held(const CommandLine& options, const Environment& environment) {
  auto flags = options.hold;
  if (!options.environment.empty() && options.profile.empty()) {
    return wire::bad_input("--env chooses within a profile: pass --profile FILE too");
  }
  if (!options.profile.empty()) {
    auto profile = wire::load_profile(options.profile, environment, options.environment);
    if (!profile) { return tl::unexpected(profile.error()); }
    flags.target = std::move(*profile);
  }
  if (auto changed = change_target(options, environment, flags.target); !changed) {
    return tl::unexpected(changed.error());
  }
  auto scenario = scenario_of(flags);
  if (scenario) { take_oauth_of_profile(*scenario); }
  return scenario;
}

wire::Result<Scenario> from_file(const CommandLine& options, const Environment& environment) {
  auto scenario = load_scenario(options.scenario, environment, options.environment);
  if (scenario) { scenario = scaled(std::move(*scenario), options.scale); }
  if (!scenario) { return scenario; }
  if (!options.profile.empty()) {
    return wire::bad_input("--profile: a scenario names its target itself; write 'profile:' into it");
  }
  auto changed =
      change_target(options, environment, scenario->target).and_then([&] { return change_load(options, *scenario); });
  return changed ? scenario : tl::unexpected(changed.error());
}

// The run -------------------------------------------------------------------------------------------------------------

wire::Result<std::int64_t> parse_start(const std::string& text, std::int64_t now_unix_ns) {
  if (text.front() == '+') {
    if (const auto span = parse_duration(std::string_view(text).substr(1))) { return now_unix_ns + *span; }
  }
  if (const auto moment = wire::rfc3339_to_unix_ns(text)) { return *moment; }
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kMostSeconds = std::int64_t{1} << 33;
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && seconds >= 0 && seconds < kMostSeconds) {
    return seconds * kSecond;
  }
  return wire::bad_input(
      fmt::format("--start-at: '{}' is no time; write 2026-11-21T02:00:00Z, seconds since 1970, or +30s", text));
}

std::string quoted(const std::string& argument) {
  const bool plain = !argument.empty() && argument.find_first_not_of(
                                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                              "-_./:=,@%+") == std::string::npos;
  if (plain) { return argument; }
  std::string out = "'";
  for (const char c : argument) { out += c == '\'' ? std::string("'\\''") : std::string(1, c); }
  return out + "'";
}

std::string command_line(const std::vector<std::string>& arguments, const std::vector<std::string>& secrets) {
  const wire::Redactor redactor(secrets);
  std::string line = "weir-loadgen";
  for (std::size_t i = 1; i < arguments.size(); ++i) { line += " " + redactor.text(quoted(arguments[i])); }
  return line;
}

}  // namespace

wire::Result<std::variant<CommandLine, Printed>> parse_options(int argc, const char* const* argv,
                                                               const std::string& version) {
  CLI::App app("Holds streams against a deployed MCP endpoint, and measures what happens to them.", "weir-loadgen");
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 all good, 1 a threshold was breached, 2 usage, 3 the target could not be reached,\n"
      "4 inconclusive (the generator could not keep up), 130 interrupted.");
  CommandLine options;
  auto* run = app.add_subcommand("run", "Run a scenario");
  bool help_scenario = false, help_thresholds = false;
  run->add_option("SCENARIO", options.scenario, "The scenario, a YAML file");
  run->add_option("--scale", options.scale, "Multiply every time that is waited for: 0.01 plays 10 minutes in 6 s [1]");
  run->add_flag("--help-scenario", help_scenario, "Every key of a scenario, and stop");
  auto* hold = app.add_subcommand("hold", "Hold streams for a while: the common scenario, from flags");
  describe_hold(*hold, options);
  for (auto* command : {run, hold}) {
    describe_target(*command, options);
    describe_load(*command, options);
    describe_output(*command, options);
    command->add_flag("--help-thresholds", help_thresholds, "Every metric of a threshold, and stop");
    take_one_at_a_time(*command);
  }
  auto* probe = declare_probe_idle(app, options.probe_idle);
  for (auto* command : {run, hold, probe}) { command->allow_extras(); }
  if (auto known = refuse_unknown_command(argc, argv); !known) { return tl::unexpected(known.error()); }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return Printed{chosen.empty() ? app.help() : chosen.front()->help()};
  } catch (const CLI::CallForVersion& answer) {
    return Printed{std::string(answer.what()) + "\n"};
  } catch (const CLI::ParseError& error) { return wire::bad_input(error.what()); }
  const auto* chosen = app.get_subcommands().front();
  options.command = chosen == run    ? CommandLine::Command::run
                    : chosen == hold ? CommandLine::Command::hold
                                     : CommandLine::Command::probe_idle;
  if (auto extras = refuse_extras(*chosen); !extras) { return tl::unexpected(extras.error()); }
  if (help_scenario || help_thresholds) {
    return Printed{help_scenario ? scenario_help() : reports::load::threshold_help()};
  }
  if (chosen == run && options.scenario.empty()) {
    return wire::bad_input("run: give a scenario, a YAML file; 'weir-loadgen run --help-scenario' tells its keys");
  }
  return options;
}

wire::Result<Scenario> scenario_from(const CommandLine& options, const Environment& environment) {
  auto scenario =
      options.command == CommandLine::Command::hold ? held(options, environment) : from_file(options, environment);
  if (!scenario) { return scenario; }
  if (options.workers < 0 || options.workers > static_cast<std::int64_t>(limits::kWorkers)) {
    return wire::bad_input(fmt::format("--workers: {} is not between 1 and {}", options.workers, limits::kWorkers));
  }
  scenario->workers = options.workers > 0 ? options.workers : scenario->workers;
  if (!options.seed.empty()) {
    const auto seed = parse_seed(options.seed);
    if (!seed) { return tl::unexpected(seed.error()); }
    scenario->seed = *seed;
  }
  return scenario;
}

wire::Result<RunOptions> run_options_from(const CommandLine& options, const std::vector<std::string>& arguments,
                                          const std::vector<std::string>& secrets, const Environment& environment,
                                          std::int64_t now_unix_ns) {
  RunOptions run;
  run.command = command_line(arguments, secrets);
  run.metrics = options.metrics;
  run.metrics_reach = options.metrics_public ? Reach::anybody : Reach::loopback;
  run.ui = options.ui;
  run.ui_reach = options.ui_public ? Reach::anybody : Reach::loopback;
  if (!options.metrics_linger.empty()) {
    const auto linger = parse_duration(options.metrics_linger);
    if (!linger) { return wire::bad_input("--metrics-linger: " + linger.error().detail); }
    if (options.metrics.empty() && options.ui.empty()) {
      return wire::bad_input("--metrics-linger: there is nothing to keep up without --metrics or --ui");
    }
    run.metrics_linger_ns = *linger;
  }
  run.push = options.push;
  run.textfile = options.textfile;
  run.journal = options.journal;
  if (const auto hosts = wire::load_permission({}, options.may_load); !hosts) { return tl::unexpected(hosts.error()); }
  run.may_load = options.may_load;
  run.stop_file = options.stop_file;
  run.quiet = options.quiet;
  run.colour = options.color;
  for (const auto& text : options.reports) {
    const auto spec = reports::parse_report_spec(text);
    if (!spec) { return wire::bad_input("--report: " + spec.error()); }
    if (spec->format == reports::Format::prometheus) {
      return wire::bad_input(
          "--report: metrics of a run are written by --textfile PATH, --metrics ADDRESS or --push URL");
    }
    if (spec->format == reports::Format::sarif) {
      return wire::bad_input("--report: SARIF is written by weir-conformance alone");
    }
    run.reports.push_back(*spec);
  }
  if (auto taken = take_shard(options, environment, run).and_then([&] { return take_labels(options, run); }); !taken) {
    return tl::unexpected(taken.error());
  }
  if (!options.start_at.empty()) {
    const auto start = parse_start(options.start_at, now_unix_ns);
    if (!start) { return tl::unexpected(start.error()); }
    run.start_at_unix_ns = *start;
  }
  if (!options.push.empty()) {
    if (const auto url = wire::parse_url(options.push); !url) {
      return wire::bad_input("--push: " + url.error().detail);
    }
  }
  if (options.color != "auto" && options.color != "always" && options.color != "never") {
    return wire::bad_input(fmt::format("--color is auto, always or never, not '{}'", options.color));
  }
  return run;
}

}  // namespace weir::loadgen
