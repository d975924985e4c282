#include "reports/measure/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "wire/base/bytes.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

constexpr std::string_view kName = "weirjnl", kMagic = "weirjnl2";
constexpr std::size_t kRecordBytes = 64 * 1024 * 1024;
// An encoding is never shorter than a byte for each item, so a count is bounded by the bytes that are left; this bounds
// what an item may cost in memory beyond its bytes.
constexpr std::uint64_t kItems = 100'000;

enum RecordKind : std::uint8_t {
  kHeadRecord = 1,
  kPhaseRecord = 2,
  kSecondRecord = 3,
  kIncidentRecord = 4,
  kEndRecord = 5,
  kInvalidRecord = 6,
  kJudgedRecord = 7,
  kClosingRecord = 8
};

void put_number(double value, std::string& out) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  wire::put_u32(static_cast<std::uint32_t>(bits), out);
  wire::put_u32(static_cast<std::uint32_t>(bits >> 32), out);
}

bool take_number(std::string_view& bytes, double& value) {
  std::uint32_t low = 0, high = 0;
  if (!wire::take_u32(bytes, low) || !wire::take_u32(bytes, high)) { return false; }
  value = std::bit_cast<double>(std::uint64_t{high} << 32 | low);
  return true;
}

template <class Item, class Put>
void put_list(const std::vector<Item>& items, std::string& out, Put put) {
  wire::put_varint(items.size(), out);
  for (const Item& item : items) { put(item, out); }
}

template <class Item, class Take>
bool take_list(std::string_view& bytes, std::vector<Item>& items, Take take) {
  std::uint64_t count = 0;
  if (!wire::take_varint(bytes, count) || count > kItems || count > bytes.size()) { return false; }
  items.clear();
  for (; count > 0; --count) {
    if (!take(bytes, items.emplace_back())) { return false; }
  }
  return true;
}

void put_threshold(const Threshold& threshold, std::string& out) {
  for (const std::string* text : {&threshold.text, &threshold.measure, &threshold.comparison, &threshold.phase,
                                  &threshold.population, &threshold.tool}) {
    wire::put_text(*text, out);
  }
  put_number(threshold.bound, out);
}

bool take_threshold(std::string_view& bytes, Threshold& threshold) {
  for (std::string* text : {&threshold.text, &threshold.measure, &threshold.comparison, &threshold.phase,
                            &threshold.population, &threshold.tool}) {
    if (!wire::take_text(bytes, *text)) { return false; }
  }
  return take_number(bytes, threshold.bound);
}

void put_head(const JournalHead& head, std::string& out) {
  const RunInfo& run = head.run;
  for (const std::string* text : {&run.tool_version, &run.started_at, &run.target_name, &run.target_url, &run.scenario,
                                  &run.scenario_text, &run.command, &run.shard}) {
    wire::put_text(*text, out);
  }
  wire::put_varint(run.seed, out);
  wire::put_signed(run.workers, out);
  wire::put_varint(run.tls_verified ? 1 : 0, out);
  put_list(run.thresholds, out, put_threshold);
  put_number(run.lag_bound_seconds, out);
  put_list(head.layout.populations, out, [](const Layout::Population& population, std::string& to) {
    wire::put_text(population.name, to);
    put_list(population.tools, to, wire::put_text);
  });
}

bool take_head(std::string_view bytes, JournalHead& head) {
  RunInfo& run = head.run;
  for (std::string* text : {&run.tool_version, &run.started_at, &run.target_name, &run.target_url, &run.scenario,
                            &run.scenario_text, &run.command, &run.shard}) {
    if (!wire::take_text(bytes, *text)) { return false; }
  }
  std::uint64_t verified = 0;
  if (!wire::take_varint(bytes, run.seed) || !wire::take_signed(bytes, run.workers) ||
      !wire::take_varint(bytes, verified)) {
    return false;
  }
  run.tls_verified = verified != 0;
  const auto take_population = [](std::string_view& from, Layout::Population& population) {
    return wire::take_text(from, population.name) && take_list(from, population.tools, wire::take_text);
  };
  return take_list(bytes, run.thresholds, take_threshold) && take_number(bytes, run.lag_bound_seconds) &&
         take_list(bytes, head.layout.populations, take_population) && bytes.empty();
}

void put_phase(const PhaseInfo& phase, std::string& out) {
  wire::put_text(phase.name, out);
  wire::put_text(phase.kind, out);
  wire::put_signed(phase.start_ns, out);
  wire::put_signed(phase.end_ns, out);
  wire::put_signed(phase.streams, out);
}

