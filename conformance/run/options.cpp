#include "conformance/run/options.hpp"

#include <CLI/CLI.hpp>

#include "conformance/catalogue/checkset.hpp"
#include "wire/base/nearest.hpp"

namespace weir::conformance {

namespace {

void describe_profile(CLI::App& app, Options& o) {
  const auto* group = "Target";
  app.add_option("URL", o.url, "The MCP endpoint; may come from the profile");
  app.add_option("--profile", o.profile, "YAML file with what is known of the target")->group(group);
  app.add_option("--env", o.environment, "One of the profile's environments, such as staging")->group(group);
}

void describe_target(CLI::App& app, Options& o) {
  const auto* group = "Target";
  app.add_option("--era", o.era, "Ask for this era alone: http-sse, streamable, stateless")->group(group);
  app.add_option(
         "--revision", o.revision,
         "Offer this revision of MCP; all: judge every one that the server agrees to, not the newest in full and of "
         "older ones what differs")
      ->group(group);
  app.add_option("--ca", o.ca_file, "PEM file of trusted roots, instead of the system's")->group(group);
  app.add_flag("--insecure", o.insecure, "Do not verify certificates (said in every output)")->group(group);
  app.add_flag("--call-read-only", o.call_read_only, "Tools with readOnlyHint may be called")->group(group);
}

void describe_credentials(CLI::App& app, Options& o) {
  const auto* group = "Credentials";
  app.add_option("--header", o.headers, "'Name: value', sent with every request; repeatable")->group(group);
  app.add_option("--header-env", o.header_envs, "'Name: VARIABLE', its value from the environment; repeatable")
      ->group(group);
  app.add_option("--bearer-env", o.bearer_env, "Variable that holds a bearer token")->group(group);
  app.add_option("--api-key-env", o.api_key_env, "Variable that holds an API key")->group(group);
  app.add_option("--api-key-header", o.api_key_header, "Header for the API key [X-API-Key]")->group(group);
}

void describe_checks(CLI::App& app, Options& o) {
  const auto* group = "Checks";
  app.add_option("--checks", o.checks, "Only ids that match this glob; '!GLOB' leaves out; repeatable")->group(group);
  app.add_option("--checkset", o.checkset,
                 "Ask what this release asked, and nothing that came later: " + checkset_names())
      ->group(group);
  app.add_option("--level", o.level, "Lowest level that is asked: must, should, may [may]")->group(group);
  app.add_flag("--strict", o.strict, "A SHOULD that is not met fails the run")->group(group);
  app.add_option("--baseline", o.baseline, "YAML file of known failures; a stale entry fails the run")->group(group);
}

void describe_tools_lock(CLI::App& app, Options& o) {
  const auto* group = "Tools lock";
  app.add_option("--tools-lock", o.tools_lock, "File that pins the tools; written when it is not there")->group(group);
  app.add_option("--tools-gate", o.tools_gate, "Changes that fail the run: breaking, risky, additive [breaking]")
      ->group(group);
  app.add_flag("--accept", o.accept, "Write the tools lock anew")->group(group);
}

void describe_pace(CLI::App& app, Options& o) {
  const auto* group = "Pace";
  app.add_option("--budget", o.budget_seconds, "Seconds for the whole run [120, of slow answers up to 300]")
      ->group(group);
  app.add_option("--timeout", o.timeout_seconds, "Seconds for each answer [5]")->group(group);
}

void describe_asking(CLI::App& app, Options& o) {
  const auto* group = "Pace";
  app.add_option("--concurrency", o.concurrency, "Checks that run at the same time, 1 to 64 [8, far away up to 24]")
      ->group(group);
  app.add_option("--auth-attempts", o.auth_attempts,
                 "Requests with wrong credentials at most, 0 for none [20; with --watch 0]")
      ->group(group);
  app.add_option("--hold", o.hold_seconds, "Seconds for which idle streams are watched [0]")->group(group);
  app.add_option("--across-deploy", o.across_deploy,
                 "Shell command that deploys: streams and sessions are held across it")
      ->group(group);
}

void describe_watch(CLI::App& app, Options& o) {
  const auto* group = "Watch";
  app.add_option("--watch", o.watch_seconds,
                 "Ask again every so many seconds, until a signal; ends with the last verdict")
      ->group(group);
  app.add_option("--metrics", o.metrics, "With --watch: ADDRESS:PORT of /metrics; a port alone is on loopback")
      ->group(group);
  app.add_flag("--metrics-public", o.metrics_public,
               "Let --metrics listen where others can read it: it has no password")
      ->group(group);
}

void describe_output(CLI::App& app, Options& o) {
  const auto* group = "Output";
  app.add_option("--report", o.reports,
                 "FORMAT=PATH: json, junit, markdown, html, prometheus, sarif, console; repeatable")
      ->group(group);
  app.add_flag("--json", o.json, "JSON on the standard output instead of the report for people")->group(group);
  auto* quiet = app.add_flag("--quiet", o.quiet, "Failures and the summary only")->group(group);
  app.add_flag("--verbose", o.verbose, "A line for every check, those that passed too")->group(group)->excludes(quiet);
  app.add_option("--color", o.color, "auto, always, never [auto]")->group(group);
  app.add_flag("--github", o.github, "In GitHub Actions: annotations, and the report in the step's summary")
      ->group(group);
  auto* list = app.add_flag("--list", o.list, "List the checks (with --json as JSON) and stop")->group(group);
  app.add_flag("--failure-modes", o.failure_modes, "With --list: which failure is shown by which check, as Markdown")
      ->group(group)
      ->needs(list);
  app.add_option("--explain", o.explain, "Tell all about one check and stop")->group(group);
}

wire::Result<void> refuse_extras(const CLI::App& app) {
  for (const auto& extra : app.remaining()) {
    if (extra == "--" || extra.empty()) { continue; }
    if (extra.front() != '-') {
      return wire::bad_input(fmt::format("unexpected argument '{}': there is one URL", extra));
    }
    const std::string name = extra.substr(0, extra.find('='));
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
      if (!option->get_lnames().empty()) { known.push_back("--" + option->get_lnames().front()); }
    }
    return wire::bad_input(fmt::format("unknown option {}{}", name, wire::did_you_mean(name, known)));
  }
  return {};
}

/// "--header A --header B", never "--header A B": what follows may be the URL.
void take_one_at_a_time(CLI::App& app) {
  for (auto* option : app.get_options()) {
    if (option->get_expected_max() > 1) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    }
  }
}

