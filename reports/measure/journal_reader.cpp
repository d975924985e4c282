#include <fmt/format.h>

#include <algorithm>

#include "reports/measure/journal_record.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

/// Keeps everything.
class Collected final : public RunEvents {
 public:
  explicit Collected(Journal& journal) : journal_(journal) {}
  void begin(const PhaseInfo& phase) override { journal_.phases.push_back(phase); }
  void second(const Snapshot& second) override { journal_.seconds.push_back(second); }
  void incident(const Incident& incident) override { journal_.incidents.push_back(incident); }
  void invalid(const Incident& why) override { journal_.invalid.push_back(why); }
  void judged(const SearchStep& step) override { journal_.judged.push_back(step); }
  void closing(const Closing& closing) override { journal_.closing = closing; }
  void end(bool interrupted) override {
    journal_.finished = true;
    journal_.interrupted = interrupted;
  }

 private:
  Journal& journal_;
};

/// Which member of RunEvents an item belongs to.
struct Telling {
  RunEvents& events;
  void operator()(const PhaseInfo& phase) const { events.begin(phase); }
  void operator()(const Snapshot& second) const { events.second(second); }
  void operator()(const Incident& incident) const { events.incident(incident); }
  void operator()(const JournalInvalid& invalid) const { events.invalid(invalid.why); }
  void operator()(const SearchStep& step) const { events.judged(step); }
  void operator()(const Closing& closing) const { events.closing(closing); }
  void operator()(const JournalEnd& end) const { events.end(end.interrupted); }
};

struct Limit {
  std::size_t most;
  std::string_view one, many;
};

/// Of what is kept until the end; nullptr for what is added up.
const Limit* limit_of(RecordKind kind) {
  static constexpr Limit kPhases{limits::kPhases, "a phase", "phases"};
  static constexpr Limit kIncidents{limits::kIncidents, "an incident", "incidents"};
  static constexpr Limit kInvalid{limits::kIncidents, "a reason to be invalid", "reasons to be invalid"};
  static constexpr Limit kJudged{limits::kPhases, "a step of a search", "steps of a search"};
  switch (kind) {
    case RecordKind::phase:
      return &kPhases;
    case RecordKind::incident:
      return &kIncidents;
    case RecordKind::invalid:
      return &kInvalid;
    case RecordKind::judged:
      return &kJudged;
    default:
      return nullptr;
  }
}

bool is_time(std::int64_t ns) { return ns >= -limits::kTimeNs && ns <= limits::kTimeNs; }
bool is_gauge(std::int64_t number) { return number >= -limits::kAtATime && number <= limits::kAtATime; }

/// Whether an item can be added up with as many as there may be: what is larger was not measured by anybody.
struct WithinLimits {
  bool operator()(const PhaseInfo& phase) const {
    return is_time(phase.start_ns) && is_time(phase.end_ns) && is_gauge(phase.streams);
  }
  bool operator()(const Snapshot& second) const {
    return is_time(second.at_ns) && is_time(second.span_ns) && second.span_ns >= 0 &&
           std::all_of(second.populations.begin(), second.populations.end(), [](const PopulationNumbers& one) {
             return std::all_of(one.gauges.begin(), one.gauges.end(), is_gauge);
           });
  }
  bool operator()(const Incident& incident) const { return is_time(incident.at_ns); }
  bool operator()(const JournalInvalid& invalid) const { return is_time(invalid.why.at_ns); }
  bool operator()(const SearchStep& step) const { return is_gauge(step.streams); }
  bool operator()(const Closing& closing) const { return is_time(closing.at_ns); }
  bool operator()(const JournalEnd&) const { return true; }
};

}  // namespace

bool is_journal(std::string_view bytes) { return bytes.starts_with(kJournalName); }

bool ends_within_head(JournalBytes bytes) {
  JournalRecord record;
  const std::string_view magic = bytes.front(kJournalMagic.size());
  if (magic.size() < kJournalMagic.size()) { return kJournalMagic.starts_with(magic); }
  if (magic != kJournalMagic) { return false; }
  bytes.skip(kJournalMagic.size());
  std::string_view first = bytes.record();
  return !take_record(first, record);
}

