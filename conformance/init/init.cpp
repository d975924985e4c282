#include "conformance/init/init.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <new>

#include "conformance/init/first_files.hpp"
#include "conformance/probe/curl.hpp"
#include "conformance/probe/memory.hpp"
#include "conformance/probe/secrets.hpp"
#include "conformance/run/own_limits.hpp"
#include "conformance/run/plan_target.hpp"
#include "wire/base/files.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

namespace fs = std::filesystem;
using reports::ExitCode;

/// "X-Api Key" to "WEIR_X_API_KEY".
std::string variable_for(std::string_view header) {
  std::string name = "WEIR_";
  for (const unsigned char c : header) { name += std::isalnum(c) ? static_cast<char>(std::toupper(c)) : '_'; }
  return name;
}

/// What goes into the profile by its name alone, and what stands behind names that the environment does not have yet.
struct Named {
  FirstProfile profile;
  std::map<std::string, std::string> invented;
};

std::string word_before(const std::string& text) { return text.substr(0, text.find(':')); }

std::string value_behind(const std::string& text) {
  const auto colon = text.find(':');
  const auto begin = colon == std::string::npos ? colon : text.find_first_not_of(" \t", colon + 1);
  return begin == std::string::npos ? "" : text.substr(begin);
}

/// Every value that was given goes by a name, whatever header it is for: who knows what a key looks like?
Named named(const Options& options, const RunPlan& plan) {
  Named out;
  auto& profile = out.profile;
  profile.name = plan.url.host;
  profile.url = options.url;
  if (plan.url.has_query) {
    profile.url = "${WEIR_URL}";
    out.invented.emplace("WEIR_URL", options.url);
  }
  profile.era = options.era;
  profile.revision = plan.profile.revision.value_or("");
  for (const auto& text : options.headers) {
    const auto name = word_before(text);
    profile.headers.emplace_back(name, variable_for(name));
    out.invented.emplace(variable_for(name), value_behind(text));
  }
  for (const auto& text : options.header_envs) { profile.headers.emplace_back(word_before(text), value_behind(text)); }
  profile.bearer = options.bearer_env;
  profile.api_key = options.api_key_env;
  profile.api_key_header = options.api_key_header.empty() ? wire::ApiKey().header : options.api_key_header;
  profile.call_read_only = options.call_read_only;
  if (!options.ca_file.empty()) { profile.ca_file = fs::absolute(options.ca_file).string(); }
  profile.insecure = options.insecure;
  return out;
}

std::string next_command(const FirstPaths& paths, const Options& options) {
  std::string command = fmt::format("weir-conformance --profile {} --baseline {} --tools-lock {}",
                                    shell_quote(paths.profile), shell_quote(paths.baseline), shell_quote(paths.lock));
  const Options usual;
  if (options.budget_seconds) { command += fmt::format(" --budget {}", *options.budget_seconds); }
  if (options.timeout_seconds != usual.timeout_seconds) {
    command += fmt::format(" --timeout {}", options.timeout_seconds);
  }
  return command;
}

wire::Result<void> make_room(const FirstPaths& paths, const Options& options) {
  std::error_code failed;
  for (const auto& path : {paths.profile, paths.baseline, paths.lock}) {
    if (fs::exists(path, failed) && !options.force) {
      return wire::bad_input(fmt::format("{} is there already: choose another --out, or say --force to lose it", path));
    }
  }
  fs::create_directories(options.out, failed);
  if (failed) { return wire::bad_input(fmt::format("--out {}: {}", options.out, failed.message())); }
  for (const auto& path : {paths.profile, paths.baseline, paths.lock}) {
    if (auto writable = wire::prove_writable(path); !writable) { return wire::bad_input("--out: " + writable.error()); }
  }
  return {};
}

/// Where the files are made: what stands there stays until all three are whole.
class Scratch {
 public:
  explicit Scratch(const std::string& folder) : folder_(fs::path(folder) / ".weir-init"), paths_(first_paths(folder_)) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    fs::create_directories(folder_, ignored);  // Who writes there says what is wrong.
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  const FirstPaths& paths() const { return paths_; }

  wire::Result<void> hand_over(const FirstPaths& to) const {
    for (const auto& [from, path] :
         {std::pair{paths_.profile, to.profile}, {paths_.baseline, to.baseline}, {paths_.lock, to.lock}}) {
      std::error_code failed;
      if (!fs::exists(from, failed)) { continue; }  // The tools could not be listed.
      fs::rename(from, path, failed);
      if (failed) { return wire::bad_input(fmt::format("{} was not written: {}", path, failed.message())); }
    }
    return {};
  }

 private:
  fs::path folder_;
  FirstPaths paths_;
};

wire::Result<void> write(const std::string& path, const std::string& text) {
  if (auto written = wire::write_file(path, text); !written) { return wire::bad_input(written.error()); }
  return {};
}

Initialized unreachable(const reports::PreflightFailure& failure, const Options& options) {
  auto text = fmt::format("{} cannot be tested, and nothing was written: {}: {}\n  fix    {}\n", options.url,
                          failure.cause, failure.message, failure.fix);
  if (failure.cause == "unauthorized") {
    text += "         Pass credentials by --bearer-env VAR, --api-key-env VAR or --header-env 'Name: VAR'.\n";
  }
  return {std::move(text), ExitCode::unreachable};
}

