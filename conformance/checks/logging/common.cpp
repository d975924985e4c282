#include "conformance/checks/logging/common.hpp"

#include <algorithm>
#include <array>

namespace weir::conformance {

namespace {

using std::chrono::milliseconds;

/// The level of a log message that the highest level keeps back; empty of any other message.
std::string level_below(const jsonrpc::Message& message) {
  constexpr std::array<std::string_view, 7> kBelow = {"debug", "info",     "notice", "warning",
                                                      "error", "critical", "alert"};
  const std::string level(wire::string_or(message.params, "level", ""));
  const bool is_below = std::find(kBelow.begin(), kBelow.end(), level) != kBelow.end();
  return message.method == "notifications/message" && is_below ? level : std::string();
}

bool is_by_others(const Seen& seen) { return seen.by != "survey" && !seen.by.starts_with("logging.level."); }

bool is_alone(const Probe& probe) {
  const auto seen = seen_by(probe);
  return std::none_of(seen.begin(), seen.end(), [](const SeenPtr& one) { return is_by_others(*one); });
}

}  // namespace

std::string logged(const wire::mcp::Reply& reply) {
  for (const auto& seen : reply.messages) {
    if (seen.message.method == "notifications/message") {
      return std::string(wire::string_or(seen.message.params, "level", "?"));
    }
  }
  return {};
}

wire::Result<wire::mcp::Reply> set_level(wire::mcp::Dialogue& dialogue, std::string_view level) {
  auto set = dialogue.request("logging/setLevel", {{"level", level}});
  if (set && !set->is_result()) { return wire::fail(wire::ErrorCode::rejected, set->describe()); }
  return set;
}

std::optional<Ear> Ear::open(Probe& probe, wire::mcp::Dialogue& dialogue) {
  Ear ear(probe, dialogue);
  if (probe.is(Era::streamable)) {
    auto opened = dialogue.open_get_stream();
    if (!opened || !opened->exchange().ok() || !opened->exchange().is_event_stream()) { return std::nullopt; }
    ear.get_ = *std::move(opened);
  }
  return ear;
}

std::string Ear::next(wire::Deadline until) {
  constexpr milliseconds kSlice{50};
  while (!until.passed()) {
    if (!get_) {
      for (const auto& seen : dialogue_->drain(probe_->in(kSlice))) {
        if (auto level = level_below(seen.message); !level.empty()) { return level; }
      }
      continue;
    }
    const auto event = get_->next_event(until);
    if (!event) { return {}; }
    const auto parsed = jsonrpc::parse(event->data);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (auto level = level_below(message); !level.empty()) { return level; }
    }
  }
  return {};
}

void Ear::pass_over() {
  const auto until = probe_->in(kUnderWay);
  while (!next(until).empty()) {}
}

milliseconds patience_of_streams(Probe& probe) {
  constexpr milliseconds kListen{2500};      // Where log messages came on streams before.
  constexpr milliseconds kListenAlone{400};  // Where nothing was heard before, as nobody else asks.
  if (is_alone(probe)) { return kListenAlone; }
  const auto traffic = traffic_by(probe);
  const auto calls_in = [&](const std::string& session) {
    return std::any_of(traffic->sent.begin(), traffic->sent.end(), [&](const Sent& sent) {
      const auto* request = sent.request();
      return sent.session == session && request && request->method == "tools/call";
    });
  };
  const bool logs = std::any_of(traffic->heard.begin(), traffic->heard.end(), [&](const Heard& one) {
    const bool by_itself = !one.post && one.message.method == "notifications/message";
    return by_itself && (probe.is(Era::streamable) || !calls_in(one.session));
  });
  return logs ? kListen : milliseconds(0);
}

bool may_log(Probe& probe) {
  if (is_alone(probe)) { return true; }
  const auto traffic = traffic_by(probe);
  return std::any_of(traffic->heard.begin(), traffic->heard.end(),
                     [](const Heard& one) { return one.message.method == "notifications/message"; });
}

}  // namespace weir::conformance
