#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iterator>

#include "loadgen/scenario/addresses.hpp"
#include "loadgen/scenario/scenario_check.hpp"
#include "loadgen/scenario/yaml_keys.hpp"
#include "reports/judge/threshold.hpp"
#include "wire/http/url.hpp"
#include "wire/target/profile_yaml.hpp"

namespace weir::loadgen {
namespace keys {

namespace {

std::string beside(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).string();
}

/// A URL, a profile's path, or the profile itself.
void read_target(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  if (node.IsMap()) {
    wire::read_profile(in, key, node, scenario.target, scenario.environment);
    return wire::find_beside(in.file(), scenario.target);
  }
  const std::string text = wire::read_url_text(in, key, node);
  if (in.failed()) { return; }
  if (text.find("://") != std::string::npos) {
    if (!scenario.environment.empty()) {
      return in.complain(
          node, fmt::format("--env {}: '{}' is a URL, and only a profile has environments", scenario.environment, key));
    }
    scenario.target.url = text;
    const auto url = wire::parse_url(text);
    if (!url) { in.complain(node, fmt::format("'{}': {}", key, url.error().detail)); }
    return;
  }
  auto profile = wire::load_profile(beside(in.file(), text), in.lookup(), scenario.environment);
  if (!profile) {
    return in.complain(node, fmt::format("'{}' is a URL (http://...), a map or the path of a profile: {}", key,
                                         profile.error().detail));
  }
  for (const std::string& secret : profile->secrets) { in.keep_secret(secret); }
  scenario.target = std::move(*profile);
  scenario.profile_file = beside(in.file(), text);
}

constexpr std::array kOAuthKeys = {
    Key<OAuth>{"token_url", "URL", "required", "Where tokens are had (client credentials).",
               [](Reader& in, std::string_view key, const Node& node, OAuth& oauth) {
                 oauth.token_url = wire::read_url_text(in, key, node);
               }},
    Key<OAuth>{"client_id", "string", "required", "Who we are there.", read_text<&OAuth::client_id>},
    Key<OAuth>{"client_secret", "string", "required", "Secret; never shown. Give it as ${NAME}.",
               [](Reader& in, std::string_view key, const Node& node, OAuth& oauth) {
                 oauth.client_secret = in.text(key, node);
                 in.keep_secret(oauth.client_secret);
               }},
    Key<OAuth>{"scope", "string", "none", "Asked for.", read_text<&OAuth::scope>},
    Key<OAuth>{"audience", "string", "none", "Asked for, where the provider wants one.", read_text<&OAuth::audience>},
    Key<OAuth>{"resource", "URL", "none", "The resource indicator (RFC 8707).", read_text<&OAuth::resource>},
    Key<OAuth>{"refresh_before", "duration", "30s", "So long before it expires a token is refreshed.",
               read_duration<&OAuth::refresh_before>},
};

void read_oauth(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  if (!node.IsMap()) { return in.wrong_kind(key, node, "a map"); }
  OAuth& oauth = scenario.oauth.emplace();
  in.members(key, node, kOAuthKeys, oauth);
  for (const auto& one : kOAuthKeys) {
    if (one.fallback == "required" && !node[std::string(one.name)]) {
      in.complain(node, fmt::format("'{}' has no '{}'", key, one.name));
    }
  }
  if (in.failed()) { return; }
  const auto url = wire::parse_url(oauth.token_url);
  if (!url) { in.complain(node["token_url"], fmt::format("'{}.token_url': {}", key, url.error().detail)); }
}

void read_seed(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  const std::string text = in.plain_text(key, node);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), scenario.seed);
  if (error != std::errc() || end != text.data() + text.size()) {
    in.wrong_kind(key, node, "a whole number from 0 on");
  }
}

void read_sources(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    using Addresses = std::vector<std::string>;
    Addresses more = parsed<Addresses>(in, where, item, [](std::string_view text) { return expand_sources(text); });
    std::move(more.begin(), more.end(), std::back_inserter(scenario.sources));
    if (scenario.sources.size() > limits::kSources) {
      in.complain(item, fmt::format("'{}' has more than {} addresses", key, std::size_t{limits::kSources}));
    }
  });
}

void read_resolve(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    std::string text = in.plain_text(where, item);
    if (in.failed()) { return; }
    if (const auto good = check_resolve(text); !good) {
      in.complain(item, fmt::format("'{}': {}", where, good.error().detail));
    }
    if (scenario.resolve.size() == limits::kResolve) {
      return in.complain(item, fmt::format("'{}' has more than {} items", key, std::size_t{limits::kResolve}));
    }
    scenario.resolve.push_back(std::move(text));
  });
}

void read_thresholds(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    const std::string text = in.plain_text(where, item);
    if (in.failed()) { return; }
    auto threshold = reports::load::parse_threshold(text);
    if (!threshold) { return in.complain(item, fmt::format("'{}': {}", where, threshold.error())); }
    if (scenario.thresholds.size() == limits::kThresholds) {
      return in.complain(item, fmt::format("'{}' has more than {} items", key, std::size_t{limits::kThresholds}));
    }
    scenario.thresholds.push_back(std::move(*threshold));
  });
}

