#include <algorithm>
#include <tuple>

#include "loadgen/probe_idle/judge.hpp"

namespace weir::loadgen {

std::string_view to_string(StreamOutcome outcome) {
  switch (outcome) {
    case StreamOutcome::not_offered:
      return "not_offered";
    case StreamOutcome::alive:
      return "alive";
    case StreamOutcome::idle_cut:
      return "idle_cut";
    case StreamOutcome::age_cut:
      return "age_cut";
    case StreamOutcome::idle_or_age_cut:
      return "idle_or_age_cut";
    case StreamOutcome::server_closes:
      return "server_closes";
    case StreamOutcome::at_once:
      return "at_once";
    case StreamOutcome::simultaneous:
      return "simultaneous";
    case StreamOutcome::irregular:
      return "irregular";
  }
  return "";
}

namespace idle {
namespace {

using wire::EndClass;
using Lives = std::vector<const StreamLife*>;
using Value = double (*)(const StreamLife&);

/// An idle cut is believed once a stream that was not silent has lived for so many times as long.
constexpr double kOutlived = 1.25;
/// Of the resolution: what is read late when the machine is busy.
constexpr double kKnownWithin = 0.2;

double silence_of(const StreamLife& life) { return life.silence_s; }
double age_of(const StreamLife& life) { return life.age_s; }
double end_of(const StreamLife& life) { return life.opened_s + life.age_s; }
double longest_silence(const StreamLife& life) { return std::max(life.longest_gap_s, life.silence_s); }

bool is_cut(EndClass end) {
  switch (end) {
    case EndClass::fin_without_terminator:
    case EndClass::fin_mid_chunk:
    case EndClass::reset:
    case EndClass::close_delimited:
    case EndClass::tls_close:
    case EndClass::tls_truncated:
      return true;
    case EndClass::open:
    case EndClass::clean:
    case EndClass::malformed:
    case EndClass::closed_by_us:
      break;
  }
  return false;
}

std::vector<reports::Weighted> values(const Lives& lives, Value value) {
  std::vector<reports::Weighted> out;
  for (const StreamLife* life : lives) { out.push_back({value(*life)}); }
  return out;
}

Lives within(const Lives& lives, Value value, const Cluster& cluster) {
  Lives out;
  std::copy_if(lives.begin(), lives.end(), std::back_inserter(out),
               [&](const StreamLife* life) { return cluster.holds(value(*life)); });
  return out;
}

class Judge {
 public:
  Judge(const std::vector<StreamLife>& lives, const Judging& judging) : all_(lives), judging_(judging) {
    for (const StreamLife& life : lives) {
      if (is_cut(life.end) && !is_farewell(life)) {
        cut_.push_back(&life);
      } else if (life.end == EndClass::clean || is_farewell(life)) {
        clean_.push_back(&life);
      }
    }
  }

  StreamFinding finding() {
    count();
    if (all_.empty()) { return finding_; }
    const Lives& ended = cut_.size() >= clean_.size() ? cut_ : clean_;
    if (ended.empty()) {
      few_ended(0);
    } else {
      &ended == &clean_ ? judge_clean() : judge_cut();
    }
    return finding_;
  }

 private:
  void count() {
    finding_.opened = all_.size();
    for (const StreamLife& life : all_) {
      finding_.busy += life.busy ? 1 : 0;
      finding_.oldest_s = std::max(finding_.oldest_s, life.age_s);
      finding_.survived_s = std::max(finding_.survived_s, life.open() ? longest_silence(life) : life.longest_gap_s);
      ++finding_.ends[std::string(wire::to_string(life.end))];
      finding_.retry_ms = life.retry_ms ? life.retry_ms : finding_.retry_ms;
    }
  }

  /// Where the end of the connection is the end of the body, a server that wants to be polled says so before it closes
  /// (2025-11-25); who cuts for silence has nothing to say (loadgen/stream/polled.hpp).
  bool is_farewell(const StreamLife& life) const {
    return life.end == EndClass::close_delimited && life.has_id && life.retry_at_s >= 0 &&
           life.age_s - life.retry_at_s <= judging_.precision.resolution_s / 2;
  }

  std::size_t needed() const { return std::min(judging_.wanted, all_.size()); }

  reports::Ends ends_of(const Lives& ended) const {
    return {.silences = values(ended, silence_of),
            .ages = values(ended, age_of),
            .moments = values(ended, end_of),
            .needed = needed(),
            .known_within_s = kKnownWithin * judging_.precision.resolution_s,
            .silence_refuted = [this, &ended](const Cluster& silences) { return silence_refuted(ended, silences); },
            .age_refuted = [this](const Cluster& ages) { return age_refuted(ages); }};
  }

  void judge_clean() {
    if (reports::judge_ends(ends_of(clean_), judging_.precision).kind == reports::CutOff::Kind::simultaneous) {
      finding_.outcome = StreamOutcome::simultaneous;
      return;
    }
    const Cluster ages = reports::densest(values(clean_, age_of), judging_.precision);
    const Cluster silences = reports::densest(values(clean_, silence_of), judging_.precision);
    if (clean_.size() < needed()) { return few_ended(clean_.size()); }
    const bool by_age = ages.count >= silences.count || silence_refuted(clean_, silences);
    by_age ? take(StreamOutcome::server_closes, clean_, age_of, ages)
           : take(StreamOutcome::server_closes, clean_, silence_of, silences);
  }

