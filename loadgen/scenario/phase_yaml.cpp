#include <array>
#include <optional>

#include "loadgen/scenario/scenario_check.hpp"
#include "loadgen/scenario/yaml_keys.hpp"

namespace weir::loadgen::keys {
namespace {

/// An item of `phases` while it is read: which kind it is, is itself a key.
struct PhaseItem {
  Phase phase;
  std::string_view kind;  ///< The key that said so; empty: none yet.
};

template <int kLeast>
void read_goal(Reader& in, std::string_view key, const Node& node, Phase& phase) {
  phase.streams = streams(in, key, node, kLeast);
}

constexpr Key<Phase> kFor = {"for", "duration", "required", "How long the phase lasts.",
                             read_some_duration<&Phase::duration>};

constexpr std::array kRampKeys = {
    Key<Phase>{"to", "streams", "required", "How many streams are open at the end.", read_goal<0>},
    Key<Phase>{"over", "duration", "0s", "How long the way there takes; 0s is at once.",
               read_duration<&Phase::duration>},
};
constexpr std::array kHoldKeys = {kFor};
constexpr std::array kChurnKeys = {
    Key<Phase>{"rate", "rate", "required", "Streams closed and opened anew, all together.",
               read_rate<&Phase::per_second>},
    kFor,
};
constexpr std::array kSpikeKeys = {
    Key<Phase>{"to", "streams", "required", "How many streams at once; afterwards as many as before.", read_goal<1>},
    kFor,
};
constexpr std::array kReconnectPhaseKeys = {kFor};
constexpr std::array kSearchKeys = {
    Key<Phase>{"from", "streams", "required", "The first step.", read_goal<1>},
    Key<Phase>{"step", "streams", "required", "How many more in each step.",
               [](Reader& in, std::string_view key, const Node& node, Phase& phase) {
                 phase.step = streams(in, key, node, 1);
               }},
    Key<Phase>{"most", "streams", "required", "Where the search ends at the latest.",
               [](Reader& in, std::string_view key, const Node& node, Phase& phase) {
                 phase.most = streams(in, key, node, 1);
               }},
    Key<Phase>{"each", "duration", "required", "How long a step lasts.", read_some_duration<&Phase::duration>},
};

/// Reads the map of one kind. `scalar` says whether its length of time alone will do: `hold: 10m`.
template <auto& kKeys, Phase::Kind kKind, bool kScalar = false>
void read_kind(Reader& in, std::string_view key, const Node& node, PhaseItem& item) {
  const std::string_view kind = to_string(kKind);
  if (!item.kind.empty()) {
    return in.complain(
        node, fmt::format("'{}': a phase is one of its kinds, is '{}' already: begin a new item", key, item.kind));
  }
  item.kind = kind;
  item.phase.kind = kKind;
  if constexpr (kScalar) {
    if (node.IsScalar()) {
      item.phase.duration = duration(in, key, node, kMillisecond);
      return;
    }
  }
  if (!node.IsMap()) { return in.wrong_kind(key, node, kScalar ? "a length of time such as 10m" : "a map"); }
  in.members(key, node, kKeys, item.phase);
  for (const auto& one : kKeys) {
    if (one.fallback == "required" && !node[std::string(one.name)]) {
      in.complain(node, fmt::format("'{}' has no '{}'", key, one.name));
    }
  }
}

template <auto& kKeys>
void describe_kind(std::string_view prefix, Help& out) {
  describe(kKeys, fmt::format("{}.", prefix), out);
}

constexpr std::array kPhaseKeys = {
    Key<PhaseItem>{"ramp", "map", "", "Opens, or closes, streams evenly until there are so many.",
                   read_kind<kRampKeys, Phase::Kind::ramp>, describe_kind<kRampKeys>},
    Key<PhaseItem>{"hold", "duration or map", "", "Keeps the streams that there are.",
                   read_kind<kHoldKeys, Phase::Kind::hold, true>, describe_kind<kHoldKeys>},
    Key<PhaseItem>{"churn", "map", "", "Closes streams at random and opens others in their place.",
                   read_kind<kChurnKeys, Phase::Kind::churn>, describe_kind<kChurnKeys>},
    Key<PhaseItem>{"spike", "map", "", "Many more streams at once, for a while.",
                   read_kind<kSpikeKeys, Phase::Kind::spike>, describe_kind<kSpikeKeys>},
    Key<PhaseItem>{"reconnect", "duration or map", "",
                   "Everybody drops at once and comes back by the reconnect policy, as after a deploy.",
                   read_kind<kReconnectPhaseKeys, Phase::Kind::reconnect, true>, describe_kind<kReconnectPhaseKeys>},
    Key<PhaseItem>{"search", "map", "",
                   "Adds streams step by step while the thresholds hold: the largest load. One in a scenario.",
                   read_kind<kSearchKeys, Phase::Kind::search>, describe_kind<kSearchKeys>},
    Key<PhaseItem>{"name", "string", "its kind", "For reports and `in NAME` in thresholds. Unique.",
                   [](Reader& in, std::string_view key, const Node& node, PhaseItem& item) {
                     item.phase.name = in.plain_text(key, node);
                   }},
    Key<PhaseItem>{"calls_x", "number", "1", "Multiplies the rates of all calls during the phase; 0 makes none.",
                   [](Reader& in, std::string_view key, const Node& node, PhaseItem& item) {
                     item.phase.call_scale = in.number(key, node, 0, 1e6);
                   }},
};

}  // namespace

void read_phases(Reader& in, std::string_view key, const Node& node, Scenario& scenario) {
  std::vector<Node> nodes;
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    if (!item.IsMap()) { return in.wrong_kind(where, item, "a map such as {hold: 10m}"); }
    if (nodes.size() == limits::kPhases) {
      return in.complain(item, fmt::format("'{}' has more than {} items", key, std::size_t{limits::kPhases}));
    }
    PhaseItem read;
    in.members(where, item, kPhaseKeys, read);
    if (read.kind.empty()) {
      in.complain(item, fmt::format("'{}' has no kind: ramp, hold, churn, spike, reconnect or search", where));
    }
    scenario.phases.push_back(std::move(read.phase));
    nodes.push_back(item);
  });
  if (in.failed()) { return; }
  name_phases(scenario.phases);
  if (const auto problem = phases_problem(scenario.phases, false)) {
    in.complain(problem->index < nodes.size() ? nodes[problem->index] : node,
                fmt::format("'{}[{}]': {}", key, problem->index, problem->what));
  }
}

void describe_phases(std::string_view prefix, Help& out) { describe(kPhaseKeys, fmt::format("{}[].", prefix), out); }

}  // namespace weir::loadgen::keys
