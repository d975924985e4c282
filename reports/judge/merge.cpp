#include "reports/judge/merge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/judge/accumulator.hpp"
#include "reports/judge/measures.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

/// Machines that keep time by the network agree far better; beyond it the shards did not do the same thing at a time.
constexpr std::int64_t kStartsApartNs = wire::kSecond;

/// Of a second, in which all shards are added up, this is a part that does not matter.
constexpr std::int64_t kClockErrorNs = wire::kSecond / 4;

/// Tells two listeners the same.
class Both final : public RunEvents {
 public:
  Both(RunEvents& first, RunEvents* second) : first_(first), second_(second) {}
  void begin(const PhaseInfo& phase) override { tell(phase, &RunEvents::begin); }
  void second(const Snapshot& second) override { tell(second, &RunEvents::second); }
  void incident(const Incident& incident) override { tell(incident, &RunEvents::incident); }
  void invalid(const Incident& why) override { tell(why, &RunEvents::invalid); }
  void judged(const SearchStep& step) override { tell(step, &RunEvents::judged); }
  void closing(const Closing& closing) override { tell(closing, &RunEvents::closing); }
  void end(bool interrupted) override { tell(interrupted, &RunEvents::end); }

 private:
  template <class Item, class Told>
  void tell(const Item& item, void (RunEvents::*to)(Told)) {
    (first_.*to)(item);
    if (second_ != nullptr) { (second_->*to)(item); }
  }
  RunEvents& first_;
  RunEvents* second_;
};

std::string shown(std::string_view value) { return value.empty() ? "none" : wire::printable(value); }

/// Why two journals are not of one run; empty where they are.
std::string difference(const JournalHead& a, const JournalHead& b) {
  const auto differ = [](std::string_view what, std::string_view first, std::string_view second) {
    return fmt::format("{} is {} there and {} here", what, shown(first), shown(second));
  };
  const RunInfo& first = a.run;
  const RunInfo& second = b.run;
  if (first.run_id != second.run_id) { return differ("the run id", first.run_id, second.run_id); }
  if (first.scenario_hash != second.scenario_hash) {
    return differ("the scenario's hash", first.scenario_hash, second.scenario_hash);
  }
  if (first.shard.count != second.shard.count) {
    return differ("the number of shards", fmt::format("{}", first.shard.count), fmt::format("{}", second.shard.count));
  }
  if (first.tool_version != second.tool_version) {
    return differ("the version of Weir", first.tool_version, second.tool_version);
  }
  if (a.layout != b.layout || first.thresholds != second.thresholds || first.second_ns != second.second_ns ||
      first.seed != second.seed) {
    return "their populations, thresholds or seeds differ";
  }
  return "";
}

std::string problem_of(const JournalHead& head) {
  if (!head.run.shard.merged.empty()) { return "holds shards that are merged already"; }
  if (head.run.shard.count <= 1) { return "is a whole run, not a shard of one: there is nothing to add to it"; }
  if (head.run.run_id.empty()) { return "has no run id, so that nobody knows what it belongs to"; }
  return "";
}

Snapshot gauges_of(const Layout& layout, const Snapshot& from) {
  Snapshot gauges(layout);
  gauges.worker = from.worker;
  for (std::size_t i = 0; i < gauges.populations.size() && i < from.populations.size(); ++i) {
    gauges.populations[i].gauges = from.populations[i].gauges;
  }
  return gauges;
}

}  // namespace

tl::expected<ShardMerge, std::string> ShardMerge::open(const std::vector<ShardJournal>& journals) {
  ShardMerge merge;
  if (journals.empty()) { return tl::unexpected(std::string("there is nothing to merge")); }
  for (const ShardJournal& journal : journals) {
    auto reader = JournalReader::open(journal.bytes);
    if (!reader) { return tl::unexpected(fmt::format("{}: {}", journal.name, reader.error())); }
    const JournalHead& head = reader->head();
    if (const std::string problem = problem_of(head); !problem.empty()) {
      return tl::unexpected(fmt::format("{} {}", journal.name, problem));
    }
    Part part{.name = journal.name, .reader = *std::move(reader), .label = "shard " + head.run.shard.text()};
    merge.parts_.push_back(std::move(part));
  }
  const Part& first = merge.parts_.front();
  for (const Part& part : merge.parts_) {
    if (const std::string differs = difference(first.reader.head(), part.reader.head()); !differs.empty()) {
      return tl::unexpected(fmt::format("{} and {} are not of one run: {}", first.name, part.name, differs));
    }
  }
  const auto place = [](const Part& part) { return part.reader.head().run.shard.index; };
  std::sort(merge.parts_.begin(), merge.parts_.end(),
            [&](const Part& a, const Part& b) { return place(a) < place(b); });
  for (std::size_t i = 1; i < merge.parts_.size(); ++i) {
    const Part &a = merge.parts_[i - 1], &b = merge.parts_[i];
    if (place(a) == place(b)) {
      return tl::unexpected(fmt::format("{} and {} are the same part of the run, {}", a.name, b.name, a.label));
    }
  }
  merge.head_ = merge.parts_.front().reader.head();
  RunInfo& run = merge.head_.run;
  run.workers = 0;
  run.command.clear();  // There is none that does all of it.
  run.shard = {.index = 0, .count = run.shard.count};
  for (const Part& part : merge.parts_) {
    const RunInfo& of_part = part.reader.head().run;
    run.shard.merged.push_back(of_part.shard.index);
    run.workers += of_part.workers;
    run.tls_verified = run.tls_verified && of_part.tls_verified;
    if (of_part.start_unix_ns < run.start_unix_ns) {
      run.start_unix_ns = of_part.start_unix_ns;
      run.started_at = of_part.started_at;
    }
  }
  return merge;
}

