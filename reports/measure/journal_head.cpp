#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "reports/measure/journal_record.hpp"
#include "wire/base/text.hpp"
#include "wire/json/json.hpp"

namespace weir::reports::load {
namespace {

namespace json = boost::json;

json::string text(std::string_view bytes) { return json::string(wire::valid_utf8(bytes)); }

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& one : list) { out.push_back(text(one)); }
  return out;
}

/// As text, since it must come back to the last bit.
json::string number(double value) { return json::string(fmt::format("{}", value)); }

json::object threshold_json(const Threshold& threshold) {
  return {{"text", text(threshold.text)},
          {"measure", text(threshold.measure)},
          {"comparison", text(threshold.comparison)},
          {"bound", number(threshold.bound)},
          {"phase", text(threshold.phase)},
          {"population", text(threshold.population)},
          {"tool", text(threshold.tool)}};
}

json::object run_json(const RunInfo& run) {
  json::array labels, thresholds, merged;
  for (const auto& [name, value] : run.labels) { labels.push_back(json::array{text(name), text(value)}); }
  for (const Threshold& threshold : run.thresholds) { thresholds.push_back(threshold_json(threshold)); }
  for (const std::uint32_t shard : run.shard.merged) { merged.push_back(json::value(shard)); }
  return {{"tool_version", text(run.tool_version)},
          {"kernel", text(run.kernel)},
          {"run_id", text(run.run_id)},
          {"started_at", text(run.started_at)},
          {"start_unix_ns", run.start_unix_ns},
          {"clock_kernel", text(run.clock.kernel)},
          {"clock_error_ns", run.clock.error_ns},
          {"utc_offset_s", run.utc_offset_s},
          {"labels", std::move(labels)},
          {"target_name", text(run.target_name)},
          {"target_url", text(run.target_url)},
          {"server_name", text(run.server.name)},
          {"server_version", text(run.server.version)},
          {"server_revision", text(run.server.revision)},
          {"scenario", text(run.scenario)},
          {"scenario_text", text(run.scenario_text)},
          {"scenario_hash", text(run.scenario_hash)},
          {"command", text(run.command)},
          {"seed", run.seed},
          {"shard_index", run.shard.index},
          {"shard_count", run.shard.count},
          {"shard_late_ns", run.shard.late_ns},
          {"shards_merged", std::move(merged)},
          {"workers", run.workers},
          {"second_ns", run.second_ns},
          {"tls_verified", run.tls_verified},
          {"lag_bound_seconds", number(run.lag_bound_seconds)},
          {"thresholds", std::move(thresholds)}};
}

/// Members of an object, each with a default: what is not there was not known to who wrote it.
class Members {
 public:
  explicit Members(const json::value& value) : value_(value) {}

  void read(std::string_view name, std::string& into) const {
    if (const auto found = wire::as_string(wire::find(value_, name))) { into = *found; }
  }
  void read(std::string_view name, bool& into) const {
    if (const json::value* found = wire::find(value_, name); found != nullptr && found->is_bool()) {
      into = found->get_bool();
    }
  }
  template <class Integer>
  void read(std::string_view name, Integer& into) const {
    const json::value* found = wire::find(value_, name);
    if (found == nullptr || !found->is_number()) { return; }
    boost::system::error_code error;
    const auto value = found->to_number<Integer>(error);
    into = error ? into : value;
  }
  void read(std::string_view name, double& into) const {
    std::string digits;
    read(name, digits);
    std::from_chars(digits.data(), digits.data() + digits.size(), into);
  }
  template <class Use>
  void each(std::string_view name, Use use) const {
    if (const json::array* list = wire::as_array(wire::find(value_, name))) {
      for (const json::value& item : *list) { use(item); }
    }
  }
  void read(std::string_view name, std::vector<std::string>& into) const {
    each(name, [&](const json::value& item) {
      if (const auto word = wire::as_string(&item)) { into.emplace_back(*word); }
    });
  }

 private:
  const json::value& value_;
};

Threshold threshold_of(const json::value& value) {
  Threshold out;
  const Members members(value);
  members.read("text", out.text);
  members.read("measure", out.measure);
  members.read("comparison", out.comparison);
  members.read("bound", out.bound);
  members.read("phase", out.phase);
  members.read("population", out.population);
  members.read("tool", out.tool);
  return out;
}

