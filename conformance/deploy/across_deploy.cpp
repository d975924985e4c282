#include "conformance/deploy/across_deploy.hpp"

#include <cmath>
#include <future>

#include "conformance/deploy/across_deploy_era.hpp"
#include "conformance/probe/status.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance {

namespace {

constexpr std::chrono::milliseconds kTick{20};
constexpr std::chrono::milliseconds kForCalls{4000};  ///< So long it is waited for calls to be under way.
constexpr std::chrono::milliseconds kReserve{2000};   ///< Of the budget, for what is asked after the watch.

std::chrono::milliseconds span_of(const std::optional<double>& seconds) {
  return std::chrono::milliseconds(std::llround(seconds.value_or(0) * 1000));
}

void shift(EraWatch& seen, std::int64_t by_ms) {
  for (auto& call : seen.calls) {
    call.begin_ms -= by_ms;
    call.end_ms -= by_ms;
  }
  for (auto& stream : seen.streams) {
    stream.end_ms -= by_ms;
    if (stream.reopened_ms) { *stream.reopened_ms -= by_ms; }
  }
}

/// What must be right before a deploy can be blamed for anything.
void judge_before(EraWatch& seen) {
  bool asked = false;
  for (const auto& call : seen.calls) {
    if (call.end_ms >= 0 || !seen.problem.empty()) { continue; }
    asked = true;
    if (call.lost()) { seen.problem = "a call was lost before the deploy began: " + call.text; }
  }
  for (const auto& stream : seen.streams) {
    if (seen.problem.empty() && stream.end != wire::EndClass::open && stream.end_ms < 0) {
      seen.problem = fmt::format("a stream ended before the deploy began: {}", to_string(stream.end));
    }
  }
  if (seen.problem.empty() && !asked) { seen.problem = "no call was answered before the deploy began"; }
}

}  // namespace

const EraWatch* DeployWatch::of(Era era) const {
  const auto found = std::find_if(eras.begin(), eras.end(), [&](const EraWatch& seen) { return seen.era == era; });
  return found == eras.end() ? nullptr : &*found;
}

std::string hop_of(const wire::Exchange& exchange, std::string_view text) {
  if (const auto sign = wire::edge_sign(exchange)) { return std::string(sign->hop); }
  // Of an answer whose body is not known: what its head and the text about it say.
  const auto& headers = exchange.head.headers;
  const std::string server(headers.get("server"));
  const auto says = [&](std::string_view word) {
    return server.find(word) != std::string::npos || text.find(word) != std::string_view::npos;
  };
  if (says("awselb/")) { return "ALB"; }
  if (headers.has("x-amzn-errortype")) { return "API Gateway"; }
  if (says("CloudFront")) { return "CloudFront"; }
  // What a proxy hands on bears its name as well: only its own pages are its answers.
  const std::string type = wire::media_type(headers.get("content-type"));
  if (says("nginx") && (type == "text/html" || server.empty())) { return "nginx"; }
  // Its own pages are the shortest of all: no Server and no Date.
  const bool bare = exchange.head.status >= kServerErrors && server.empty() && !headers.has("date") &&
                    headers.get("cache-control") == "no-cache";
  if (bare || says("No server is available to handle this request")) { return "HAProxy"; }
  if (says("envoy") && type == "text/plain") { return "Envoy"; }
  return "server";
}

const DeployWatch& AcrossDeploy::watch(const Target& target, wire::Deadline deadline,
                                       const std::function<bool()>& give_up) {
  std::call_once(once_, [&] {
    DeployStage stage{.target = target, .pace = options_.pace, .deadline = deadline};
    std::vector<std::unique_ptr<EraClients>> clients;
    for (const auto& survey : target.surveys) {
      if (!survey.open_error) {
        clients.push_back(std::make_unique<EraClients>(stage, survey));
        clients.back()->start();
      }
    }
    const auto wait_until = [&](wire::Deadline until, const std::function<bool()>& done) {
      while (!until.passed() && !give_up() && !done()) { std::this_thread::sleep_for(kTick); }
    };
    wait_until(wire::Deadline::in(options_.before).or_sooner(deadline), [] { return false; });
    const auto everyone = [&](auto what) { return std::all_of(clients.begin(), clients.end(), what); };
    wait_until(wire::Deadline::in(kForCalls).or_sooner(deadline),
               [&] { return everyone([](const auto& client) { return client->in_flight(); }); });
    const auto begin = wire::Clock::now();
    const std::int64_t begin_ms = stage.now_ms();
    seen_.end = options_.hook(deadline, give_up);
    seen_.deploy_ms = stage.now_ms() - begin_ms;
    stage.deployed = true;
    if (seen_.end.good()) {
      const auto& asked = target.profile.deploy;
      wire::Deadline until = wire::Deadline::in(std::max(options_.after, asked ? span_of(asked->recovery_s) : kTick));
      until.at = std::max(until.at, begin + (asked ? span_of(asked->drain_s) : kTick));
      until = until.or_sooner({deadline.at - kReserve});
      wait_until(until, [&] { return everyone([](const auto& client) { return client->settled(); }); });
    }
    seen_.watched_ms = stage.now_ms() - begin_ms;
    stage.over = true;
    for (auto& client : clients) {
      seen_.eras.push_back(client->finish());
      shift(seen_.eras.back(), begin_ms);
      judge_before(seen_.eras.back());
    }
  });
  return seen_;
}

}  // namespace weir::conformance