void tell(const JournalItem& item, RunEvents& events) { std::visit(Telling{events}, item); }

tl::expected<JournalReader, std::string> JournalReader::open(JournalBytes bytes) {
  const std::string_view magic = bytes.front(kJournalMagic.size());
  if (!is_journal(magic)) { return tl::unexpected(std::string("is no journal of weir-loadgen")); }
  if (magic.size() == kJournalMagic.size() && magic != kJournalMagic) {
    return tl::unexpected(
        fmt::format("is a journal of format {}, this weir-report reads format {}: render it with the release of Weir "
                    "that wrote it",
                    wire::printable(magic.substr(kJournalName.size(), 1)), kJournalMagic.substr(kJournalName.size())));
  }
  bytes.skip(magic.size());
  JournalReader reader(std::move(bytes));
  JournalRecord record;
  if (!reader.take(record) || record.kind != RecordKind::head) {
    return tl::unexpected(std::string("is a journal without a whole head; nothing can be made of it"));
  }
  if (record.payload.size() > limits::kHeadBytes) {
    return tl::unexpected(fmt::format("has a head of more than {} bytes, which no run has", limits::kHeadBytes));
  }
  auto head = head_of(record.payload);
  if (!head) { return tl::unexpected(head.error()); }
  reader.head_ = *std::move(head);
  return reader;
}

bool JournalReader::take(JournalRecord& record) {
  const std::string_view bytes = bytes_.record();
  std::string_view rest = bytes;
  if (!take_record(rest, record)) { return false; }
  bytes_.skip(bytes.size() - rest.size());
  return true;
}

tl::expected<void, std::string> JournalReader::count(const JournalRecord& record) {
  const auto* limit = limit_of(record.kind);
  if (limit == nullptr) { return {}; }
  if (record.payload.size() > limits::kTextBytes) {
    return tl::unexpected(fmt::format("holds {} of {} bytes, and {} are the most", limit->one, record.payload.size(),
                                      limits::kTextBytes));
  }
  if (++records_[static_cast<std::size_t>(record.kind)] > limit->most) {
    return tl::unexpected(fmt::format("holds more than {} {}, which no run has", limit->most, limit->many));
  }
  return {};
}

tl::expected<std::optional<JournalItem>, std::string> JournalReader::next() {
  if (torn_) { return std::nullopt; }
  JournalRecord record;
  const bool is_at_end = bytes_.front(1).empty();
  const bool is_record = !is_at_end && !ended_ && take(record);
  if (!bytes_.problem().empty()) { return tl::unexpected("cannot be read on: " + bytes_.problem()); }
  if (is_at_end) { return std::nullopt; }
  if (!is_record) {
    torn_ = true;
    return std::nullopt;
  }
  if (auto counted = count(record); !counted) { return tl::unexpected(counted.error()); }
  auto item = item_of(record, head_);
  if (!item) {
    return tl::unexpected(
        fmt::format("holds a record (kind {}) that is whole by its sum and unknown here: render it with the release of "
                    "Weir that wrote it, {}",
                    static_cast<unsigned>(record.kind), wire::printable(head_.run.tool_version)));
  }
  if (!std::visit(WithinLimits(), *item)) {
    return tl::unexpected(
        fmt::format("holds a record (kind {}) with a number that no run reaches", static_cast<unsigned>(record.kind)));
  }
  ended_ = record.kind == RecordKind::end;
  return item;
}

tl::expected<Journal, std::string> parse_journal(JournalBytes bytes) {
  auto reader = JournalReader::open(std::move(bytes));
  if (!reader) { return tl::unexpected(reader.error()); }
  Journal journal;
  journal.head = reader->head();
  Collected collected(journal);
  for (;;) {
    const auto item = reader->next();
    if (!item) { return tl::unexpected(item.error()); }
    if (!*item) { break; }
    tell(**item, collected);
  }
  journal.truncated = reader->torn();
  return journal;
}

}  // namespace weir::reports::load