constexpr std::array kScenarioKeys = {
    Key<Scenario>{"name", "string", "the file's", "For reports.", read_word<&Scenario::name>},
    Key<Scenario>{"target", "URL, path or map", "required",
                  "The endpoint: its URL, the path of a target profile beside this file, or a profile as a map.",
                  read_target},
    Key<Scenario>{"oauth", "map", "the profile's", "Client credentials for tokens that are refreshed during the run.",
                  read_oauth,
                  [](std::string_view prefix, Help& out) { describe(kOAuthKeys, fmt::format("{}.", prefix), out); }},
    Key<Scenario>{"seed", "whole number", "1", "Of everything random; the same seed makes the same run.", read_seed},
    Key<Scenario>{"populations", "list of maps, or one map", "one with all defaults", "Who holds streams.",
                  read_populations, describe_populations},
    Key<Scenario>{"phases", "list of maps", "required", "What happens, one after the other. Each is one of its kinds.",
                  read_phases, describe_phases},
    Key<Scenario>{"thresholds", "list of strings", "see below",
                  "What must hold, as METRIC [in PHASE] [of POPULATION] [for TOOL] < VALUE.", read_thresholds},
    Key<Scenario>{"opens_per_second", "rate", "0, no bound", "The most streams opened a second, all workers together.",
                  read_rate<&Scenario::opens_per_second>},
    Key<Scenario>{"lag_bound", "duration", "100ms",
                  "The p99 of the generator's own lag beyond which the run is inconclusive (exit 4).",
                  [](Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
                    const Nanos bound = duration(in, key, node, kMillisecond);
                    scenario.lag_bound_seconds = static_cast<double>(bound) / static_cast<double>(kSecond);
                  }},
    Key<Scenario>{"workers", "whole number", "0, by itself", "Worker processes.",
                  [](Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
                    scenario.workers =
                        in.integer(key, node, 0, static_cast<int>(limits::kWorkers), "a whole number of workers");
                  }},
    Key<Scenario>{"sources", "list of addresses", "the kernel's choice",
                  "Source addresses, each with its own ports; 127.0.0.2-40 is a range.", read_sources},
    Key<Scenario>{"resolve", "list of HOST:PORT:ADDRESS[,ADDRESS]", "DNS", "Addresses instead of asking DNS.",
                  read_resolve},
    Key<Scenario>{"resolve_every", "duration", "30s", "How often DNS is asked again.",
                  read_some_duration<&Scenario::resolve_every>},
};

void check_whole(Reader& in, const Node& root, const Scenario& scenario) {
  if (in.failed()) { return; }
  if (scenario.target.url.empty()) { return in.complain(root, "'target' is missing: the URL of the endpoint"); }
  if (scenario.phases.empty()) {
    return in.complain(root, "'phases' is missing: such as [{ramp: {to: 100, over: 10s}}, {hold: 1m}]");
  }
  const bool holds_streams = std::any_of(scenario.populations.begin(), scenario.populations.end(),
                                         [](const Population& one) { return one.stream != StreamKind::none; });
  if (const auto problem = phases_problem(scenario.phases, holds_streams)) {
    return in.complain(root["phases"][problem->index], fmt::format("'phases[{}]': {}", problem->index, problem->what));
  }
  for (std::size_t i = 0; i < scenario.thresholds.size(); ++i) {
    const std::string problem = threshold_problem(scenario.thresholds[i], scenario);
    if (!problem.empty()) { in.complain(root["thresholds"][i], fmt::format("'thresholds[{}]': {}", i, problem)); }
  }
}

}  // namespace

Help scenario_keys() {
  Help out;
  describe(kScenarioKeys, "", out);
  return out;
}

}  // namespace keys

wire::Result<Scenario> parse_scenario(std::string_view yaml, std::string_view file_name, const Environment& environment,
                                      const std::string& target_environment) {
  Scenario scenario;
  scenario.file = file_name;
  scenario.environment = target_environment;
  scenario.name = std::filesystem::path(file_name).stem().string();
  keys::Reader in(file_name, "a scenario", environment);
  in.read_document(yaml, limits::kScenarioBytes, [&](const YAML::Node& root) {
    in.members("", root, keys::kScenarioKeys, scenario);
    if (scenario.populations.empty()) { scenario.populations.emplace_back(); }
    take_oauth_of_profile(scenario);
    keys::check_whole(in, root, scenario);
  });
  if (in.failed()) { return tl::unexpected(in.error()); }
  scenario.target.secrets = in.secrets();
  scenario.target.variables.insert(in.variables().begin(), in.variables().end());
  return scenario;
}

wire::Result<Scenario> load_scenario(const std::string& path, const Environment& environment,
                                     const std::string& target_environment) {
  const auto text = wire::yaml::read_text_file(path, limits::kScenarioBytes);
  if (!text) { return tl::unexpected(text.error()); }
  return parse_scenario(*text, path, environment, target_environment);
}

}  // namespace weir::loadgen
