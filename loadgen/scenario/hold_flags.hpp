// `weir-loadgen hold`: the common scenario, ramp and hold, from flags.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// As the user typed them; the texts are read here, so that every complaint names its flag.
struct HoldFlags {
  std::string url;       ///< Replaces the profile's; required where the profile has none.
  wire::Profile target;  ///< From --profile, --header, --bearer-env ...; its url may be empty.
  std::int64_t streams = 1;
  std::string hold_for = "1m";          ///< --for
  std::string over;                     ///< --over; empty: 1 s for each 1,000 streams, at least 1 s.
  std::string era;                      ///< --era: none, http-sse, streamable or stateless; empty: found out.
  bool sessions = false;                ///< --sessions: without streams; goes with no era but streamable.
  std::string revision;                 ///< --revision
  std::vector<std::string> calls;       ///< --call TOOL=RATE ("echo=50/s"); TOOL alone is 1/s.
  std::vector<std::string> args;        ///< --args JSON, in the order of the calls; fewer leave the last calls without.
  std::string call_timeout;             ///< --call-timeout; empty: 10s.
  std::vector<std::string> thresholds;  ///< --threshold EXPR
  std::string sequence, sent_at;        ///< --sequence, --sent-at: JSON pointers.
  std::vector<std::string> sources;     ///< --source, each an address or a range.
  std::vector<std::string> resolve;     ///< --resolve HOST:PORT:ADDRESS
  std::int64_t workers = 0;
  std::uint64_t seed = 1;
};

/// Errors: "--for: '10 minutes' is no length of time: write it like 10m, 1.5s or 250ms".
wire::Result<Scenario> scenario_of(const HoldFlags& flags);

}  // namespace weir::loadgen
