// The fixture with these faults, judged by these checks, for the tests of causes and of what is told twice.
#pragma once

#include <algorithm>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

/// Finds the era that is spoken and surveys it, as whoever the target's headers make us.
inline void look_at(Target& target, const fixtures::Server& server, Era era) {
  target.url = wire::parse_url(era == Era::http_sse ? server.sse_url() : server.mcp_url()).value();
  target.detection =
      wire::mcp::detect({.url = target.url, .headers = target.headers, .timeout = target.answer_timeout, .only = era});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
}

inline RunnerOutcome judge(Era era, std::vector<std::string> faults, std::vector<std::string> checks,
                           std::string_view api_key = {}, std::string_view token = {},
                           std::chrono::milliseconds answer_timeout = std::chrono::milliseconds(1000)) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  options.endpoint.api_key = api_key;
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  target.answer_timeout = answer_timeout;
  if (!api_key.empty()) { target.profile.api_key = wire::ApiKey{.value = std::string(api_key)}; }
  target.headers = target.profile.all_headers();
  if (!token.empty()) { target.headers.set("Authorization", fmt::format("Bearer {}", token)); }
  target.profile.safe_tools = {{.name = "slow_count", .arguments = {{"to", 5}, {"pause_ms", 120}}},
                               {.name = "add", .arguments = {{"a", 2}, {"b", 3}}}};
  look_at(target, server, era);
  std::sort(checks.begin(), checks.end());
  return run_checks(target, {.checks = std::move(checks)});
}

inline std::vector<std::string> with(const RunnerOutcome& outcome, reports::Verdict verdict) {
  std::vector<std::string> ids;
  for (const auto& check : outcome.checks) {
    if (check.verdict == verdict) { ids.push_back(check.id); }
  }
  return ids;
}

inline std::vector<std::string> red(const RunnerOutcome& outcome) {
  auto ids = with(outcome, reports::Verdict::fail);
  for (auto& id : with(outcome, reports::Verdict::warn)) { ids.push_back(std::move(id)); }
  return ids;
}

inline std::vector<std::string> whole(std::string_view area) {
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) {
    if (info.id.starts_with(area)) { ids.push_back(info.id); }
  }
  return ids;
}

}  // namespace weir::conformance