bool take_phase(std::string_view bytes, PhaseInfo& phase) {
  return wire::take_text(bytes, phase.name) && wire::take_text(bytes, phase.kind) &&
         wire::take_signed(bytes, phase.start_ns) && wire::take_signed(bytes, phase.end_ns) &&
         wire::take_signed(bytes, phase.streams) && bytes.empty();
}

struct JournalRecord {
  std::uint8_t kind = 0;
  std::string_view payload;
};

/// False where the bytes hold no whole, right record.
bool take_record(std::string_view& bytes, JournalRecord& record) {
  std::string_view rest = bytes;
  std::uint32_t size = 0, sum = 0;
  if (!wire::take_u32(rest, size) || size > kRecordBytes || rest.size() < std::size_t{size} + 5) { return false; }
  const std::string_view summed = rest.substr(0, std::size_t{size} + 1);
  rest.remove_prefix(summed.size());
  if (!wire::take_u32(rest, sum) || wire::crc32c(summed) != sum) { return false; }
  record = {static_cast<std::uint8_t>(summed.front()), summed.substr(1)};
  bytes = rest;
  return true;
}

void put_incident(const Incident& incident, std::string& out) {
  wire::put_signed(incident.at_ns, out);
  wire::put_text(incident.text, out);
}

bool take_incident(std::string_view bytes, Incident& incident) {
  return wire::take_signed(bytes, incident.at_ns) && wire::take_text(bytes, incident.text) && bytes.empty();
}

bool take_judged(std::string_view bytes, SearchStep& step) {
  std::uint64_t verdict = 0;
  if (!wire::take_signed(bytes, step.streams) || !wire::take_varint(bytes, verdict) ||
      verdict > static_cast<std::uint64_t>(StepVerdict::inconclusive)) {
    return false;
  }
  step.verdict = static_cast<StepVerdict>(verdict);
  return wire::take_text(bytes, step.limited_by) && bytes.empty();
}

bool take_closing(std::string_view bytes, Closing& closing) {
  std::uint64_t cut_short = 0;
  if (!wire::take_signed(bytes, closing.at_ns) || !wire::take_varint(bytes, cut_short)) { return false; }
  closing.cut_short = cut_short != 0;
  return bytes.empty();
}

/// Tells a record that was read whole.
template <class Item, class Tell>
bool told(bool whole, const Item& item, Tell tell) {
  if (whole) { tell(item); }
  return whole;
}

/// False where the payload is no record of its kind.
bool tell_record(const JournalRecord& record, const Layout& layout, RunEvents& events) {
  switch (record.kind) {
    case kPhaseRecord: {
      PhaseInfo phase;
      return told(take_phase(record.payload, phase), phase, [&](const auto& one) { events.begin(one); });
    }
    case kSecondRecord: {
      Snapshot second;
      return told(decode_snapshot(layout, record.payload, second), second,
                  [&](const auto& one) { events.second(one); });
    }
    case kIncidentRecord: {
      Incident incident;
      return told(take_incident(record.payload, incident), incident, [&](const auto& one) { events.incident(one); });
    }
    case kInvalidRecord: {
      Incident why;
      return told(take_incident(record.payload, why), why, [&](const auto& one) { events.invalid(one); });
    }
    case kJudgedRecord: {
      SearchStep step;
      return told(take_judged(record.payload, step), step, [&](const auto& one) { events.judged(one); });
    }
    case kClosingRecord: {
      Closing closing;
      return told(take_closing(record.payload, closing), closing, [&](const auto& one) { events.closing(one); });
    }
    case kEndRecord:
      events.end(record.payload == "i");
      return true;
    default:
      return false;
  }
}

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

std::string frame(std::uint8_t kind, std::string_view payload, std::string out) {
  out.clear();
  wire::put_u32(static_cast<std::uint32_t>(payload.size()), out);
  out.push_back(static_cast<char>(kind));
  out.append(payload);
  wire::put_u32(wire::crc32c(std::string_view(out).substr(4)), out);
  return out;
}

}  // namespace

JournalWriter::JournalWriter(JournalWriter&& other) noexcept { *this = std::move(other); }

