#include "reports/measure/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <thread>

#include "reports/measure/journal_record.hpp"
#include "wire/base/bytes.hpp"

namespace weir::reports::load {
namespace {

JournalHead head() {
  JournalHead head;
  head.run.tool_version = "1.2.3";
  head.run.kernel = "Linux 6.1.0 x86_64";
  head.run.run_id = "night-7";
  head.run.started_at = "2000-01-01T00:00:00Z";
  head.run.start_unix_ns = 946'684'800'000'000'000;
  head.run.utc_offset_s = -3'600;
  head.run.labels = {{"commit", "4f2a91c"}};
  head.run.server = {"weather", "2.0", "2025-11-25"};
  head.run.scenario_hash = "9b3c2f60d4e1a875";
  head.run.shard = {.index = 1, .count = 4, .late_ns = 12, .merged = {0, 2}};
  head.run.second_ns = 500;
  head.run.target_url = "https://example.test/mcp";
  head.run.scenario_text = "phases:\n  - hold: 10m\n";
  head.run.seed = 18'446'744'073'709'551'615U;
  head.run.workers = 3;
  head.run.tls_verified = false;
  head.run.thresholds = {{"stream_drop_ratio < 0.001", "stream_drop_ratio", "<", 0.1 + 0.2, "hold", "", ""}};
  head.run.lag_bound_seconds = 0.25;
  head.layout.populations = {{"watchers", {"echo"}}, {"idlers", {}}};
  return head;
}

Snapshot second(std::int64_t number) {
  Snapshot snapshot(head().layout);
  snapshot.at_ns = number * 1'000'000'000;
  snapshot.span_ns = 1'000'000'000;
  snapshot.populations[0][Counter::events] = static_cast<std::uint64_t>(number);
  snapshot.populations[0][Timer::byte_gap].record(static_cast<std::uint64_t>(number) * 1000);
  return snapshot;
}

class JournalFile : public ::testing::Test {
 protected:
  JournalFile() {
    char name[] = "/tmp/weir-journal-XXXXXX";
    folder_ = ::mkdtemp(name);
    path_ = folder_ + "/run.journal";
  }
  ~JournalFile() override {
    ::unlink(path_.c_str());
    ::rmdir(folder_.c_str());
  }
  std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write_three_seconds(bool finish) const {
    auto writer = JournalWriter::create(path_, head());
    ASSERT_TRUE(writer) << writer.error();
    ASSERT_TRUE(writer->append(PhaseInfo{"ramp", "ramp", 0, -1, 100}));
    for (int number = 1; number <= 3; ++number) { ASSERT_TRUE(writer->append(second(number))); }
    ASSERT_TRUE(writer->append(Incident{2'500'000'000, "worker 1 died"}));
    ASSERT_TRUE(writer->append_invalid({2'600'000'000, "worker 1 died"}));
    ASSERT_TRUE(writer->append(SearchStep{100, StepVerdict::inconclusive, "the generator"}));
    if (finish) {
      ASSERT_TRUE(writer->append(Closing{2'700'000'000, true}));
      ASSERT_TRUE(writer->finish(true));
    }
  }
  std::string folder_, path_;
};

/// A pipe that takes a little at a time, and a signal that comes while it is full.
TEST_F(JournalFile, goes_on_after_a_signal_and_a_pipe_that_is_full) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::string read;
  const auto drain = [&](std::size_t most) {
    std::string block(most, '\0');
    const auto got = ::read(ends[0], block.data(), block.size());
    read.append(block, 0, got > 0 ? static_cast<std::size_t>(got) : 0);
    return got > 0;
  };
  struct sigaction handler{}, before{};
  handler.sa_handler = [](int) {};  // Without SA_RESTART.
  ::sigaction(SIGUSR1, &handler, &before);
  const pthread_t writing = ::pthread_self();
  std::atomic<bool> written = false;
  std::thread reader([&] {
    // Each signal finds the writer in the middle of a write, or about to begin one.
    while (!written) {
      ::pthread_kill(writing, SIGUSR1);
      drain(4096);
      std::this_thread::yield();
    }
    while (drain(65'536)) {}
  });
  {
    JournalHead big = head();
    big.run.scenario_text.assign(1'000'000, 'x');
    auto writer = JournalWriter::create(fmt::format("/dev/fd/{}", ends[1]), big);
    ASSERT_TRUE(writer) << writer.error();
    EXPECT_TRUE(writer->append(second(1)));
    EXPECT_TRUE(writer->finish(false));
  }
  ::close(ends[1]);
  written = true;
  reader.join();
  ::close(ends[0]);
  ::sigaction(SIGUSR1, &before, nullptr);
  const auto journal = parse_journal(read);
  ASSERT_TRUE(journal) << journal.error();
  EXPECT_EQ(journal->seconds.size(), 1U);
}

TEST_F(JournalFile, gives_back_all_that_was_written) {
  write_three_seconds(true);
  const auto journal = parse_journal(bytes());
  ASSERT_TRUE(journal) << journal.error();
  EXPECT_EQ(journal->head, head());
  ASSERT_EQ(journal->seconds.size(), 3u);
  EXPECT_EQ(journal->seconds[2].populations[0][Counter::events], 3u);
  ASSERT_EQ(journal->phases.size(), 1u);
  EXPECT_EQ(journal->phases[0].streams, 100);
  ASSERT_EQ(journal->incidents.size(), 1u);
  EXPECT_EQ(journal->incidents[0].text, "worker 1 died");
  ASSERT_EQ(journal->invalid.size(), 1u);
  EXPECT_EQ(journal->invalid[0], (Incident{2'600'000'000, "worker 1 died"}));
  ASSERT_EQ(journal->judged.size(), 1u);
  EXPECT_EQ(journal->judged[0], (SearchStep{100, StepVerdict::inconclusive, "the generator"}));
  EXPECT_EQ(journal->closing, (Closing{2'700'000'000, true}));
  EXPECT_TRUE(journal->finished);
  EXPECT_TRUE(journal->interrupted);
  EXPECT_FALSE(journal->truncated);
}

TEST_F(JournalFile, is_readable_up_to_its_last_whole_record_wherever_it_is_cut) {
  write_three_seconds(true);
  const std::string whole = bytes();
  std::size_t most = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto journal = parse_journal(std::string_view(whole).substr(0, size));
    if (!journal) {
      EXPECT_EQ(most, 0u) << "a longer file must not give less";
      continue;
    }
    EXPECT_GE(journal->seconds.size(), most);
    EXPECT_FALSE(journal->finished);
    most = journal->seconds.size();
  }
  EXPECT_EQ(most, 3u);
}

TEST_F(JournalFile, ends_before_a_record_with_a_changed_byte) {
  write_three_seconds(true);
  std::string changed = bytes();
  changed[changed.size() - 40] ^= 0x20;  // In one of the last records, or in the last second.
  const auto journal = parse_journal(changed);
  ASSERT_TRUE(journal);
  EXPECT_TRUE(journal->truncated);
  EXPECT_FALSE(journal->finished);
  EXPECT_GE(journal->seconds.size(), 2u);
}

TEST_F(JournalFile, survives_any_bytes) {
  write_three_seconds(true);
  const std::string whole = bytes();
  std::mt19937_64 random(5);
  for (int round = 0; round < 700; ++round) {
    std::string changed = whole;
    // With a right sum, so that the payloads are read.
    const std::size_t at = 8 + random() % (changed.size() - 8);
    changed[at] = static_cast<char>(random());
    std::string_view rest = std::string_view(changed).substr(8);
    for (std::size_t begin = 8; rest.size() > 9;) {
      std::uint32_t size = 0;
      std::string_view look = rest;
      wire::take_u32(look, size);
      if (look.size() < std::size_t{size} + 5) { break; }
      std::string sum;
      wire::put_u32(wire::crc32c(look.substr(0, std::size_t{size} + 1)), sum);
      changed.replace(begin + 5 + size, 4, sum);
      begin += std::size_t{size} + 9;
      rest = std::string_view(changed).substr(begin);
    }
    const auto journal = parse_journal(changed);
    if (journal) { EXPECT_LE(journal->seconds.size(), 4u); }
  }
}

TEST_F(JournalFile, of_a_killed_writer_is_whole) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = JournalWriter::create(path_, head());
    for (int number = 1; writer && number <= 3; ++number) {
      if (!writer->append(second(number))) { ::_exit(1); }
    }
    if (::write(ready[1], "x", 1) != 1) { ::_exit(1); }
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  const auto journal = parse_journal(bytes());
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->seconds.size(), 3u);
  EXPECT_FALSE(journal->finished);
  EXPECT_FALSE(journal->truncated);
}

TEST_F(JournalFile, is_for_its_owner_alone) {
  write_three_seconds(false);
  EXPECT_EQ(std::filesystem::status(path_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

/// The journal with its head changed by `change`, as another release would have written it.
std::string with_head(const std::string& journal, const std::function<void(std::string&)>& change) {
  std::string_view rest = std::string_view(journal).substr(8);
  JournalRecord record;
  EXPECT_TRUE(take_record(rest, record));
  std::string payload(record.payload);
  change(payload);
  return journal.substr(0, 8) + framed(RecordKind::head, payload, {}) + std::string(rest);
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

TEST_F(JournalFile, of_a_release_that_counts_in_another_order_is_read_by_its_names) {
  write_three_seconds(true);
  const auto journal = parse_journal(with_head(bytes(), [](std::string& head) {
    replace(head, "\"events\",\"heartbeats\"", "\"heartbeats\",\"events\"");
    replace(head, "\"byte_gap\",\"reconnect_duration\"", "\"reconnect_duration\",\"byte_gap\"");
  }));
  ASSERT_TRUE(journal) << journal.error();
  ASSERT_EQ(journal->seconds.size(), 3U);
  EXPECT_EQ(journal->seconds[2].populations[0][Counter::heartbeats], 3U);
  EXPECT_EQ(journal->seconds[2].populations[0][Timer::reconnect_duration].count(), 1U);
}

TEST_F(JournalFile, of_a_later_release_is_refused_by_the_word_that_is_not_known) {
  write_three_seconds(true);
  const auto journal = parse_journal(
      with_head(bytes(), [](std::string& head) { replace(head, "\"stream_ms\"", "\"stream_ms\",\"events_eaten\""); }));
  ASSERT_FALSE(journal);
  EXPECT_EQ(
      journal.error(),
      "was written by weir-loadgen 1.2.3 and counts the counter 'events_eaten', which is not known here: render it "
      "with that release of Weir, or a later one");
}

TEST_F(JournalFile, takes_a_head_with_more_in_it_than_is_known) {
  write_three_seconds(true);
  const auto journal = parse_journal(with_head(
      bytes(), [](std::string& head) { replace(head, "{\"run\":{", "{\"weather\":1,\"run\":{\"mood\":[],"); }));
  ASSERT_TRUE(journal) << journal.error();
  EXPECT_EQ(journal->head, head());
}

TEST_F(JournalFile, with_a_whole_record_of_an_unknown_kind_is_not_taken_for_a_killed_run) {
  write_three_seconds(false);
  const auto journal = parse_journal(bytes() + framed(static_cast<RecordKind>(99), "?", {}));
  ASSERT_FALSE(journal);
  EXPECT_EQ(
      journal.error(),
      "holds a record (kind 99) that is whole by its sum and unknown here: render it with the release of Weir that "
      "wrote it, 1.2.3");
}

TEST_F(JournalFile, with_more_than_any_run_has_is_refused_by_a_limit) {
  write_three_seconds(false);
  const std::string whole = bytes();
  const auto error = [&](std::string_view more) {
    const auto journal = parse_journal(whole + std::string(more));
    return journal ? "no error" : journal.error();
  };
  std::string phases, incidents;
  const std::string phase = framed(RecordKind::phase, payload_of(PhaseInfo{"hold", "hold", 0, 1, 1}), {});
  for (std::size_t i = 0; i < limits::kPhases; ++i) { phases += phase; }
  EXPECT_EQ(error(phases), "holds more than 1000 phases, which no run has") << "one was there already";
  const std::string incident = framed(RecordKind::incident, payload_of(Incident{0, "again"}), {});
  for (std::size_t i = 0; i <= limits::kIncidents; ++i) { incidents += incident; }
  EXPECT_EQ(error(incidents), "holds more than 60000 incidents, which no run has");
  const Incident long_one{0, std::string(limits::kTextBytes, 'x')};
  EXPECT_THAT(error(framed(RecordKind::invalid, payload_of(long_one), {})), ::testing::HasSubstr("65536 are the most"));
}

TEST_F(JournalFile, with_a_number_that_no_run_reaches_is_refused) {
  write_three_seconds(false);
  const std::string whole = bytes();
  const auto error = [&](RecordKind kind, const std::string& payload) {
    const auto journal = parse_journal(whole + framed(kind, payload, {}));
    return journal ? "no error" : journal.error();
  };
  const std::string expected = "with a number that no run reaches";
  for (const std::int64_t huge : {INT64_MAX, INT64_MIN}) {
    Snapshot at = second(4), span = second(4), gauge = second(4);
    at.at_ns = huge;
    span.span_ns = huge;
    gauge.populations[0][Gauge::streams_open] = huge;
    for (const Snapshot* one : {&at, &span, &gauge}) {
      EXPECT_THAT(error(RecordKind::second, payload_of(*one)), ::testing::HasSubstr(expected));
    }
    EXPECT_THAT(error(RecordKind::phase, payload_of(PhaseInfo{"hold", "hold", huge, 1, 1})),
                ::testing::HasSubstr(expected));
    EXPECT_THAT(error(RecordKind::incident, payload_of(Incident{huge, "x"})), ::testing::HasSubstr(expected));
    EXPECT_THAT(error(RecordKind::invalid, payload_of(Incident{huge, "x"})), ::testing::HasSubstr(expected));
    EXPECT_THAT(error(RecordKind::closing, payload_of(Closing{huge, false})), ::testing::HasSubstr(expected));
  }
  Snapshot long_one = second(4);
  long_one.span_ns = limits::kTimeNs;
  Snapshot sum = long_one;
  for (int i = 0; i < 20; ++i) { sum.add_span(long_one); }
  EXPECT_EQ(sum.span_ns, limits::kTimeNs) << "no more than any run has";
}

TEST_F(JournalFile, whose_head_says_more_than_any_run_has_is_refused_by_a_limit) {
  write_three_seconds(true);
  const auto error = [&](const std::function<void(JournalHead&)>& change) {
    JournalHead changed = head();
    change(changed);
    const auto journal = parse_journal(std::string(kJournalMagic) + framed(RecordKind::head, payload_of(changed), {}));
    return journal ? "no error" : journal.error();
  };
  EXPECT_EQ(error([](JournalHead&) {}), "no error");
  EXPECT_EQ(error([](JournalHead& head) { head.run.shard.count = 4'294'967'295U; }),
            "says that it is shard 2/4294967295, and a run has at most 10000");
  EXPECT_EQ(error([](JournalHead& head) { head.run.shard.index = 4; }),
            "says that it is shard 5/4, and a run has at most 10000");
  EXPECT_EQ(error([](JournalHead& head) { head.run.second_ns = INT64_MAX; }), "has times that no run reaches");
  EXPECT_EQ(error([](JournalHead& head) { head.run.start_unix_ns = INT64_MIN; }), "has times that no run reaches");
  EXPECT_EQ(error([](JournalHead& head) { head.run.shard.merged.assign(5, 0); }), "holds more shards than its run has");
  EXPECT_EQ(error([](JournalHead& head) { head.layout.populations.resize(33); }),
            "has more than 32 populations, which no run has");
  EXPECT_EQ(error([](JournalHead& head) { head.layout.populations[0].tools.resize(65, "t"); }),
            "has more than 64 tools in a population, which no run has");
  EXPECT_EQ(error([](JournalHead& head) { head.run.thresholds.resize(1'001); }),
            "has more than 1000 thresholds, which no run has");
  EXPECT_THAT(error([](JournalHead& head) { head.run.scenario_text.assign(limits::kHeadBytes, 'x'); }),
              ::testing::HasSubstr("has a head of more than"));
}

TEST_F(JournalFile, is_proved_creatable_before_a_run_and_without_a_trace) {
  EXPECT_TRUE(JournalWriter::prove_creatable(path_));
  EXPECT_TRUE(JournalWriter::prove_creatable("/dev/null"));
  EXPECT_FALSE(JournalWriter::prove_creatable("/nonexistent/run.journal"));
  EXPECT_TRUE(JournalWriter::create(path_, head())) << "nothing stood there";
  const auto again = JournalWriter::prove_creatable(path_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), JournalWriter::create(path_, head()).error());
}

TEST_F(JournalFile, never_overwrites_evidence) {
  write_three_seconds(false);
  const auto again = JournalWriter::create(path_, head());
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().find("exists"), std::string::npos) << again.error();
}

TEST(Journal, names_a_full_disk_and_goes_quiet) {
  const auto full = JournalWriter::create("/dev/full", head());
  ASSERT_FALSE(full);
  EXPECT_NE(full.error().find("No space left"), std::string::npos) << full.error();
  const auto missing = JournalWriter::create("/nonexistent/run.journal", head());
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().find("/nonexistent/run.journal"), std::string::npos);
  JournalWriter nowhere;
  EXPECT_TRUE(nowhere.append(second(1)));
  EXPECT_TRUE(nowhere.finish(false));
}

TEST_F(JournalFile, whose_writer_was_killed_at_once_is_told_from_what_is_none) {
  write_three_seconds(true);
  const std::string whole = bytes();
  std::size_t head_bytes = 0;
  while (ends_within_head(std::string_view(whole).substr(0, head_bytes))) { ASSERT_LE(++head_bytes, whole.size()); }
  EXPECT_GT(head_bytes, kJournalMagic.size());
  EXPECT_TRUE(JournalReader::open(std::string_view(whole).substr(0, head_bytes)));
  EXPECT_FALSE(JournalReader::open(std::string_view(whole).substr(0, head_bytes - 1)));
  EXPECT_FALSE(ends_within_head("{}"));
  EXPECT_FALSE(ends_within_head("weirjnl2 and whatever stood there"));
}

TEST(Journal, refuses_what_is_none) {
  EXPECT_FALSE(is_journal("{\"schema_version\":1}"));
  EXPECT_FALSE(parse_journal("{}"));
  EXPECT_FALSE(parse_journal("weirjnl3"));
  EXPECT_FALSE(parse_journal("weirjnl"));
}

TEST(Journal, of_another_format_is_refused_by_its_number) {
  EXPECT_TRUE(is_journal("weirjnl1"));
  for (const char digit : {'1', '2', '4'}) {
    const auto other = parse_journal(std::string("weirjnl") + digit + " and whatever stood there");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error(), std::string("is a journal of format ") + digit +
                                 ", this weir-report reads format 3: render it with the release of Weir that wrote it");
  }
}

TEST(Crc32c, gives_the_sums_of_rfc_3720) {
  EXPECT_EQ(wire::crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(wire::crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(wire::crc32c("123456789"), 0xE3069283U);
}

}  // namespace
}  // namespace weir::reports::load
