// From the words of the command line to the values of a run.
#include <cctype>
#include <cmath>

#include "conformance/catalogue/checkset.hpp"
#include "conformance/run/glob.hpp"
#include "conformance/run/options.hpp"
#include "wire/base/nearest.hpp"
#include "wire/http/tls.hpp"
#include "wire/http/token.hpp"

namespace weir::conformance {

namespace {

constexpr std::string_view kEveryRevision = "all";
constexpr double kLongestSeconds = 24 * 3600;

wire::Result<std::chrono::milliseconds> span_of(double seconds, double least, std::string_view option) {
  if (!std::isfinite(seconds) || seconds < least || seconds > kLongestSeconds) {
    return wire::bad_input(
        fmt::format("{} must be between {} and {} seconds, is {}", option, least, kLongestSeconds, seconds));
  }
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

wire::Result<std::string> variable(const std::string& name, const Environment& environment, std::string_view option) {
  auto value = environment(name);
  if (!value || value->empty()) {
    return wire::bad_input(
        fmt::format("{}: the variable {} is {} in the environment", option, name, value ? "empty" : "not set"));
  }
  return *value;
}

/// `what` stands after the colon.
wire::Result<wire::Header> header_of(const std::string& text, std::string_view option, std::string_view what) {
  const auto colon = text.find(':');
  const std::string name = text.substr(0, colon);
  if (colon == std::string::npos || !wire::is_token(name)) {
    // The value may be a secret, so it is not repeated.
    return wire::bad_input(fmt::format("{} wants 'Name: {}'", option, what));
  }
  const auto begin = text.find_first_not_of(" \t", colon + 1);
  std::string value = begin == std::string::npos ? "" : text.substr(begin);
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return wire::bad_input(fmt::format("{}: the value of {} holds a line break", option, name));
  }
  return wire::Header{name, std::move(value)};
}

wire::Result<void> add_credentials(const Options& options, const Environment& environment, wire::Profile& profile) {
  for (const auto& text : options.headers) {
    auto header = header_of(text, "--header", "value");
    if (!header) { return tl::unexpected(header.error()); }
    profile.headers.set(header->name, header->value);
  }
  for (const auto& text : options.header_envs) {
    auto header = header_of(text, "--header-env", "VARIABLE");
    if (!header) { return tl::unexpected(header.error()); }
    auto value = variable(header->value, environment, "--header-env");
    if (!value) { return tl::unexpected(value.error()); }
    profile.secrets.push_back(*value);
    profile.headers.set(header->name, std::move(*value));
  }
  if (!options.bearer_env.empty()) {
    auto value = variable(options.bearer_env, environment, "--bearer-env");
    if (!value) { return tl::unexpected(value.error()); }
    profile.bearer = std::move(*value);
  }
  if (!options.api_key_env.empty()) {
    auto value = variable(options.api_key_env, environment, "--api-key-env");
    if (!value) { return tl::unexpected(value.error()); }
    profile.api_key = wire::ApiKey{.value = std::move(*value)};
  }
  if (!options.api_key_header.empty()) {
    if (!profile.api_key) { return wire::bad_input("--api-key-header needs a key: pass --api-key-env VAR too"); }
    if (!wire::is_token(options.api_key_header)) {
      return wire::bad_input(fmt::format("--api-key-header: '{}' is no header name", options.api_key_header));
    }
    profile.api_key->header = options.api_key_header;
  }
  return {};
}

wire::Result<wire::Profile> profile_of(const Options& options, const Environment& environment) {
  wire::Profile profile;
  if (!options.environment.empty() && options.profile.empty()) {
    return wire::bad_input("--env chooses within a profile: pass --profile FILE too");
  }
  if (!options.profile.empty()) {
    auto loaded = wire::load_profile(options.profile, environment, options.environment);
    if (!loaded) { return loaded; }
    profile = std::move(*loaded);
  }
  if (!options.era.empty()) {
    profile.era = wire::mcp::parse_era(options.era);
    if (!profile.era || *profile.era == Era::none) {
      const std::vector<std::string> eras = {"http-sse", "streamable", "stateless"};
      return wire::bad_input(
          fmt::format("--era: there is no era '{}'{}", options.era, wire::did_you_mean(options.era, eras)));
    }
  }
  if (!options.revision.empty() && options.revision != kEveryRevision) {
    if (!wire::mcp::is_known_revision(options.revision)) {
      return wire::bad_input(fmt::format("--revision: '{}' is no revision of MCP{}", options.revision,
                                         wire::did_you_mean(options.revision, wire::mcp::kRevisions)));
    }
    profile.revision = options.revision;
  }
  if (options.revision == kEveryRevision) { profile.revision.reset(); }
  if (profile.era && profile.revision &&
      (*profile.era == Era::stateless) != (*profile.revision == wire::mcp::k2026_07_28)) {
    return wire::bad_input(fmt::format("the era {} has no revision {}", to_string(*profile.era), *profile.revision));
  }
  if (!options.url.empty()) { profile.url = options.url; }
  if (!options.ca_file.empty()) { profile.ca_file = options.ca_file; }
  profile.insecure = profile.insecure || options.insecure;
  profile.call_read_only = profile.call_read_only || options.call_read_only;
  if (auto added = add_credentials(options, environment, profile); !added) { return tl::unexpected(added.error()); }
  return profile;
}

wire::Result<reports::Level> level_of(const std::string& text) {
  for (auto level : {reports::Level::must, reports::Level::should, reports::Level::may}) {
    if (text == to_string(level)) { return level; }
  }
  return wire::bad_input(fmt::format("--level is must, should or may, not '{}'", text));
}

wire::Result<ToolsLockOptions> lock_of(const Options& options, const RunPlan& plan) {
  ToolsLockOptions lock{.path = options.tools_lock, .accept = options.accept};
  wire::Url bare = plan.url;
  bare.query.clear();
  bare.has_query = false;
  lock.target = plan.profile.name.empty() ? bare.str() : plan.profile.name;
  for (Severity gate : {Severity::additive, Severity::risky, Severity::breaking}) {
    if (options.tools_gate == to_string(gate)) {
      lock.gate = gate;
      return lock;
    }
  }
  return wire::bad_input(fmt::format("--tools-gate is breaking, risky or additive, not '{}'", options.tools_gate));
}

wire::Result<void> set_url(RunPlan& plan) {
  if (plan.profile.url.empty()) {
    return wire::bad_input("no URL: give one, or a profile that has one (weir-conformance --help)");
  }
  auto url = wire::parse_target_url(plan.profile.url);
  if (!url) { return tl::unexpected(url.error()); }
  plan.url = std::move(*url);
  for (const auto& endpoint : plan.profile.endpoints) {
    if (const auto resolved = wire::resolve(plan.url, endpoint.url); !resolved) {
      return wire::bad_input(fmt::format("endpoint '{}': {}", endpoint.name, resolved.error().detail));
    }
  }
  return {};
}

wire::Result<void> set_spans(const Options& options, RunPlan& plan) {
  const auto timeout = span_of(options.timeout_seconds, 0.05, "--timeout");
  const auto hold = span_of(options.hold_seconds, 0, "--hold");
  for (const auto* span : {&timeout, &hold}) {
    if (!*span) { return tl::unexpected(span->error()); }
  }
  if (options.budget_seconds) {
    const auto budget = span_of(*options.budget_seconds, 1, "--budget");
    if (!budget) { return tl::unexpected(budget.error()); }
    plan.budget = *budget;
  }
  plan.answer_timeout = *timeout;
  plan.hold = *hold;
  if (options.concurrency && (*options.concurrency < 1 || *options.concurrency > 64)) {
    return wire::bad_input(fmt::format("--concurrency must be from 1 to 64, is {}", *options.concurrency));
  }
  if (options.concurrency) { plan.concurrency = static_cast<unsigned>(*options.concurrency); }
  // Who guesses all day is locked out one day.
  plan.auth_attempts = options.auth_attempts.value_or(options.watch_seconds ? 0 : kAuthAttempts);
  if (plan.auth_attempts < 0) {
    return wire::bad_input(fmt::format("--auth-attempts must be 0 or more, is {}", plan.auth_attempts));
  }
  return {};
}

wire::Result<void> set_watch(const Options& options, RunPlan& plan) {
  if (!options.watch_seconds) {
    if (options.metrics.empty()) { return {}; }
    return wire::bad_input("--metrics is for --watch SECONDS; a single run writes --report prometheus=PATH");
  }
  const auto every = span_of(*options.watch_seconds, 1, "--watch");
  if (!every) { return tl::unexpected(every.error()); }
  plan.watch = *every;
  // What changes something, or belongs to one deploy, is not done again and again.
  for (const auto& [given, option] : {std::pair{options.across_deploy.has_value(), "--across-deploy"},
                                      {options.accept, "--accept"},
                                      {options.github, "--github"}}) {
    if (given) { return wire::bad_input(fmt::format("{} is for a single run, not for --watch", option)); }
  }
  return {};
}

wire::Result<void> set_checks(const Options& options, RunPlan& plan) {
  auto selected = selected_ids(options);
  if (!selected) { return tl::unexpected(selected.error()); }
  if (selected->empty()) { return wire::bad_input("--checks: the patterns leave no check"); }
  if (options.across_deploy && options.across_deploy->empty()) {
    return wire::bad_input("--across-deploy: the command is empty");
  }
  if (!options.across_deploy) {
    std::erase_if(*selected, is_of_deploy);
    if (selected->empty()) {
      return wire::bad_input("--checks: deploy.* asks what a deploy does to clients: add --across-deploy 'COMMAND'");
    }
  } else {
    plan.across_deploy = AcrossDeployOptions{.hook = deploy_command(*options.across_deploy)};
  }
  plan.checks = std::move(*selected);
  return {};
}

}  // namespace

wire::Result<std::vector<std::string>> selected_ids(const Options& options) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) { ids.push_back(info.id); }
  const auto asked = within_checkset(std::move(ids), options.checkset);
  if (!asked) { return wire::bad_input("--checkset: " + asked.error().detail); }
  auto selected = select_ids(*asked, options.checks);
  if (!selected) { return wire::bad_input("--checks: " + selected.error().detail); }
  return selected;
}

