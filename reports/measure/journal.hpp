// The journal of a load run: one file, only ever appended to, from which every report can be made up to the last whole
// second, however the run ended.
//
// "weirjnl3", then records: u32 length of the payload, u8 kind, payload, u32 CRC-32C of kind and payload (little
// endian). The first record is the head, a JSON text; a record that is cut short or does not match its sum ends the
// journal.
//
// A journal is to be read next year. Its head names every number that the seconds hold (wording.hpp), so that a Weir
// with another vocabulary finds each by its name, and refuses a journal with a name that it does not know. The digit
// changes only where the records themselves do, and one of another format is refused by it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "reports/measure/journal_bytes.hpp"
#include "reports/measure/limits.hpp"
#include "reports/measure/run_events.hpp"
#include "wire/base/lifetime.hpp"

namespace weir::reports::load {

/// What a report needs beside the numbers.
struct JournalHead {
  RunInfo run;  ///< Redacted.
  Layout layout;
  Wording wording;  ///< In whose order the numbers stand; a writer's own.
  bool operator==(const JournalHead&) const = default;
};

enum class RecordKind : std::uint8_t;
struct JournalRecord;
inline constexpr std::size_t kRecordKinds = 9;  ///< The first of which is none.

class JournalWriter {
 public:
  JournalWriter() = default;  ///< Writes nowhere.
  JournalWriter(JournalWriter&& other) noexcept;
  JournalWriter& operator=(JournalWriter&& other) noexcept;
  ~JournalWriter();
  /// Whether create() could do so now: asked before a run of hours. Leaves no trace.
  static tl::expected<void, std::string> prove_creatable(const std::string& path);
  /// Creates the file, for its owner alone; an existing one is refused (a journal is evidence). The error is one line
  /// with the path and the fix. Devices (/dev/stdout) are taken as they are.
  static tl::expected<JournalWriter, std::string> create(const std::string& path, const JournalHead& head);

  /// Each is one write(2), so that a killed writer leaves whole records. An error (no space left, ...) closes the file;
  /// the run goes on without it and says so.
  tl::expected<void, std::string> append(const Snapshot& snapshot);
  tl::expected<void, std::string> append(const PhaseInfo& begun);
  tl::expected<void, std::string> append(const Incident& incident);
  tl::expected<void, std::string> append_invalid(const Incident& why);
  tl::expected<void, std::string> append(const SearchStep& judged);
  tl::expected<void, std::string> append(const Closing& closing);
  /// The run came to its end by itself: `interrupted` or not.
  tl::expected<void, std::string> finish(bool interrupted);
  bool is_open() const { return fd_ >= 0; }

 private:
  tl::expected<void, std::string> write_all(std::string_view bytes);
  tl::expected<void, std::string> write_record(RecordKind kind, std::string_view payload);
  int fd_ = -1;
  std::string path_;
  std::string buffer_;
};

/// Writes whatever it is told.
class JournalledEvents final : public RunEvents {
 public:
  explicit JournalledEvents(JournalWriter& journal) : journal_(journal) {}
  void begin(const PhaseInfo& phase) override { keep(journal_.append(phase)); }
  void second(const Snapshot& second) override { keep(journal_.append(second)); }
  void incident(const Incident& incident) override { keep(journal_.append(incident)); }
  void invalid(const Incident& why) override { keep(journal_.append_invalid(why)); }
  void judged(const SearchStep& step) override { keep(journal_.append(step)); }
  void closing(const Closing& closing) override { keep(journal_.append(closing)); }
  void end(bool interrupted) override { keep(journal_.finish(interrupted)); }
  const std::string& problem() const WEIR_LIFETIME_BOUND { return problem_; }  ///< The first; or empty.

 private:
  void keep(const tl::expected<void, std::string>& written) {
    if (!written && problem_.empty()) { problem_ = written.error(); }
  }
  JournalWriter& journal_;
  std::string problem_;
};

bool is_journal(std::string_view bytes);
/// Whether this is the beginning of a journal whose writer was killed before the head was whole, or nothing at all.
bool ends_within_head(JournalBytes bytes);

struct JournalEnd {
  bool interrupted = false;
};
struct JournalInvalid {
  Incident why;
};
using JournalItem = std::variant<PhaseInfo, Snapshot, Incident, JournalInvalid, SearchStep, Closing, JournalEnd>;
/// Calls the member of `events` that the item was written by.
void tell(const JournalItem& item, RunEvents& events);

/// Reads a journal record by record.
class JournalReader {
 public:
  /// Takes the head; an error where there is no whole one, or one of another format or vocabulary.
  static tl::expected<JournalReader, std::string> open(JournalBytes bytes);
  const JournalHead& head() const WEIR_LIFETIME_BOUND { return head_; }
  /// nullopt: the end, or what follows was torn off while it was written. An error: a record is whole, and none of
  /// those that are known here, or more than a run has of its kind (limits.hpp); or the file cannot be read on.
  tl::expected<std::optional<JournalItem>, std::string> next();
  bool torn() const { return torn_; }  ///< Bytes follow that are no whole record.

 private:
  explicit JournalReader(JournalBytes bytes) : bytes_(std::move(bytes)) {}
  /// The next record; false where there is no whole one.
  bool take(JournalRecord& record);

  JournalBytes bytes_;
  JournalHead head_;
  tl::expected<void, std::string> count(const JournalRecord& record);

  std::array<std::size_t, kRecordKinds> records_{};  ///< Of each kind.
  bool ended_ = false, torn_ = false;
};

/// A whole journal, every second of it.
struct Journal {
  JournalHead head;
  std::vector<PhaseInfo> phases;
  std::vector<Snapshot> seconds;  ///< In the order of the file.
  std::vector<Incident> incidents;
  std::vector<Incident> invalid;  ///< Why the run says nothing about the target.
  std::vector<SearchStep> judged;
  std::optional<Closing> closing;
  bool finished = false;  ///< The end record was there.
  bool interrupted = false;
  bool truncated = false;  ///< Bytes followed that are no whole record.
};
tl::expected<Journal, std::string> parse_journal(JournalBytes bytes);

}  // namespace weir::reports::load
