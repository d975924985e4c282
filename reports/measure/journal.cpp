#include "reports/measure/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "wire/base/bytes.hpp"

namespace weir::reports::load {
namespace {

constexpr std::string_view kMagic = "weirjnl1";
constexpr std::size_t kRecordBytes = 64 * 1024 * 1024;
// An encoding is never shorter than a byte for each item, so a count is bounded by the bytes that are left; this bounds
// what an item may cost in memory beyond its bytes.
constexpr std::uint64_t kItems = 100'000;

enum RecordKind : std::uint8_t {
  kHeadRecord = 1,
  kPhaseRecord = 2,
  kSecondRecord = 3,
  kIncidentRecord = 4,
  kEndRecord = 5
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

/// False for a payload that does not decode: somebody else's record, or a newer one's.
bool read_record(const JournalRecord& record, Journal& journal) {
  std::string_view payload = record.payload;
  switch (record.kind) {
    case kPhaseRecord:
      return take_phase(payload, journal.phases.emplace_back());
    case kSecondRecord:
      return decode_snapshot(journal.head.layout, payload, journal.seconds.emplace_back());
    case kIncidentRecord: {
      Incident& incident = journal.incidents.emplace_back();
      return wire::take_signed(payload, incident.at_ns) && wire::take_text(payload, incident.text) && payload.empty();
    }
    case kEndRecord:
      journal.finished = true;
      journal.interrupted = payload == "i";
      return true;
    default:
      return false;
  }
}

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
  const auto written = ::write(fd_, bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size())) { return {}; }
  const std::string why = written < 0 ? std::strerror(errno) : "the file takes no more bytes";
  ::close(std::exchange(fd_, -1));
  return tl::unexpected(fmt::format("the journal {} ends here: {}", path_, why));
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
  wire::put_signed(incident.at_ns, payload);
  wire::put_text(incident.text, payload);
  return write_record(kIncidentRecord, payload);
}

tl::expected<void, std::string> JournalWriter::finish(bool interrupted) {
  auto written = write_record(kEndRecord, interrupted ? "i" : "");
  if (fd_ >= 0) { ::close(std::exchange(fd_, -1)); }
  return written;
}

bool is_journal(std::string_view bytes) { return bytes.starts_with(kMagic); }

tl::expected<Journal, std::string> parse_journal(std::string_view bytes) {
  if (!is_journal(bytes)) { return tl::unexpected(std::string("is no journal of weir-loadgen")); }
  bytes.remove_prefix(kMagic.size());
  Journal journal;
  JournalRecord record;
  if (!take_record(bytes, record) || record.kind != kHeadRecord || !take_head(record.payload, journal.head)) {
    return tl::unexpected(std::string("is a journal without a whole head; nothing can be made of it"));
  }
  while (!bytes.empty()) {
    if (journal.finished || !take_record(bytes, record)) {
      journal.truncated = true;
      break;
    }
    const std::size_t phases = journal.phases.size(), seconds = journal.seconds.size();
    const std::size_t incidents = journal.incidents.size();
    if (read_record(record, journal)) { continue; }
    journal.phases.resize(phases);
    journal.seconds.resize(seconds);
    journal.incidents.resize(incidents);
    journal.truncated = true;
    break;
  }
  return journal;
}

}  // namespace weir::reports::load