/// Up to its next second.
tl::expected<void, std::string> ShardMerge::read_on(Part& part) {
  for (part.next.reset(); !part.next;) {
    auto item = part.reader.next();
    if (!item) { return tl::unexpected(fmt::format("{} {}", part.name, item.error())); }
    if (!*item) { return {}; }
    if (auto* second = std::get_if<Snapshot>(&**item)) {
      part.next = std::move(*second);
    } else {
      part.waiting.push_back(**std::move(item));
    }
  }
  return {};
}

tl::expected<void, std::string> ShardMerge::tell_waiting(Part& part, RunEvents& events) {
  const auto by_part = [&](const Incident& incident) {
    return Incident{incident.at_ns, fmt::format("{}: {}", part.label, incident.text)};
  };
  for (const JournalItem& item : part.waiting) {
    if (const auto* phase = std::get_if<PhaseInfo>(&item)) {
      if (part.phases == phases_.size()) {
        phases_.push_back(*phase);
        events.begin(*phase);
      } else if (phases_[part.phases].name != phase->name) {
        return tl::unexpected(fmt::format("{} has the phase {} where the other shards have {}", part.name,
                                          wire::printable(phase->name), wire::printable(phases_[part.phases].name)));
      }
      ++part.phases;
    } else if (const auto* incident = std::get_if<Incident>(&item)) {
      if (++incidents_ <= limits::kIncidentsMerged) { events.incident(by_part(*incident)); }
    } else if (const auto* invalid = std::get_if<JournalInvalid>(&item)) {
      if (++invalid_ <= limits::kIncidentsMerged) { events.invalid(by_part(invalid->why)); }
    } else if (std::holds_alternative<SearchStep>(item)) {
      return tl::unexpected(
          fmt::format("{} holds a search, whose steps were judged by one shard's numbers alone", part.name));
    } else if (const auto* closing = std::get_if<Closing>(&item)) {
      part.closing = *closing;
    } else if (const auto* end = std::get_if<JournalEnd>(&item)) {
      part.ended = true;
      part.interrupted = end->interrupted;
    }
  }
  part.waiting.clear();
  return {};
}

/// The next second of all shards that have it; false where there is none left.
tl::expected<bool, std::string> ShardMerge::add_second(RunEvents& events) {
  const std::int64_t length = std::max<std::int64_t>(1, head_.run.second_ns);
  const auto number = [&](const Snapshot& second) { return (second.at_ns + length - 1) / length; };
  std::int64_t first = INT64_MAX;
  for (const Part& part : parts_) {
    if (part.next) { first = std::min(first, number(*part.next)); }
  }
  if (first == INT64_MAX) { return false; }
  const auto has_it = [&](const Part& part) { return part.next && number(*part.next) == first; };
  for (Part& part : parts_) {
    if (!has_it(part)) { continue; }
    if (auto told = tell_waiting(part, events); !told) { return tl::unexpected(told.error()); }
  }
  tell_closing(events);
  Snapshot sum(head_.layout);
  for (Part& part : parts_) {
    if (has_it(part)) {
      sum.add_worker(*part.next);
      sum.at_ns = std::max(sum.at_ns, part.next->at_ns);
      sum.phase = std::max(sum.phase, part.next->phase);
      part.latest = std::move(part.next);
      if (auto read = read_on(part); !read) { return tl::unexpected(read.error()); }
    } else if (part.next && part.latest) {
      sum.add_worker(gauges_of(head_.layout, *part.latest));  // It holds its streams, and tells later.
    }
  }
  sum.span_ns = std::max<std::int64_t>(0, sum.at_ns - before_ns_);
  before_ns_ = sum.at_ns;
  events.second(sum);
  return true;
}

/// Once all that go on are closing: whoever does not is in the middle of a phase still.
void ShardMerge::tell_closing(RunEvents& events) {
  const bool goes_on =
      std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.next && !part.closing; });
  if (closing_told_ || goes_on) { return; }
  std::optional<Closing> latest;
  for (const Part& part : parts_) {
    if (part.closing && (!latest || part.closing->at_ns >= latest->at_ns)) {
      const bool cut_short =
          part.closing->cut_short || (latest && latest->at_ns == part.closing->at_ns && latest->cut_short);
      latest = Closing{part.closing->at_ns, cut_short};
    }
  }
  if (!latest) { return; }
  closing_told_ = true;
  events.closing(*latest);
}

