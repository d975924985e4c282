#include "conformance/run/jobs.hpp"

#include <algorithm>
#include <tuple>

namespace weir::conformance {

bool is_watch(const CheckInfo& info) {
  return info.id.starts_with("idle.") || info.id == "reconnect.keep-alive.some-seconds";
}

std::vector<Job> jobs_of(const Target& target, const RunnerOptions& options) {
  std::vector<Job> jobs;
  for (const auto& info : catalogue()) {
    if (info.level > options.lowest || !std::binary_search(options.checks.begin(), options.checks.end(), info.id)) {
      continue;
    }
    if (info.eras.empty()) { jobs.push_back({&info, Era::none}); }
    const wire::Profile& profile = target.profile;
    const bool has_outside = !profile.front_door.empty() || !profile.health.empty() || profile.era == Era::none;
    if (info.outside && has_outside) { jobs.push_back({&info, Era::none}); }
    for (const auto& survey : target.surveys) {
      if (!info.eras.empty() && info.eras.has(survey.era)) { jobs.push_back({&info, survey.era}); }
    }
  }
  const auto key = [](const Job& job) {
    const CheckInfo& info = *job.info;
    return std::tuple(info.passive, info.turn, info.wrong_credentials > 0, !is_watch(info), !info.waits,
                      std::string_view(info.id), job.era);
  };
  std::sort(jobs.begin(), jobs.end(), [&](const Job& a, const Job& b) { return key(a) < key(b); });
  return jobs;
}

std::set<Era> eras_seen(const std::vector<Job>& jobs) {
  std::set<Era> eras;
  for (const Job& job : jobs) {
    if (job.info->passive) { eras.insert(job.era); }
  }
  return eras;
}

}  // namespace weir::conformance