  void judge_cut() {
    using Kind = reports::CutOff::Kind;
    const reports::CutOff cut_off = reports::judge_ends(ends_of(cut_), judging_.precision);
    switch (cut_off.kind) {
      case Kind::none:
        return few_ended(cut_off.cluster.count);
      case Kind::at_once:
        return take(StreamOutcome::at_once, cut_, age_of, cut_off.cluster);
      case Kind::simultaneous:
        finding_.outcome = StreamOutcome::simultaneous;
        return;
      case Kind::silence:
        return take(StreamOutcome::idle_cut, cut_, silence_of, cut_off.cluster);
      case Kind::age:
        return take(StreamOutcome::age_cut, cut_, age_of, cut_off.cluster);
      case Kind::silence_or_age:
        return take(StreamOutcome::idle_or_age_cut, cut_, silence_of, cut_off.cluster);
    }
  }

  /// The same streams had lived through as long a silence before.
  bool silence_refuted(const Lives& ended, const Cluster& silences) const {
    const Lives members = within(ended, silence_of, silences);
    const auto before = std::count_if(members.begin(), members.end(), [&](const StreamLife* life) {
      return reports::lived_through(life->silence_s, life->longest_gap_s, judging_.precision);
    });
    return static_cast<std::size_t>(before) * 2 > members.size();
  }

  /// A stream that was not as silent has become older.
  bool age_refuted(const Cluster& ages) const {
    const double beyond = ages.high + judging_.precision.tolerance_s(ages.high);
    return std::any_of(all_.begin(), all_.end(), [&](const StreamLife& life) {
      return life.age_s > beyond && longest_silence(life) <= ages.high;
    });
  }

  /// Most live on, so that what ended is no cut-off; or there is none in what ended.
  void few_ended(std::size_t agreeing) {
    const auto open = std::count_if(all_.begin(), all_.end(), [](const StreamLife& life) { return life.open(); });
    finding_.confirmed_by = agreeing;
    finding_.outcome =
        static_cast<std::size_t>(open) * 2 > all_.size() ? StreamOutcome::alive : StreamOutcome::irregular;
  }

  void take(StreamOutcome outcome, const Lives& lives, Value value, const Cluster& cluster) {
    const Lives members = within(lives, value, cluster);
    finding_.outcome = outcome;
    finding_.confirmed_by = members.size();
    finding_.cut = bracket_around(cluster.low, cluster.high, judging_.precision.resolution_s);
    std::map<std::string, std::size_t> classes;
    for (const StreamLife* life : members) {
      const std::string name(wire::to_string(life->end));
      if (++classes[name] > classes[finding_.end]) { finding_.end = name; }
    }
    const double beyond = cluster.high + judging_.precision.tolerance_s(cluster.high);
    if (value == silence_of && outcome != StreamOutcome::server_closes) {
      finding_.outlived_by = static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [&](const auto& life) {
        return (life.open() ? longest_silence(life) : life.longest_gap_s) > beyond;
      }));
    }
    if (outcome == StreamOutcome::age_cut || outcome == StreamOutcome::idle_or_age_cut) { add_hops(Counts::age); }
    if (outcome == StreamOutcome::idle_cut || outcome == StreamOutcome::idle_or_age_cut) { add_hops(Counts::silence); }
  }

  void add_hops(Counts counts) {
    const auto found = matching_hops(*finding_.cut, counts, judging_.scale);
    finding_.hops.insert(finding_.hops.end(), found.begin(), found.end());
    std::sort(finding_.hops.begin(), finding_.hops.end(), [](const KnownHop& a, const KnownHop& b) {
      return std::tie(a.seconds, a.counts, a.name) < std::tie(b.seconds, b.counts, b.name);
    });
  }

  const std::vector<StreamLife>& all_;
  const Judging& judging_;
  Lives cut_;
  Lives clean_;
  StreamFinding finding_;
};

}  // namespace

StreamFinding judge_streams(const std::vector<StreamLife>& lives, const Judging& judging) {
  return Judge(lives, judging).finding();
}

bool settled(const StreamFinding& finding, const std::vector<StreamLife>& lives, const Judging& judging) {
  const auto open = std::count_if(lives.begin(), lives.end(), [](const StreamLife& life) { return life.open(); });
  if (open == 0) { return true; }
  const std::size_t needed = std::min(judging.wanted, lives.size());
  if (!finding.cut || finding.confirmed_by < needed) { return false; }
  // A stream that is open may still tell silence from age, or turn out to outlive both; once one has, it is told.
  const double enough_s = finding.cut->dead_s * kOutlived + judging.precision.tolerance_s(finding.cut->dead_s);
  const auto old = [&](const StreamLife& life) { return life.age_s > enough_s; };
  if (finding.outcome == StreamOutcome::idle_cut && std::any_of(lives.begin(), lives.end(), old)) { return true; }
  return std::all_of(lives.begin(), lives.end(), [&](const StreamLife& life) { return !life.open() || old(life); });
}

}  // namespace idle
}  // namespace weir::loadgen
