#include "loadgen/probe_idle/probe_idle_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "loadgen/probe_idle/limits.hpp"
#include "reports/judge/exit_code.hpp"
#include "wire/base/credentials.hpp"
#include "wire/base/files.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/text.hpp"
#include "wire/http/name_lookup.hpp"
#include "wire/http/tls.hpp"
#include "wire/target/load_permission.hpp"

namespace weir::loadgen {
namespace {

using wire::ErrorCode;

wire::Result<wire::Header> parse_header(const std::string& text, std::string_view option) {
  const auto colon = text.find(':');
  const auto value = text.find_first_not_of(" \t", colon == std::string::npos ? colon : colon + 1);
  if (colon == std::string::npos || colon == 0 || text.find_first_of("\r\n") != std::string::npos) {
    return wire::fail(ErrorCode::bad_input, fmt::format("{} is 'Name: value' on one line", option));
  }
  return wire::Header{text.substr(0, colon), value == std::string::npos ? "" : text.substr(value)};
}

wire::Result<std::string> from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return wire::fail(ErrorCode::bad_input, fmt::format("the environment variable {} is not set", name));
  }
  return std::string(value);
}

wire::Result<void> add_credentials(const ProbeIdleArguments& arguments, ProbeIdleOptions& options) {
  for (std::string& secret : wire::credentials_in_url(arguments.url)) { options.secrets.push_back(std::move(secret)); }
  for (const std::string& text : arguments.headers) {
    auto header = parse_header(text, "--header");
    if (!header) { return tl::unexpected(header.error()); }
    options.secrets.push_back(header->value);
    options.headers.set(header->name, header->value);
  }
  for (const std::string& text : arguments.header_envs) {
    auto header = parse_header(text, "--header-env");
    if (!header) { return tl::unexpected(header.error()); }
    auto value = from_environment(header->value);
    if (!value) { return tl::unexpected(value.error()); }
    options.secrets.push_back(*value);
    options.headers.set(header->name, *std::move(value));
  }
  if (arguments.bearer_variable.empty()) { return {}; }
  auto token = from_environment(arguments.bearer_variable);
  if (!token) { return tl::unexpected(token.error()); }
  options.secrets.push_back(*token);
  options.headers.set("Authorization", fmt::format("Bearer {}", *token));
  return {};
}

wire::Result<void> set_era(const ProbeIdleArguments& arguments, ProbeIdleOptions& options) {
  if (arguments.era.empty()) { return {}; }
  options.era = wire::mcp::parse_era(arguments.era);
  if (!options.era) {
    const std::vector<std::string> known = {"none", "http-sse", "streamable", "stateless"};
    return wire::fail(ErrorCode::bad_input,
                      fmt::format("unknown era '{}'{}", arguments.era, wire::did_you_mean(arguments.era, known)));
  }
  return {};
}

wire::Result<ProbeIdleOptions> start_options(const ProbeIdleArguments& arguments) {
  wire::Profile profile;
  if (!arguments.environment.empty() && arguments.profile.empty()) {
    return wire::fail(ErrorCode::bad_input, "--env chooses within a profile: pass --profile FILE too");
  }
  if (!arguments.profile.empty()) {
    const wire::Lookup variables = [](const std::string& name) {
      const char* value = std::getenv(name.c_str());
      return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    auto loaded = wire::load_profile(arguments.profile, variables, arguments.environment);
    if (!loaded) { return tl::unexpected(loaded.error()); }
    profile = *std::move(loaded);
  }
  if (!arguments.url.empty()) { profile.url = arguments.url; }
  if (profile.url.empty()) { return wire::fail(ErrorCode::bad_input, "give a URL, or a profile with one"); }
  return probe_idle_options(profile);
}

void show_progress(const ProbeIdleProgress& now) {
  wire::say(fmt::format("{:.0f} s: {} streams open, {} ended, the longest silence {:.3g} s\n", now.elapsed_s, now.open,
                        now.ended, now.silence_s));
}

/// "--header A --header B", never "--header A B": what follows may be the URL.
void one_at_a_time(CLI::Option* option) {
  option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
}

}  // namespace