wire::Result<RunPlan> plan_of(const Options& options, const Environment& environment) {
  RunPlan plan;
  auto profile = profile_of(options, environment);
  if (!profile) { return tl::unexpected(profile.error()); }
  plan.profile = std::move(*profile);
  // Here, where it is a mistake of whoever calls; at the first connection it would look like one of the target.
  if (auto roots = wire::make_tls_context(plan.profile.ca_file, false); !roots) {
    return wire::bad_input((options.ca_file.empty() ? "ca_file: " : "--ca: ") + roots.error().detail);
  }
  plan.checkset = options.checkset;
  plan.strict = options.strict;
  plan.older = options.revision == kEveryRevision ? Older::everything
               : plan.profile.revision            ? Older::nothing
                                                  : Older::differing;
  for (auto* step : {+[](const Options&, RunPlan& p) { return set_url(p); }, &set_spans, &set_watch, &set_checks}) {
    if (auto done = step(options, plan); !done) { return tl::unexpected(done.error()); }
  }
  const auto level = level_of(options.level);
  if (!level) { return tl::unexpected(level.error()); }
  plan.lowest = *level;
  if (!options.baseline.empty()) {
    auto baseline = load_baseline(options.baseline);
    if (!baseline) { return tl::unexpected(baseline.error()); }
    plan.baseline = std::move(*baseline);
  }
  if (!options.tools_lock.empty()) {
    if (!plan.profile.endpoints.empty() || plan.profile.era == Era::none) {
      return wire::bad_input(
          plan.profile.era == Era::none
              ? std::string("--tools-lock: the profile says era: none, so there are no tools to pin")
              : fmt::format("--tools-lock pins the tools of one endpoint, and the profile names {} more: run each "
                            "URL with a lock of its own",
                            plan.profile.endpoints.size()));
    }
    auto lock = lock_of(options, plan);
    if (!lock) { return tl::unexpected(lock.error()); }
    plan.tools_lock = std::move(*lock);
  } else if (options.accept) {
    return wire::bad_input("--accept needs --tools-lock FILE");
  }
  return plan;
}

}  // namespace weir::conformance
