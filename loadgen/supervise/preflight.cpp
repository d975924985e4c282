#include "loadgen/supervise/preflight.hpp"

#include <algorithm>
#include <cmath>

#include "loadgen/limits.hpp"
#include "wire/base/text.hpp"

namespace weir::loadgen {

namespace {

// What one stream costs. Kernel: socket, inode, file, epoll entry, bind bucket, measured as slab. Ours: slot, wheel and
// gap columns, ids; under TLS 1.3 the record keys besides (wire/tls). In a handshake, and for good under TLS 1.2 or
// with a cipher whose keys cannot be kept alone, it is the whole state of OpenSSL. Which one it will be is not known
// before the first handshake: the common case decides whether a run is refused, and the user is told of the other.
constexpr std::int64_t kKernelBytes = 4'300;
constexpr std::int64_t kPlainBytes = 700;
constexpr std::int64_t kTlsKeysBytes = 500;
constexpr std::int64_t kTlsWholeBytes = 20'000;
// A worker without streams: 0.6 MB of its own where there are 50, 1.9 MB where two share the pages of the program.
constexpr std::int64_t kWorkerBytes = 2'500'000;
// What is under way: a request and the head of its answer (2,400 measured), in TLS the state of a handshake (27,000).
constexpr std::int64_t kExchangeBytes = 4'000;
constexpr std::int64_t kHandshakeBytes = 32'000;
constexpr std::int64_t kSupervisorBytes = 64 * 1024 * 1024;
/// Handshakes are work, and more of them at once are no faster: they wait for each other until they time out. Workers
/// beyond the cores, which are there for their descriptors, share what the cores can do.
constexpr auto kHandshakesOfOneCore = static_cast<std::int64_t>(limits::kOpeningAtOnce);
constexpr std::int64_t kLeastOpeningAtOnce = 64;
/// Below these one worker is enough: more would only cost memory.
constexpr std::int64_t kStreamsOfOneCore = 1'000;
constexpr double kCallsOfOneCore = 500;
/// A port whose connection we closed first is not used again for so long (TIME_WAIT).
constexpr double kTimeWaitSeconds = 60;

/// What this machine does not give is no fault of the target.
tl::unexpected<wire::Error> refuse(std::string text) { return wire::fail(wire::ErrorCode::shortage, std::move(text)); }

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::string grouped(std::int64_t count) { return wire::grouped(static_cast<std::uint64_t>(count)); }

std::string megabytes(std::int64_t bytes) { return grouped(ceil_div(bytes, 1024 * 1024)) + " MiB"; }

struct Demand {
  std::int64_t streams = 0;
  double calls_per_second = 0;
  std::int64_t calls_in_flight = 0;  ///< At about a second each, within the limit.
  std::int64_t closing = 0;          ///< Ports in TIME_WAIT because of churn.
  bool tls = false;
};

bool is_tls(const Scenario& scenario, const Population& population) {
  const auto& url = population.url.empty() ? scenario.target.url : population.url;
  return wire::lower(url.substr(0, 6)) == "https:";
}

Demand demand_of(const Scenario& scenario) {
  Demand demand;
  demand.streams = std::max<std::int64_t>(1, scenario.most_streams());
  double scale = 1;
  for (const auto& phase : scenario.phases) {
    scale = std::max(scale, phase.call_scale);
    const double seconds = std::min(kTimeWaitSeconds, static_cast<double>(phase.duration) / kSecond);
    demand.closing = std::max(demand.closing, static_cast<std::int64_t>(phase.per_second * seconds));
  }
  for (const auto& population : scenario.populations) {
    demand.tls = demand.tls || is_tls(scenario, population);
    for (const auto& call : population.calls) { demand.calls_per_second += call.per_second * scale; }
  }
  demand.calls_in_flight = static_cast<std::int64_t>(
      std::min(std::ceil(demand.calls_per_second), static_cast<double>(limits::kCallsInFlight)));
  return demand;
}

/// Descriptors of a worker that are not held streams: its own, handshakes beside a stream, kept connections for calls.
std::int64_t beside_streams(const Machine& machine, const Demand& demand) {
  const auto kept = std::min<std::int64_t>(demand.calls_in_flight, limits::kIdleConnections);
  const auto opening = std::min<std::int64_t>(demand.streams, limits::kOpeningAtOnce);
  const auto wanted = static_cast<std::int64_t>(limits::kFilesReserve) + opening + kept;
  return std::min(wanted, machine.files_per_process / 2);
}

wire::Result<std::int64_t> count_workers(const Scenario& scenario, const Machine& machine, const Demand& demand) {
  const auto held_each = machine.files_per_process - beside_streams(machine, demand);
  if (held_each < 1) {
    return refuse(
        fmt::format("a process may open {} files only: raise the limit with 'ulimit -Hn'", machine.files_per_process));
  }
  const auto by_files = ceil_div(demand.streams, held_each);
  if (scenario.workers > 0 && by_files > scenario.workers) {
    return refuse(
        fmt::format("{} streams need {} workers, since a process may open {} files: leave --workers out, say --workers "
                    "{}, or raise 'ulimit -Hn'",
                    grouped(demand.streams), by_files, grouped(machine.files_per_process), by_files));
  }
  const auto by_streams = ceil_div(demand.streams, kStreamsOfOneCore);
  const auto by_calls = static_cast<std::int64_t>(std::ceil(demand.calls_per_second / kCallsOfOneCore));
  const auto busy = std::min(machine.cores, std::max(by_streams, by_calls));
  const auto workers = scenario.workers > 0 ? scenario.workers : std::max<std::int64_t>({1, by_files, busy});
  if (workers > static_cast<std::int64_t>(limits::kWorkers)) {
    return refuse(fmt::format(
        "{} streams would need {} workers of {} files each, and there may be {}: raise 'ulimit -Hn', or spread the run "
        "over machines with --shard I/N",
        grouped(demand.streams), workers, grouped(machine.files_per_process), limits::kWorkers));
  }
  if (workers > machine.processes_free) {
    return refuse(
        fmt::format("{} workers are needed, and {} more processes may be started: raise 'ulimit -u' or the control "
                    "group's pids.max{}",
                    workers, machine.processes_free,
                    by_files < workers ? fmt::format(", or say --workers {}", by_files) : std::string()));
  }
  return workers;
}

std::int64_t opening_at_once(const Machine& machine, const Demand& demand, std::int64_t workers) {
  constexpr auto kMost = static_cast<std::int64_t>(limits::kOpeningAtOnce);
  return demand.tls ? std::clamp(kHandshakesOfOneCore * machine.cores / workers, kLeastOpeningAtOnce, kMost) : kMost;
}

std::vector<std::string> loopback_sources(std::int64_t count) {
  std::vector<std::string> sources;
  for (std::int64_t i = 0; i < count; ++i) { sources.push_back(fmt::format("127.0.{}.{}", i / 250, 2 + i % 250)); }
  return sources;
}

wire::Result<void> plan_ports(const Scenario& scenario, const Machine& machine, std::int64_t destinations,
                              bool loopback, Placement& placement) {
  const auto range = machine.port_high - machine.port_low + 1;
  const auto usable = std::min<std::int64_t>(range, limits::kPortsPerPair);
  const auto needed = placement.ports_needed;
  placement.sources = scenario.sources;
  if (placement.sources.empty() && loopback && needed > usable * destinations) {
    const auto count = ceil_div(ceil_div(needed, usable * destinations), placement.workers) * placement.workers;
    if (count > 250 * 250) {
      return refuse(
          fmt::format("{} connections to loopback need {} source addresses: widen "
                      "net.ipv4.ip_local_port_range (now {} to {})",
                      grouped(needed), grouped(count), machine.port_low, machine.port_high));
    }
    placement.sources = loopback_sources(count);
  }
  const auto pairs = std::max<std::int64_t>(1, static_cast<std::int64_t>(placement.sources.size())) * destinations;
  if (needed > range * pairs) {
    return refuse(fmt::format(
        "{} connections need more than the {} ports that {} source address{} and {} target address{} give: say "
        "--source with {} addresses of this machine, or spread the run over machines with --shard I/N",
        grouped(needed), grouped(range * pairs), std::max<std::size_t>(1, placement.sources.size()),
        placement.sources.size() > 1 ? "es" : "", destinations, destinations > 1 ? "es" : "",
        ceil_div(needed, usable * destinations)));
  }
  placement.lines.push_back(fmt::format(
      "ports: {} of {} ({} source x {} target addresses){}", grouped(needed), grouped(range * pairs),
      std::max<std::size_t>(1, placement.sources.size()), destinations,
      scenario.sources.empty() && loopback && !placement.sources.empty() ? ", loopback sources by itself" : ""));
  if (needed > usable * pairs) {
    placement.lines.push_back(
        fmt::format("ports: beyond {} connections of one pair of addresses connect() becomes slow; --source with {} "
                    "addresses avoids that",
                    grouped(usable), ceil_div(needed, usable * destinations)));
  }
  return {};
}

/// Each worker its own addresses where they divide evenly; else all of them, from another start.
void share_sources(Placement& placement) {
  const auto workers = static_cast<std::size_t>(placement.workers);
  const auto count = placement.sources.size();
  placement.of_worker.resize(workers);
  for (std::size_t i = 0; i < count; ++i) {
    if (count % workers == 0) {
      placement.of_worker[i % workers].push_back(placement.sources[i]);
      continue;
    }
    for (std::size_t worker = 0; worker < workers; ++worker) {
      placement.of_worker[worker].push_back(placement.sources[(worker + i) % count]);
    }
  }
}

}  // namespace

wire::Result<Placement> place(const Scenario& scenario, const Machine& machine, std::int64_t destinations,
                              bool loopback) {
  const auto demand = demand_of(scenario);
  destinations = std::max<std::int64_t>(1, destinations);
  Placement placement;
  const auto workers = count_workers(scenario, machine, demand);
  if (!workers) { return tl::unexpected(workers.error()); }
  placement.workers = *workers;
  placement.opening_at_once = opening_at_once(machine, demand, *workers);
  placement.files_needed = demand.streams + *workers * beside_streams(machine, demand);
  if (placement.files_needed > machine.files_free) {
    return refuse(fmt::format("{} open files are needed, and the system has {} left: raise fs.file-max",
                              grouped(placement.files_needed), grouped(machine.files_free)));
  }
  placement.lines.push_back(fmt::format("streams: {} at most, in {} worker{} ({} core{}, {} files each)",
                                        grouped(demand.streams), *workers, *workers > 1 ? "s" : "", machine.cores,
                                        machine.cores > 1 ? "s" : "", grouped(machine.files_per_process)));
  placement.ports_needed = demand.streams + demand.calls_in_flight + demand.closing;
  if (auto ports = plan_ports(scenario, machine, destinations, loopback, placement); !ports) {
    return tl::unexpected(ports.error());
  }
  const auto each = kKernelBytes + kPlainBytes + (demand.tls ? kTlsKeysBytes : 0);
  const auto at_once = std::min(demand.streams, *workers * placement.opening_at_once);
  const auto beside = *workers * kWorkerBytes + kSupervisorBytes + (at_once + demand.calls_in_flight) * kExchangeBytes +
                      (demand.tls ? at_once * kHandshakeBytes : 0);
  placement.memory_needed_bytes = demand.streams * each + beside;
  if (placement.memory_needed_bytes > machine.memory_free_bytes) {
    const auto left = machine.memory_free_bytes - beside;
    return refuse(
        fmt::format("{} streams need about {} of memory, and {} are free: at most {} streams fit, or spread "
                    "the run over machines with --shard I/N",
                    grouped(demand.streams), megabytes(placement.memory_needed_bytes),
                    megabytes(machine.memory_free_bytes), grouped(std::max<std::int64_t>(0, left / each))));
  }
  const std::string free = machine.memory_free_bytes == kUnknownMemory
                               ? ", and how much is free cannot be read"
                               : fmt::format(" of {} free", megabytes(machine.memory_free_bytes));
  placement.lines.push_back(fmt::format("memory: about {}{}", megabytes(placement.memory_needed_bytes), free));
  if (demand.tls) {
    const auto whole = demand.streams * (kTlsWholeBytes - kTlsKeysBytes);
    const bool fits = placement.memory_needed_bytes + whole <= machine.memory_free_bytes;
    if (!fits) {
      placement.lines.push_back(fmt::format(
          "memory: a target that speaks TLS 1.2 alone would take {} more, which is not there", megabytes(whole)));
    }
  }
  share_sources(placement);
  return placement;
}

}  // namespace weir::loadgen
