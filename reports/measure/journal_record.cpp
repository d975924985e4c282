#include "reports/measure/journal_record.hpp"

#include "wire/base/bytes.hpp"

namespace weir::reports::load {
namespace {

bool take(std::string_view bytes, PhaseInfo& phase) {
  return wire::take_text(bytes, phase.name) && wire::take_text(bytes, phase.kind) &&
         wire::take_signed(bytes, phase.start_ns) && wire::take_signed(bytes, phase.end_ns) &&
         wire::take_signed(bytes, phase.streams) && bytes.empty();
}

bool take(std::string_view bytes, Incident& incident) {
  return wire::take_signed(bytes, incident.at_ns) && wire::take_text(bytes, incident.text) && bytes.empty();
}

bool take(std::string_view bytes, SearchStep& step) {
  std::uint64_t verdict = 0;
  if (!wire::take_signed(bytes, step.streams) || !wire::take_varint(bytes, verdict) ||
      verdict > static_cast<std::uint64_t>(StepVerdict::inconclusive)) {
    return false;
  }
  step.verdict = static_cast<StepVerdict>(verdict);
  return wire::take_text(bytes, step.limited_by) && bytes.empty();
}

bool take(std::string_view bytes, Closing& closing) {
  std::uint64_t cut_short = 0;
  if (!wire::take_signed(bytes, closing.at_ns) || !wire::take_varint(bytes, cut_short)) { return false; }
  closing.cut_short = cut_short != 0;
  return bytes.empty();
}

template <class Item>
std::optional<JournalItem> taken(std::string_view bytes) {
  Item item;
  return take(bytes, item) ? std::optional<JournalItem>(std::move(item)) : std::nullopt;
}

}  // namespace

std::string framed(RecordKind kind, std::string_view payload, std::string out) {
  out.clear();
  wire::put_u32(static_cast<std::uint32_t>(payload.size()), out);
  out.push_back(static_cast<char>(kind));
  out.append(payload);
  wire::put_u32(wire::crc32c(std::string_view(out).substr(4)), out);
  return out;
}

bool take_record(std::string_view& bytes, JournalRecord& record) {
  std::string_view rest = bytes;
  std::uint32_t size = 0, sum = 0;
  if (!wire::take_u32(rest, size) || size > limits::kRecordBytes || rest.size() < std::size_t{size} + 5) {
    return false;
  }
  const std::string_view summed = rest.substr(0, std::size_t{size} + 1);
  rest.remove_prefix(summed.size());
  if (!wire::take_u32(rest, sum) || wire::crc32c(summed) != sum) { return false; }
  record = {static_cast<RecordKind>(summed.front()), summed.substr(1)};
  bytes = rest;
  return true;
}

std::string payload_of(const PhaseInfo& phase) {
  std::string out;
  wire::put_text(phase.name, out);
  wire::put_text(phase.kind, out);
  wire::put_signed(phase.start_ns, out);
  wire::put_signed(phase.end_ns, out);
  wire::put_signed(phase.streams, out);
  return out;
}

std::string payload_of(const Snapshot& second) {
  std::string out;
  encode_snapshot(second, out);
  return out;
}

std::string payload_of(const Incident& incident) {
  std::string out;
  wire::put_signed(incident.at_ns, out);
  wire::put_text(incident.text, out);
  return out;
}

std::string payload_of(const SearchStep& step) {
  std::string out;
  wire::put_signed(step.streams, out);
  wire::put_varint(static_cast<std::uint64_t>(step.verdict), out);
  wire::put_text(step.limited_by, out);
  return out;
}

std::string payload_of(const Closing& closing) {
  std::string out;
  wire::put_signed(closing.at_ns, out);
  wire::put_varint(closing.cut_short ? 1 : 0, out);
  return out;
}

std::optional<JournalItem> item_of(const JournalRecord& record, const JournalHead& head) {
  switch (record.kind) {
    case RecordKind::phase:
      return taken<PhaseInfo>(record.payload);
    case RecordKind::second: {
      Snapshot second;
      if (!decode_snapshot(head.layout, record.payload, second, head.wording)) { return std::nullopt; }
      return JournalItem(std::move(second));
    }
    case RecordKind::incident:
      return taken<Incident>(record.payload);
    case RecordKind::invalid: {
      JournalInvalid invalid;
      return take(record.payload, invalid.why) ? std::optional<JournalItem>(std::move(invalid)) : std::nullopt;
    }
    case RecordKind::judged:
      return taken<SearchStep>(record.payload);
    case RecordKind::closing:
      return taken<Closing>(record.payload);
    case RecordKind::end:
      return JournalItem(JournalEnd{record.payload == "i"});
    case RecordKind::head:
      break;
  }
  return std::nullopt;
}

}  // namespace weir::reports::load