void ShardMerge::tell_left_out(RunEvents& events) const {
  for (const auto& [told, what] : {std::pair{incidents_, "incidents"}, {invalid_, "reasons to be invalid"}}) {
    if (told > limits::kIncidentsMerged) {
      events.incident({before_ns_, fmt::format("{} more {} stand in the journals of the shards",
                                               told - limits::kIncidentsMerged, what)});
    }
  }
}

/// As a whole: where some went on, the others are missing from then on.
bool ShardMerge::interrupted() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.interrupted; });
}

/// What the run lacks of the scenario's load, each with the time of it.
std::vector<Incident> ShardMerge::missing() const {
  std::vector<Incident> out;
  std::vector<std::string> absent;
  const ShardInfo& shards = head_.run.shard;
  for (std::uint32_t i = 0; i < shards.count && absent.size() < limits::kShardsNamed; ++i) {
    if (!std::binary_search(shards.merged.begin(), shards.merged.end(), i)) {
      absent.push_back(fmt::format("{}/{}", i + 1, shards.count));
    }
  }
  if (!absent.empty()) {
    const std::size_t others = shards.count - shards.merged.size() - absent.size();
    out.push_back({0, fmt::format("{} of {} shards are here: {}{} {} missing", shards.merged.size(), shards.count,
                                  fmt::join(absent, ", "), others > 0 ? fmt::format(" and {} more", others) : "",
                                  shards.count - shards.merged.size() == 1 ? "is" : "are")});
  }
  const bool asked = std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.phases > 0; });
  std::int64_t earliest = INT64_MAX, latest = INT64_MIN;
  for (const Part& part : parts_) {
    const RunInfo& run = part.reader.head().run;
    earliest = std::min(earliest, run.start_unix_ns);
    latest = std::max(latest, run.start_unix_ns);
    if (run.shard.late_ns > 0) {
      out.push_back({run.shard.late_ns, fmt::format("{} began {} late", part.label,
                                                    readable_seconds(wire::seconds_of(run.shard.late_ns)))});
    }
    if (asked && part.ended && !part.interrupted && part.phases == 0) {
      out.push_back({0, fmt::format("{} could not begin", part.label)});
    }
    if (!part.ended || (part.interrupted && !interrupted())) {
      const std::int64_t end_ns = part.latest ? part.latest->at_ns : 0;
      out.push_back(
          {end_ns, fmt::format("{} was {}: its journal ends at {}", part.label, part.ended ? "interrupted" : "killed",
                               readable_seconds(wire::seconds_of(end_ns)))});
    }
  }
  if (latest - earliest > kStartsApartNs) {
    out.push_back({0, fmt::format("the shards started {} apart by their clocks: give all of them the same --start-at",
                                  readable_seconds(wire::seconds_of(latest - earliest)))});
  }
  return out;
}

std::vector<Incident> ShardMerge::doubts() const {
  std::vector<Incident> out;
  const auto clock_of = [](const Part& part) -> const ClockInfo& { return part.reader.head().run.clock; };
  const bool shared = std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return clock_of(part).kernel == clock_of(parts_.front()).kernel;
  });
  if (shared) { return out; }
  for (const Part& part : parts_) {
    const ClockInfo& clock = clock_of(part);
    if (clock.kernel.empty()) { continue; }  // Of an older program, which did not ask.
    if (clock.error_ns < 0) {
      out.push_back({0, fmt::format("nobody keeps the clock of {} (adjtimex: not synchronised): its seconds may be of "
                                    "another time than those of the others",
                                    part.label)});
    } else if (clock.error_ns > kClockErrorNs) {
      out.push_back({0, fmt::format("the clock of {} may be off by {}, and its seconds by as much", part.label,
                                    readable_seconds(wire::seconds_of(clock.error_ns)))});
    }
  }
  return out;
}

tl::expected<void, std::string> ShardMerge::tell(RunEvents& events, bool allow_missing) {
  for (Part& part : parts_) {
    if (auto read = read_on(part); !read) { return read; }
  }
  for (;;) {
    const auto more = add_second(events);
    if (!more) { return tl::unexpected(more.error()); }
    if (!*more) { break; }
  }
  for (Part& part : parts_) {
    if (auto told = tell_waiting(part, events); !told) { return told; }
  }
  tell_closing(events);
  tell_left_out(events);
  for (const Incident& doubt : doubts()) { events.incident(doubt); }
  for (const Incident& lack : missing()) { allow_missing ? events.incident(lack) : events.invalid(lack); }
  events.end(interrupted());
  return {};
}

tl::expected<LoadResults, std::string> results_of_shards(ShardMerge& merge, bool allow_missing, RunEvents* also) {
  Accumulator accumulator(merge.head().run, merge.head().layout);
  Both both(accumulator, also);
  if (auto told = merge.tell(both, allow_missing); !told) { return tl::unexpected(told.error()); }
  LoadResults results = accumulator.results();
  results.not_counted = merge.head().wording.missing();
  return results;
}

}  // namespace weir::reports::load
