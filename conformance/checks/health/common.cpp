#include "conformance/checks/health/common.hpp"

namespace weir::conformance {

wire::Request health_request(const Probe& probe, const wire::Url& url) {
  wire::Request request = probe.request("GET", url);
  if (url.origin() != probe.target().url.origin()) { request.headers = {}; }
  return request;
}

namespace {

/// Of a server that asks for no path: what streams at each of them is the endpoint, and no health route.
bool streams_everywhere(Probe& probe, std::chrono::milliseconds patience) {
  const auto url = wire::resolve(probe.target().url, "/weir-no-such-route");
  const auto answer =
      url ? probe.send(health_request(probe, *url), probe.in(patience)) : wire::Result<wire::Exchange>();
  return answer && answer->ok() && answer->is_event_stream();
}

}  // namespace

std::vector<HealthAnswer> ask_health(Probe& probe, std::chrono::milliseconds patience) {
  std::vector<HealthAnswer> answers;
  const auto ask = [&](const wire::HealthRoute& route) {
    if (const auto url = wire::resolve(probe.target().url, route.path)) {
      answers.push_back({route, *url, probe.send(health_request(probe, *url), probe.in(patience))});
    }
  };
  const auto& routes = probe.target().profile.health;
  std::for_each(routes.begin(), routes.end(), ask);
  if (!routes.empty()) { return answers; }
  for (const char* path : {"/health", "/healthz", "/ping"}) {
    ask({.path = path});
    if (!answers.empty() && answers.back().answer && answers.back().answer->ok()) {
      if (answers.back().answer->is_event_stream() && streams_everywhere(probe, patience)) { return {}; }
      answers.back().route.status = answers.back().answer->head.status;
      return answers;
    }
    // Who leaves an unknown path without an answer does so with the next one, too.
    const bool hung =
        !answers.empty() && !answers.back().answer && answers.back().answer.error().code == wire::ErrorCode::timeout;
    answers.clear();
    if (hung) { break; }
  }
  return answers;
}

std::vector<HealthAnswer> ask_health(Probe& probe) { return ask_health(probe, probe.answer_deadline().left()); }

Finding judge_health(Probe& probe, const std::vector<HealthAnswer>& answers, const std::string& expected,
                     const std::function<std::optional<std::string>(const HealthAnswer&)>& problem) {
  if (answers.empty()) { return not_applicable(kNoHealthRoute); }
  for (const auto& health : answers) {
    probe.pin_request(health_request(probe, health.url));
    if (!health.answer) {
      return probe.broken(health.answer.error(), fmt::format("{} from {}", expected, health.route.path));
    }
    if (auto wrong = problem(health)) {
      return fail(fmt::format("{} from {}", expected, health.route.path), *std::move(wrong));
    }
  }
  return pass(fmt::format("so does {}{}", answers.front().route.path, answers.size() > 1 ? ", and the others" : ""));
}

}  // namespace weir::conformance
