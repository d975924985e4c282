// Before the first stream: are there descriptors, ports and memory for what the scenario asks? Spreads over workers and
// source addresses by itself, or refuses and says what to change.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"

namespace weir::loadgen {

/// Where nothing says how much is free: no run is refused for it.
inline constexpr std::int64_t kUnknownMemory = std::numeric_limits<std::int64_t>::max();

/// What the machine has; read by read_machine(), invented by tests.
struct Machine {
  std::int64_t cores = 1;
  std::int64_t files_per_process = 1024;             ///< RLIMIT_NOFILE, hard; the program raises the soft one to it.
  std::int64_t files_free = 1'000'000;               ///< fs.file-max minus what is open.
  std::int64_t port_low = 32768, port_high = 60999;  ///< ip_local_port_range.
  std::int64_t memory_free_bytes = 0;                ///< MemAvailable, what the cgroup leaves, or kUnknownMemory.
  std::int64_t processes_free = 10'000;              ///< RLIMIT_NPROC, cgroup pids.max.
};
/// `root` stands before /proc and /sys; tests give their own tree.
Machine read_machine(const std::string& root = "");

struct Placement {
  std::int64_t workers = 1;
  std::int64_t opening_at_once = 1;                 ///< In each worker.
  std::vector<std::string> sources;                 ///< All that will be used; empty: the kernel's choice.
  std::vector<std::vector<std::string>> of_worker;  ///< Each worker's own.
  std::int64_t files_needed = 0, ports_needed = 0,
               memory_needed_bytes = 0;  ///< Estimates for the most streams at once.
  std::vector<std::string> lines;        ///< What the user is shown, one fact each.
};

/// `destinations`: distinct address:port pairs of the target. Where it is on loopback and no source was given, sources
/// 127.0.0.2 ... are used by themselves. The error names what is short, how much, and the way out.
wire::Result<Placement> place(const Scenario& scenario, const Machine& machine, std::int64_t destinations,
                              bool loopback);

}  // namespace weir::loadgen