/// What the next run will say, which knows the baseline: only verdicts can be excused, and no era that is lost.
void excuse(const std::string& baseline, const FirstPaths& paths, const FirstLook& look, reports::Results& results) {
  const auto before = results.exit_code;
  if (const auto known = parse_baseline(baseline, paths.baseline)) {
    (void)apply_baseline(*known, results.started_at.substr(0, 10), results.checks);
  }
  if (before != ExitCode::target_fails) { return; }
  const auto lost = std::count_if(look.surveys.begin(), look.surveys.end(),
                                  [](const Survey& survey) { return survey.open_error.has_value(); });
  conclude(results, {.eras_lost = static_cast<std::size_t>(lost)});
}

std::string told(const reports::Results& results, const Named& named, const FirstPaths& paths, const Options& options) {
  auto text = fmt::format("{}: {}\n", results.target_name, reports::describe_eras(results.eras));
  text += fmt::format("  {}  what is known of it, with a comment for each key\n", paths.profile);
  text += fmt::format("  {}  what fails today: {}\n", paths.baseline,
                      results.summary.excused == 0 ? std::string("nothing")
                                                   : fmt::format("{} (say why of each)", results.summary.excused));
  std::error_code unknown;
  if (fs::exists(paths.lock, unknown)) { text += fmt::format("  {}  its tools as they are\n", paths.lock); }
  if (results.exit_code != ExitCode::good) {
    text += fmt::format("The next run will not be green yet: {}\n", results.exit_reason);
  }
  text += "Next, and in the pipeline:\n";
  for (const auto& [name, value] : named.invented) {
    text += fmt::format("  export {}=...    # {}\n", name,
                        name == "WEIR_URL" ? "the URL, whose query may hold a key" : "what --header had");
  }
  return text + "  " + next_command(paths, options) + "\n";
}

/// The profile is judged as the next run will find it.
wire::Result<reports::Results> judge(const Options& options, const Environment& environment, const Named& named,
                                     const FirstPaths& paths, const InitRun& run) {
  Options next;
  next.profile = paths.profile;
  next.tools_lock = paths.lock;
  next.budget_seconds = options.budget_seconds;
  next.concurrency = options.concurrency;
  next.timeout_seconds = options.timeout_seconds;
  auto plan = plan_of(next, [&](const std::string& name) {
    const auto known = named.invented.find(name);
    return known == named.invented.end() ? environment(name) : std::optional(known->second);
  });
  if (!plan) { return tl::unexpected(plan.error()); }
  plan->version = run.version;
  plan->started_at = run.started_at;
  plan->interrupted = run.interrupted;
  return conduct(*plan);
}

wire::Result<FirstLook> look_within_memory(const Target& target, wire::Deadline deadline,
                                           const std::atomic<bool>* stop) {
  try {
    const MemoryBound bound;
    return look_first(target, deadline, stop);
  } catch (const std::bad_alloc&) { return wire::fail(wire::ErrorCode::limit_exceeded, memory_used_up_text()); }
}

}  // namespace

FirstPaths first_paths(const std::string& folder) {
  const fs::path in(folder);
  return {(in / "profile.yaml").string(), (in / "baseline.yaml").string(), (in / "tools.lock.json").string()};
}

wire::Result<Initialized> initialize_target(const Options& options, const Environment& environment,
                                            const InitRun& run) {
  const auto paths = first_paths(options.out);
  auto plan = plan_of(options, environment);
  if (!plan) { return tl::unexpected(plan.error()); }
  if (auto room = make_room(paths, options); !room) { return tl::unexpected(room.error()); }
  plan->version = run.version;
  auto target = target_of(*plan);
  const auto deadline = wire::Deadline::in(plan->budget.value_or(kDefaultBudget));
  target.client.run = bounds_of(deadline, run.interrupted);
  const auto looked = look_within_memory(target, deadline, run.interrupted);
  if (!looked) { return tl::unexpected(looked.error()); }
  const FirstLook& look = *looked;
  const wire::Redactor redactor(secrets_of(plan->profile, target.headers));
  if (run.interrupted != nullptr && run.interrupted->load()) {
    return Initialized{"interrupted; nothing was written\n", ExitCode::interrupted};
  }
  if (look.failure) {
    auto refused = unreachable(*look.failure, options);
    refused.text = redactor.text(refused.text);
    return refused;
  }
  const auto given = named(options, *plan);
  const Scratch scratch(options.out);
  if (auto done = write(scratch.paths().profile, redactor.text(first_profile(given.profile, look))); !done) {
    return tl::unexpected(done.error());
  }
  auto results = judge(options, environment, given, scratch.paths(), run);
  if (!results) { return tl::unexpected(results.error()); }
  if (results->exit_code == ExitCode::interrupted || results->exit_code == ExitCode::unreachable) {
    return Initialized{fmt::format("{}; nothing was written\n", results->exit_reason), results->exit_code};
  }
  const auto baseline = first_baseline(*results);
  if (auto done = write(scratch.paths().baseline, baseline).and_then([&] { return scratch.hand_over(paths); }); !done) {
    return tl::unexpected(done.error());
  }
  excuse(baseline, paths, look, *results);
  return Initialized{redactor.text(told(*results, given, paths, options)), results->exit_code};
}

}  // namespace weir::conformance