CLI::App* declare_probe_idle(CLI::App& app, ProbeIdleArguments& arguments) {
  auto* command = app.add_subcommand("probe-idle", "Find after how much silence a stream is cut, and by whom");
  command->add_option("URL", arguments.url, "the MCP endpoint, or any event stream");
  command->add_option("--profile", arguments.profile, "a target profile (YAML): URL, credentials, idle budget");
  command->add_option("--env", arguments.environment, "one of the profile's environments");
  command->add_option("--era", arguments.era, "none, http-sse, streamable or stateless; found by asking by default");
  command->add_option("--revision", arguments.revision, "the protocol revision to speak; the era's newest by default");
  one_at_a_time(command->add_option("--header", arguments.headers, "'Name: value' for every request; repeatable"));
  one_at_a_time(command->add_option("--header-env", arguments.header_envs,
                                    "'Name: VARIABLE', its value from the environment; repeatable"));
  command->add_option("--bearer-env", arguments.bearer_variable, "the environment variable with the bearer token");
  command->add_option("--ca,--ca-file", arguments.ca_file, "PEM roots to trust instead of the system's");
  command->add_flag("--insecure", arguments.insecure, "do not verify certificates");
  one_at_a_time(command->add_option("--i-may-load", arguments.may_load,
                                    fmt::format("a host on which more than {} streams may be held, though it is "
                                                "neither loopback nor private; repeatable",
                                                idle::limits::kStreamsUnasked)));
  command->add_option("--keep-alive-path", arguments.keep_alive_path,
                      "what is asked for on idle connections, such as a health route");
  command->add_option("--streams", arguments.streams, "held at a time")->capture_default_str();
  command->add_option("--longest", arguments.longest_s, "seconds of silence to wait for")->capture_default_str();
  command->add_option("--resolution", arguments.resolution_s, "seconds to which the cut is wanted")
      ->capture_default_str();
  command->add_option("--budget", arguments.budget_s, "seconds of silence that a stream must live through")
      ->check(CLI::PositiveNumber);
  command->add_option("--scale", arguments.scale, "multiply every time, the known cut-offs included")
      ->capture_default_str();
  command->add_flag("--json", arguments.json, "print the report as JSON");
  command->add_flag("--quiet", arguments.quiet, "print no progress");
  return command;
}

std::vector<std::string> credentials_of(const ProbeIdleArguments& arguments) {
  auto secrets = wire::credentials_in_url(arguments.url);
  for (const std::string& text : arguments.headers) {
    if (const auto header = parse_header(text, "--header")) { secrets.push_back(header->value); }
  }
  return secrets;
}

wire::Result<ProbeIdleOptions> probe_idle_options(const ProbeIdleArguments& arguments) {
  auto options = start_options(arguments);
  if (!options) { return options; }
  options->revision = arguments.revision.empty() ? options->revision : arguments.revision;
  options->client.ca_file = arguments.ca_file.empty() ? options->client.ca_file : arguments.ca_file;
  options->client.insecure = options->client.insecure || arguments.insecure;
  if (const auto roots = wire::make_tls_context(options->client.ca_file, false); !roots) {
    return wire::fail(ErrorCode::bad_input,
                      (arguments.ca_file.empty() ? "ca_file: " : "--ca: ") + roots.error().detail);
  }
  options->keep_alive_path = arguments.keep_alive_path.empty() ? options->keep_alive_path : arguments.keep_alive_path;
  options->streams = arguments.streams;
  options->longest_s = arguments.longest_s;
  options->resolution_s = arguments.resolution_s;
  options->scale = arguments.scale;
  options->budget_s = arguments.budget_s > 0 ? std::optional(arguments.budget_s) : options->budget_s;
  if (auto set = set_era(arguments, *options).and_then([&] { return add_credentials(arguments, *options); }); !set) {
    return tl::unexpected(set.error());
  }
  return options;
}

wire::Result<void> may_probe(const ProbeIdleArguments& arguments, const ProbeIdleOptions& options,
                             const wire::RunBounds& run) {
  const auto permission = wire::load_permission(options.load_allowed, arguments.may_load);
  if (!permission) { return tl::unexpected(permission.error()); }
  if (auto within =
          wire::within_load_allowed(options.load_allowed, {.streams = static_cast<std::int64_t>(options.streams)});
      !within || options.streams <= idle::limits::kStreamsUnasked) {
    return within;
  }
  const auto found =
      wire::look_up_within(run, options.url.host, options.url.port, wire::Deadline::in(options.answer_timeout));
  if (!found) { return {}; }  // Then nobody is reached, which the probe says better.
  std::vector<std::string> addresses;
  for (const auto& address : *found) { addresses.push_back(address.text()); }
  const auto may = wire::may_load(*permission, options.url.host, addresses);
  return may ? wire::Result<void>() : tl::unexpected(may.error());
}

int run_probe_idle(const ProbeIdleArguments& arguments, const std::atomic<bool>& stop) {
  std::function<void(const ProbeIdleProgress&)> progress;
  if (!arguments.quiet) { progress = show_progress; }
  const auto options = probe_idle_options(arguments).and_then([&](ProbeIdleOptions&& read) {
    return may_probe(arguments, read, {.stop = &stop}).map([&] { return std::move(read); });
  });
  const auto report = options ? probe_idle(*options, progress, stop) : tl::unexpected(options.error());
  if (!report) {
    const wire::Redactor redactor(options ? options->secrets : credentials_of(arguments));
    wire::say(fmt::format("weir-loadgen: {}\n", wire::printable(redactor.text(report.error().detail))));
    return static_cast<int>(reports::ExitCode::usage);
  }
  const auto code = exit_code(*report);
  const auto printed = wire::write_file("-", arguments.json ? json(*report) : console(*report));
  if (printed) { return code; }
  wire::say(fmt::format("weir-loadgen: {}\n", printed.error()));
  return code != 0 ? code : static_cast<int>(stop ? reports::ExitCode::interrupted : reports::ExitCode::usage);
}

}  // namespace weir::loadgen