RunInfo run_of(const json::value& value) {
  RunInfo run;
  const Members members(value);
  members.read("tool_version", run.tool_version);
  members.read("kernel", run.kernel);
  members.read("run_id", run.run_id);
  members.read("started_at", run.started_at);
  members.read("start_unix_ns", run.start_unix_ns);
  members.read("clock_kernel", run.clock.kernel);
  members.read("clock_error_ns", run.clock.error_ns);
  members.read("utc_offset_s", run.utc_offset_s);
  members.each("labels", [&](const json::value& item) {
    const json::array* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2) { return; }
    const auto name = wire::as_string(pair->data()), label = wire::as_string(&(*pair)[1]);
    if (name && label) { run.labels.emplace_back(*name, *label); }
  });
  members.read("target_name", run.target_name);
  members.read("target_url", run.target_url);
  members.read("server_name", run.server.name);
  members.read("server_version", run.server.version);
  members.read("server_revision", run.server.revision);
  members.read("scenario", run.scenario);
  members.read("scenario_text", run.scenario_text);
  members.read("scenario_hash", run.scenario_hash);
  members.read("command", run.command);
  members.read("seed", run.seed);
  members.read("shard_index", run.shard.index);
  members.read("shard_count", run.shard.count);
  members.read("shard_late_ns", run.shard.late_ns);
  members.each("shards_merged", [&](const json::value& item) {
    if (const auto shard = wire::as_integer(&item)) { run.shard.merged.push_back(static_cast<std::uint32_t>(*shard)); }
  });
  members.read("workers", run.workers);
  members.read("second_ns", run.second_ns);
  members.read("tls_verified", run.tls_verified);
  members.read("lag_bound_seconds", run.lag_bound_seconds);
  members.each("thresholds", [&](const json::value& item) { run.thresholds.push_back(threshold_of(item)); });
  return run;
}

Layout layout_of(const json::value& value) {
  Layout out;
  Members(value).each("populations", [&](const json::value& item) {
    Layout::Population& population = out.populations.emplace_back();
    Members(item).read("name", population.name);
    Members(item).read("tools", population.tools);
    Members(item).read("sessions", population.sessions);
  });
  return out;
}

/// Empty where no number is larger than that of any run.
std::string beyond_limits(const JournalHead& head) {
  const ShardInfo& shard = head.run.shard;
  if (shard.count > limits::kShards || shard.index >= std::max<std::uint32_t>(1, shard.count)) {
    return fmt::format("says that it is shard {}/{}, and a run has at most {}", std::uint64_t{shard.index} + 1,
                       shard.count, limits::kShards);
  }
  const auto is_within = [](std::int64_t number, std::int64_t most) { return number >= -most && number <= most; };
  if (!is_within(head.run.start_unix_ns, limits::kUnixNs) || !is_within(shard.late_ns, limits::kTimeNs) ||
      !is_within(head.run.clock.error_ns, limits::kTimeNs) || !is_within(head.run.second_ns, limits::kTimeNs)) {
    return "has times that no run reaches";
  }
  if (shard.merged.size() > shard.count) { return "holds more shards than its run has"; }
  const auto more = [](std::size_t most, std::string_view of) {
    return fmt::format("has more than {} {}, which no run has", most, of);
  };
  if (head.layout.populations.size() > limits::kPopulations) { return more(limits::kPopulations, "populations"); }
  for (const Layout::Population& population : head.layout.populations) {
    if (population.tools.size() > limits::kTools) { return more(limits::kTools, "tools in a population"); }
  }
  return head.run.thresholds.size() > limits::kThresholds ? more(limits::kThresholds, "thresholds") : "";
}

}  // namespace

std::string payload_of(const JournalHead& head) {
  json::array populations;
  for (const Layout::Population& population : head.layout.populations) {
    populations.push_back(
        {{"name", text(population.name)}, {"tools", texts(population.tools)}, {"sessions", population.sessions}});
  }
  json::object vocabulary;
  const Wording::Lists words = Wording::own_words();
  for (std::size_t list = 0; list < kWordLists; ++list) {
    vocabulary[to_string(static_cast<Words>(list))] = texts(words[list]);
  }
  return json::serialize(json::object{
      {"run", run_json(head.run)}, {"populations", std::move(populations)}, {"vocabulary", std::move(vocabulary)}});
}

tl::expected<JournalHead, std::string> head_of(std::string_view payload) {
  const auto parsed = wire::parse_json(payload);
  const json::value* run = parsed ? wire::find(parsed->value, "run") : nullptr;
  const json::value* vocabulary = parsed ? wire::find(parsed->value, "vocabulary") : nullptr;
  if (run == nullptr || vocabulary == nullptr) {
    return tl::unexpected(std::string("is a journal without a whole head; nothing can be made of it"));
  }
  JournalHead head;
  head.run = run_of(*run);
  head.layout = layout_of(parsed->value);
  if (std::string beyond = beyond_limits(head); !beyond.empty()) { return tl::unexpected(std::move(beyond)); }
  Wording::Lists words;
  for (std::size_t list = 0; list < kWordLists; ++list) {
    Members(*vocabulary).read(to_string(static_cast<Words>(list)), words[list]);
  }
  auto wording = Wording::of(words);
  if (!wording) {
    return tl::unexpected(
        fmt::format("was written by weir-loadgen {} and counts {}: render it with that release of "
                    "Weir, or a later one",
                    wire::printable(head.run.tool_version), wording.error()));
  }
  head.wording = *std::move(wording);
  return head;
}

}  // namespace weir::reports::load
