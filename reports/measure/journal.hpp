// The journal of a load run: one file, only ever appended to, from which every report can be made up to the last whole
// second, however the run ended.
//
// "weirjnl2", then records: u32 length of the payload, u8 kind, payload, u32 CRC-32C of kind and payload (little
// endian). The first record is the head; a record that is cut short or does not match its sum ends the journal. The
// digit counts the formats: it changes with each word that is added to vocabulary.hpp, and one of another format is
// refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reports/measure/run_events.hpp"

namespace weir::reports::load {

/// What a report needs beside the numbers.
struct JournalHead {
  RunInfo
      run;  ///< Target, scenario, phases planned so far, thresholds. Scenario and command are redacted, its URL is not.
  Layout layout;
  bool operator==(const JournalHead&) const = default;
};

class JournalWriter {
 public:
  JournalWriter() = default;  ///< Writes nowhere.
  JournalWriter(JournalWriter&& other) noexcept;
  JournalWriter& operator=(JournalWriter&& other) noexcept;
  ~JournalWriter();
  /// Creates the file; an existing one is refused (a journal is evidence). The error is one line with the path and the
  /// fix. Devices (/dev/stdout) are taken as they are.
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
  tl::expected<void, std::string> write_record(std::uint8_t kind, std::string_view payload);
  int fd_ = -1;
  std::string path_;
  std::string buffer_;
};

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

inline constexpr std::size_t kJournalBytes = std::size_t{4} * 1024 * 1024 * 1024;  ///< A journal that is read back.
bool is_journal(std::string_view bytes);
/// Takes the head off the front; an error where there is no whole one, or one of another format.
tl::expected<JournalHead, std::string> take_journal_head(std::string_view& bytes);
/// Tells what follows the head, as far as the records are whole; false where bytes follow that are none.
bool replay(std::string_view records, const Layout& layout, RunEvents& events);
/// The whole journal, every second of it.
tl::expected<Journal, std::string> parse_journal(std::string_view bytes);

}  // namespace weir::reports::load
