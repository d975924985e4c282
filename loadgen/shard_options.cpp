#include "loadgen/shard_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "loadgen/limits.hpp"

namespace weir::loadgen {

namespace {

constexpr std::size_t kRunIdBytes = 64, kLabelNameBytes = 40, kLabelValueBytes = 100;
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

/// How a batch system tells the members of an array apart.
struct ArraySystem {
  const char* index;
  const char* count;  ///< Empty: it does not say how many there are.
  const char* least;  ///< What the first member's index is; empty: 0.
  const char* step;   ///< Between two members; empty: 1.
  const char* job;    ///< The same in all of them; empty: it has none.
};
constexpr std::array kSystems = {
    ArraySystem{"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", "", "", "AWS_BATCH_JOB_ID"},
    ArraySystem{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP",
                "SLURM_ARRAY_JOB_ID"},
    ArraySystem{"JOB_COMPLETION_INDEX", "", "", "", ""},
};
/// For systems that do not say how many there are.
constexpr const char* kCountVariable = "WEIR_SHARDS";

template <class Number>
bool parse_whole(std::string_view text, Number& into) {
  const auto parsed = std::from_chars(text.begin(), text.end(), into);
  return parsed.ec == std::errc() && parsed.ptr == text.end();
}

/// A variable's number; `absent` where the system has no such variable, or it is not set.
wire::Result<std::int64_t> number(const Environment& environment, const std::string& name, std::int64_t absent) {
  const auto value = name.empty() ? std::nullopt : environment(name);
  if (!value || value->empty()) { return absent; }
  std::int64_t found = 0;
  if (!parse_whole(*value, found)) {
    return wire::bad_input(fmt::format("{} is '{}', which is no whole number", name, *value));
  }
  return found;
}

wire::Result<void> set_shard(const std::string& text, RunOptions& run) {
  std::uint32_t index = 0, count = 0;
  const auto slash = text.find('/');
  const bool whole = slash != std::string::npos && parse_whole(std::string_view(text).substr(0, slash), index) &&
                     parse_whole(std::string_view(text).substr(slash + 1), count);
  if (!whole || index < 1 || index > count || count > limits::kShards) {
    return wire::bad_input(fmt::format("--shard: '{}' is no part; write it as I/N, such as 1/4 to 4/4", text));
  }
  run.shard = index - 1;
  run.shards = count;
  return {};
}

wire::Result<void> take_array(const ArraySystem& system, const Environment& environment, RunOptions& run) {
  const auto index = number(environment, system.index, 0);
  const auto least = number(environment, system.least, 0);
  const auto step = number(environment, system.step, 1);
  const auto said = number(environment, system.count, 0);
  const auto count = said && *said == 0 ? number(environment, kCountVariable, 0) : said;
  for (const auto* one : {&index, &least, &step, &count}) {
    if (!*one) { return tl::unexpected(one->error()); }
  }
  constexpr std::string_view kRemedy = "say --shard I/N (1/1 for the whole scenario)";
  if (*count == 0) {
    return wire::bad_input(fmt::format("{} is {}, and nothing says how many parts there are: set {}, or {}",
                                       system.index, *index, kCountVariable, kRemedy));
  }
  const auto place = *step == 0 ? -1 : (*index - *least) / *step;
  if (*step < 1 || (*index - *least) % *step != 0 || place < 0 || place >= *count || *count > limits::kShards) {
    return wire::bad_input(
        fmt::format("{} is {}, which is no place among {} parts: {}", system.index, *index, *count, kRemedy));
  }
  run.shard = static_cast<std::uint32_t>(place);
  run.shards = static_cast<std::uint32_t>(*count);
  run.shard_from = system.index;
  const auto job = *system.job == '\0' ? std::nullopt : environment(system.job);
  // AWS Batch: "JOB:INDEX".
  if (job && run.run_id.empty()) { run.run_id = job->substr(0, std::min(job->find(':'), kRunIdBytes)); }
  return {};
}

bool is_run_id(std::string_view text) {
  const auto fits = [](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kRunIdBytes && std::all_of(text.begin(), text.end(), fits);
}

bool is_label_name(std::string_view text) {
  const auto fits = [](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos || c == '_';
  };
  return !text.empty() && text.size() <= kLabelNameBytes && kDigits.find(text.front()) == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

wire::Result<void> take_shard(const CommandLine& options, const Environment& environment, RunOptions& run) {
  run.run_id = options.run_id;
  if (!options.shard.empty()) {
    if (auto set = set_shard(options.shard, run); !set) { return set; }
  } else {
    const auto* system = std::find_if(kSystems.begin(), kSystems.end(), [&](const ArraySystem& one) {
      const auto index = environment(one.index);
      return index && !index->empty();
    });
    if (system != kSystems.end()) {
      if (auto taken = take_array(*system, environment, run); !taken) { return taken; }
    }
  }
  if (!run.run_id.empty() && !is_run_id(run.run_id)) {
    return wire::bad_input(fmt::format("--run-id: '{}' is not made of up to {} letters, digits, '.', '_' and '-'",
                                       run.run_id, kRunIdBytes));
  }
  if (run.shards <= 1) { return {}; }
  if (!options.start_at.empty() && options.start_at.front() == '+') {
    return wire::bad_input(
        fmt::format("--start-at {}: is another time on each machine; give all shards one time, such as "
                    "2026-11-21T02:00:00Z",
                    options.start_at));
  }
  if (run.run_id.empty() && options.start_at.empty()) {
    return wire::bad_input(
        fmt::format("shard {}/{}: nothing says which run it belongs to; give all shards the same --start-at, or "
                    "the same --run-id",
                    run.shard + 1, run.shards));
  }
  return {};
}

wire::Result<void> take_labels(const CommandLine& options, RunOptions& run) {
  for (const auto& text : options.labels) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos || !is_label_name(name)) {
      return wire::bad_input(
          fmt::format("--label: '{}' is not NAME=VALUE with a name of letters, digits and '_'", text));
    }
    const bool twice =
        std::any_of(run.labels.begin(), run.labels.end(), [&](const auto& one) { return one.first == name; });
    if (twice) { return wire::bad_input(fmt::format("--label: '{}' is given twice", name)); }
    const std::string value = text.substr(equals + 1);
    if (value.size() > kLabelValueBytes) {
      return wire::bad_input(fmt::format("--label {}: the value has more than {} bytes", name, kLabelValueBytes));
    }
    run.labels.emplace_back(name, value);
  }
  if (run.labels.size() > kLabels) { return wire::bad_input(fmt::format("--label: at most {} of them", kLabels)); }
  return {};
}

}  // namespace weir::loadgen
