// Which run this is: what all parts of it share without talking to each other, and what the machine says of itself.
#pragma once

#include <cstdint>
#include <string>

#include "loadgen/supervise/supervisor.hpp"
#include "loadgen/supervise/targets.hpp"

namespace weir::loadgen {

/// 16 hex digits of what decides the load. The machine's own matters (workers, source and target addresses), names and
/// thresholds are no part of it, nor is any credential.
std::string scenario_hash(const Scenario& scenario);

/// As given; else, for a shard, of the scenario and the start that all shards were given; else made up.
std::string run_id_of(const RunOptions& options, const std::string& scenario_hash);

reports::load::ClockInfo clock_now();            ///< adjtimex(2).
std::string kernel_text();                       ///< "Linux 6.1.0 x86_64"
std::int64_t utc_offset_s(std::int64_t unix_s);  ///< Of this machine's time zone at that time, to the east.

/// What the first population's server says of itself, by a session that is closed again; empty where it does not speak
/// MCP or does not answer soon.
reports::load::ServerInfo ask_server(const Scenario& resolved, const wire::Headers& headers, const Targets& targets,
                                     const std::vector<Looked>& looked, const wire::RunBounds& run = {});

}  // namespace weir::loadgen