wire::Result<std::variant<Options, Printed>> parsed(CLI::App& app, int argc, const char* const* argv,
                                                    Options& options) {
  take_one_at_a_time(app);
  app.allow_extras();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) { return Printed{app.help()}; } catch (const CLI::CallForVersion& answer) {
    return Printed{std::string(answer.what()) + "\n"};
  } catch (const CLI::ParseError& error) { return wire::bad_input(error.what()); }
  if (auto extras = refuse_extras(app); !extras) { return tl::unexpected(extras.error()); }
  return options;
}

/// `init URL --out DIR`: what a run takes of the endpoint itself, and where the files go.
wire::Result<std::variant<Options, Printed>> parse_init(int argc, const char* const* argv) {
  CLI::App app("Looks at an endpoint, and writes a first profile, baseline and tools lock for it.",
               "weir-conformance init");
  Options options;
  options.init = true;
  app.add_option("URL", options.url, "The MCP endpoint");
  app.add_option("--out", options.out, "Folder for profile.yaml, baseline.yaml and tools.lock.json");
  app.add_flag("--force", options.force, "Replace files that are there");
  describe_target(app, options);
  describe_credentials(app, options);
  describe_pace(app, options);
  auto init = parsed(app, argc - 1, argv + 1, options);
  if (!init || std::holds_alternative<Printed>(*init)) { return init; }
  if (options.url.empty()) { return wire::bad_input("init: give the URL of the endpoint"); }
  if (options.out.empty()) { return wire::bad_input("init: say --out DIR, where the files are to stand"); }
  return init;
}

}  // namespace

wire::Result<std::variant<Options, Printed>> parse_options(int argc, const char* const* argv,
                                                           const std::string& version) {
  if (argc > 1 && std::string_view(argv[1]) == "init") { return parse_init(argc, argv); }
  CLI::App app("Tells whether a deployed MCP endpoint is right, without touching what it does.", "weir-conformance");
  app.set_version_flag("--version", version);
  app.footer(
      "weir-conformance init --help: a first profile, baseline and tools lock of an endpoint\n"
      "Exit codes: 0 all good, 1 the target fails, 2 usage, 3 the target could not be reached, 4 inconclusive,\n"
      "130 interrupted.");
  Options options;
  describe_profile(app, options);
  describe_target(app, options);
  describe_credentials(app, options);
  describe_checks(app, options);
  describe_tools_lock(app, options);
  describe_pace(app, options);
  describe_asking(app, options);
  describe_watch(app, options);
  describe_output(app, options);
  return parsed(app, argc, argv, options);
}

}  // namespace weir::conformance
