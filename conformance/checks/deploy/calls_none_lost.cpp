#include <map>

#include "conformance/checks/deploy/common.hpp"

namespace weir::conformance::deploy_calls_none_lost {
namespace {

using Fate = WatchedCall::Fate;

/// What a session that the server does not go on with is answered is the question of deploy.session.answered.
bool is_lost(const WatchedCall& call) {
  const bool of_session = call.of != WatchedCall::Of::new_client && call.fate == Fate::http_error;
  return call.lost() && !(of_session && call.hop == "server" && call.status != 502 && call.status != 503);
}

std::string kind_of(const WatchedCall& call) {
  switch (call.fate) {
    case Fate::http_error:
      return call.status ? fmt::format("HTTP {} of {}", call.status, call.hop.empty() ? "server" : call.hop)
                         : "no usable answer";
    case Fate::not_connected:
      return "no connection";
    case Fate::cut:
      return "cut";
    default:
      return "no answer in time";
  }
}

Finding run(Probe& probe) {
  const auto seen = watched(probe);
  if (!seen) { return seen.error(); }
  std::map<std::string, int> kinds, hops;
  std::size_t asked = 0, lost = 0;
  const WatchedCall* first = nullptr;
  std::int64_t last_ms = 0;
  for (const auto& call : seen->era.calls) {
    if (call.end_ms < 0) { continue; }
    ++asked;
    if (is_lost(call)) {
      ++lost;
      ++kinds[kind_of(call)];
      ++hops[call.hop.empty() ? "server" : call.hop];
      first = first ? first : &call;
      last_ms = call.end_ms;
    }
  }
  if (!first) { return pass(fmt::format("{} calls, none was lost", asked)); }
  std::string text;
  for (const auto& [kind, count] : kinds) { text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, kind); }
  text = fmt::format("{} lost, between {} and {} after the deploy began: {}", counted(lost, asked, "calls"),
                     seconds_text(std::max<std::int64_t>(first->begin_ms, 0)), seconds_text(last_ms), text);
  const int most = *expected_of(probe).lost_calls;
  if (lost > static_cast<std::size_t>(most)) {
    return fail(most == 0 ? "an answer to every call" : fmt::format("at most {} lost calls", most), text)
        .at(std::max_element(hops.begin(), hops.end(), [](auto& a, auto& b) { return a.second < b.second; })->first,
            "Take a target out of service before it stops, and only when its successor is in service.");
  }
  return pass(text);
}

const Registration kCheck{{
    .id = "deploy.calls.none-lost",
    .title = "no call is lost during the deploy",
    .level = Level::must,
    .eras = kAllEras,
    .source = kEcsDraining,
    .consequence = "Tools fail in the middle of a conversation, and what they did is not known.",
    .fix = "Deregister a target and let the balancer drain it before its process stops, and only when its successor is "
           "healthy (ECS: minimumHealthyPercent 100).",
    .faults = {"deploy.calls-lost"},
    .fixture = "deploy",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"deploy.calls.none-lost", "it is seen while a deploy is under way"};

}  // namespace
}  // namespace weir::conformance::deploy_calls_none_lost
