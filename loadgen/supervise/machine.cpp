// What this machine has left, as /proc, getrlimit and the control group (v2) tell it.
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "loadgen/supervise/preflight.hpp"

namespace weir::loadgen {

namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The whole numbers of a text, in order; words like "max" are left out.
std::vector<std::int64_t> numbers(std::string_view text) {
  std::vector<std::int64_t> found;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
    if (parsed.ec == std::errc() && parsed.ptr == word.data() + word.size()) { found.push_back(value); }
  }
  return found;
}

std::optional<std::int64_t> number_after(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') {
      const auto found = numbers(text.substr(at + key.size(), text.find('\n', at) - at - key.size()));
      return found.empty() ? std::nullopt : std::optional(found.front());
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> only_number(const std::string& path) {
  const auto found = numbers(slurp(path));
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

/// The folders of our control group and of those around it, the innermost first. Within a container our own path may
/// not be there, and the root of the mount is ours.
std::vector<std::string> groups(const std::string& root) {
  std::string path;
  std::istringstream lines(slurp(root + "/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("0::", 0) == 0) { path = line.substr(3); }
  }
  std::vector<std::string> found;
  for (; path.size() > 1; path.resize(path.rfind('/'))) { found.push_back(root + "/sys/fs/cgroup" + path); }
  found.push_back(root + "/sys/fs/cgroup");
  return found;
}

void fit_into_group(Machine& machine, const std::string& group) {
  if (const auto most = only_number(group + "/memory.max")) {
    // File pages that are not in use are given back before anything fails.
    const auto cache = number_after(slurp(group + "/memory.stat"), "inactive_file ").value_or(0);
    const auto used = only_number(group + "/memory.current").value_or(0) - cache;
    machine.memory_free_bytes = std::min(machine.memory_free_bytes, std::max<std::int64_t>(0, *most - used));
  }
  if (const auto most = only_number(group + "/pids.max")) {
    const auto used = only_number(group + "/pids.current").value_or(0);
    machine.processes_free = std::min(machine.processes_free, std::max<std::int64_t>(0, *most - used));
  }
  if (const auto quota = numbers(slurp(group + "/cpu.max")); quota.size() == 2 && quota[1] > 0) {
    const auto cores = (quota[0] + quota[1] - 1) / quota[1];
    machine.cores = std::min(machine.cores, std::max<std::int64_t>(1, cores));
  }
}

}  // namespace

Machine read_machine(const std::string& root) {
  Machine machine;
  cpu_set_t cpus;
  if (::sched_getaffinity(0, sizeof cpus, &cpus) == 0) { machine.cores = std::max(1, CPU_COUNT(&cpus)); }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    constexpr rlim_t kPlenty = 1 << 30;
    machine.files_per_process = static_cast<std::int64_t>(std::min(limit.rlim_max, kPlenty));
  }
  // The limit holds for everything that the user runs; for root it is not enforced.
  if (::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && ::geteuid() != 0) {
    machine.processes_free = static_cast<std::int64_t>(limit.rlim_cur);
  }
  if (const auto files = numbers(slurp(root + "/proc/sys/fs/file-nr")); files.size() == 3) {
    machine.files_free = std::max<std::int64_t>(0, files[2] - files[0]);
  }
  if (const auto ports = numbers(slurp(root + "/proc/sys/net/ipv4/ip_local_port_range")); ports.size() == 2) {
    machine.port_low = ports[0];
    machine.port_high = ports[1];
  }
  const auto available_kib = number_after(slurp(root + "/proc/meminfo"), "MemAvailable:");
  machine.memory_free_bytes = available_kib ? *available_kib * 1024 : kUnknownMemory;
  for (const auto& group : groups(root)) { fit_into_group(machine, group); }
  return machine;
}

}  // namespace weir::loadgen
