// The records of a journal as bytes; journal.hpp says what they are for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reports/measure/journal.hpp"

namespace weir::reports::load {

inline constexpr std::string_view kJournalName = "weirjnl", kJournalMagic = "weirjnl3";
inline constexpr std::size_t kRecordFrameBytes = 9;  ///< Of a record, beside its payload.

enum class RecordKind : std::uint8_t {
  head = 1,
  phase = 2,
  second = 3,
  incident = 4,
  end = 5,
  invalid = 6,
  judged = 7,
  closing = 8,
};

struct JournalRecord {
  RecordKind kind{};
  std::string_view payload;
};

/// `out` is emptied first; its memory is used again.
std::string framed(RecordKind kind, std::string_view payload, std::string out);
/// False where the bytes hold no whole record that matches its sum.
bool take_record(std::string_view& bytes, JournalRecord& record);

std::string payload_of(const PhaseInfo& phase);
std::string payload_of(const Snapshot& second);
std::string payload_of(const Incident& incident);
std::string payload_of(const SearchStep& step);
std::string payload_of(const Closing& closing);
/// nullopt: the payload is none of its kind.
std::optional<JournalItem> item_of(const JournalRecord& record, const JournalHead& head);

/// The head as JSON, to which members may be added without another format.
std::string payload_of(const JournalHead& head);
/// An error is what the journal has that is not known here, or lacks.
tl::expected<JournalHead, std::string> head_of(std::string_view payload);

}  // namespace weir::reports::load