JournalWriter& JournalWriter::operator=(JournalWriter&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

JournalWriter::~JournalWriter() {
  if (fd_ >= 0) { ::close(fd_); }
}

tl::expected<JournalWriter, std::string> JournalWriter::create(const std::string& path, const JournalHead& head) {
  JournalWriter writer;
  writer.path_ = path;
  // A device or a pipe is taken as it is; a regular file must be new.
  writer.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
  if (writer.fd_ < 0 && errno == EEXIST && path.starts_with("/dev/")) {
    writer.fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  }
  if (writer.fd_ < 0) {
    if (errno == EEXIST) {
      return tl::unexpected(fmt::format("{} exists; a journal is never overwritten, name another file", path));
    }
    return tl::unexpected(fmt::format("cannot create the journal {}: {}", path, std::strerror(errno)));
  }
  std::string payload;
  put_head(head, payload);
  const std::string first = std::string(kMagic) + frame(kHeadRecord, payload, {});
  if (auto written = writer.write_all(first); !written) { return tl::unexpected(written.error()); }
  return writer;
}

tl::expected<void, std::string> JournalWriter::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    // A signal may come in between, and a pipe takes what it has room for.
    const auto written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) { continue; }
    if (written <= 0) {
      const std::string why = written < 0 ? std::strerror(errno) : "the file takes no more bytes";
      ::close(std::exchange(fd_, -1));
      return tl::unexpected(fmt::format("the journal {} ends here: {}", path_, why));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

tl::expected<void, std::string> JournalWriter::write_record(std::uint8_t kind, std::string_view payload) {
  if (fd_ < 0) { return {}; }
  buffer_ = frame(kind, payload, std::move(buffer_));
  return write_all(buffer_);
}

tl::expected<void, std::string> JournalWriter::append(const Snapshot& snapshot) {
  std::string payload;
  encode_snapshot(snapshot, payload);
  return write_record(kSecondRecord, payload);
}

tl::expected<void, std::string> JournalWriter::append(const PhaseInfo& begun) {
  std::string payload;
  put_phase(begun, payload);
  return write_record(kPhaseRecord, payload);
}

tl::expected<void, std::string> JournalWriter::append(const Incident& incident) {
  std::string payload;
  put_incident(incident, payload);
  return write_record(kIncidentRecord, payload);
}

tl::expected<void, std::string> JournalWriter::append_invalid(const Incident& why) {
  std::string payload;
  put_incident(why, payload);
  return write_record(kInvalidRecord, payload);
}

tl::expected<void, std::string> JournalWriter::append(const SearchStep& judged) {
  std::string payload;
  wire::put_signed(judged.streams, payload);
  wire::put_varint(static_cast<std::uint64_t>(judged.verdict), payload);
  wire::put_text(judged.limited_by, payload);
  return write_record(kJudgedRecord, payload);
}

tl::expected<void, std::string> JournalWriter::append(const Closing& closing) {
  std::string payload;
  wire::put_signed(closing.at_ns, payload);
  wire::put_varint(closing.cut_short ? 1 : 0, payload);
  return write_record(kClosingRecord, payload);
}

tl::expected<void, std::string> JournalWriter::finish(bool interrupted) {
  auto written = write_record(kEndRecord, interrupted ? "i" : "");
  if (fd_ >= 0) { ::close(std::exchange(fd_, -1)); }
  return written;
}

bool is_journal(std::string_view bytes) { return bytes.starts_with(kName); }

tl::expected<JournalHead, std::string> take_journal_head(std::string_view& bytes) {
  if (!is_journal(bytes)) { return tl::unexpected(std::string("is no journal of weir-loadgen")); }
  if (bytes.size() >= kMagic.size() && !bytes.starts_with(kMagic)) {
    return tl::unexpected(
        fmt::format("is a journal of format {}, this weir-report reads format {}: render it with the release of Weir "
                    "that wrote it",
                    wire::printable(bytes.substr(kName.size(), 1)), kMagic.substr(kName.size())));
  }
  JournalHead head;
  JournalRecord record;
  bytes.remove_prefix(std::min(bytes.size(), kMagic.size()));
  if (!take_record(bytes, record) || record.kind != kHeadRecord || !take_head(record.payload, head)) {
    return tl::unexpected(std::string("is a journal without a whole head; nothing can be made of it"));
  }
  return head;
}

bool replay(std::string_view records, const Layout& layout, RunEvents& events) {
  for (bool ended = false; !records.empty();) {
    JournalRecord record;
    if (ended || !take_record(records, record) || !tell_record(record, layout, events)) { return false; }
    ended = record.kind == kEndRecord;
  }
  return true;
}

tl::expected<Journal, std::string> parse_journal(std::string_view bytes) {
  auto head = take_journal_head(bytes);
  if (!head) { return tl::unexpected(head.error()); }
  Journal journal;
  journal.head = *std::move(head);
  Collected collected(journal);
  journal.truncated = !replay(bytes, journal.head.layout, collected);
  return journal;
}

}  // namespace weir::reports::load
