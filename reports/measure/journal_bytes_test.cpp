#include "reports/measure/journal_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "reports/measure/journal_record.hpp"

namespace weir::reports::load {
namespace {

namespace fs = std::filesystem;

/// Of records that no block holds whole, and of others that no record of a block's end does.
std::string long_journal() {
  JournalHead head;
  head.run.scenario_text.assign(300'000, 's');
  std::string bytes = std::string(kJournalMagic) + framed(RecordKind::head, payload_of(head), {});
  for (int i = 0; i < 200; ++i) {
    const Incident incident{i, std::string(static_cast<std::size_t>(i) * 131 % 60'000, 'i')};
    bytes += framed(RecordKind::incident, payload_of(incident), {});
  }
  return bytes + framed(RecordKind::end, "", {});
}

class JournalBytesOfFile : public ::testing::Test {
 protected:
  JournalBytesOfFile() {
    char name[] = "/tmp/weir-journal-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~JournalBytesOfFile() override { fs::remove_all(folder_); }
  std::string path() const { return (folder_ / "run.journal").string(); }
  void write(std::string_view bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
  fs::path folder_;
};

void expect_same(const tl::expected<Journal, std::string>& file, const tl::expected<Journal, std::string>& memory) {
  ASSERT_EQ(file.has_value(), memory.has_value());
  if (!file) {
    EXPECT_EQ(file.error(), memory.error());
    return;
  }
  EXPECT_EQ(file->head, memory->head);
  EXPECT_EQ(file->finished, memory->finished);
  EXPECT_EQ(file->truncated, memory->truncated);
  ASSERT_EQ(file->incidents.size(), memory->incidents.size());
  for (std::size_t i = 0; i < file->incidents.size(); ++i) {
    EXPECT_EQ(file->incidents[i].text, memory->incidents[i].text) << i;
  }
}

TEST_F(JournalBytesOfFile, are_what_they_are_in_memory_wherever_the_file_ends) {
  const std::string whole = long_journal();
  ASSERT_EQ(parse_journal(whole)->incidents.size(), 200U);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{8}, std::size_t{9}, std::size_t{64 * 1024},
                                std::size_t{64 * 1024 + 1}, whole.size() / 2, whole.size() - 200'000}) {
    const std::string bytes = whole.substr(0, whole.size() - cut);
    write(bytes);
    const auto journal = JournalBytes::of_file(path());
    ASSERT_TRUE(journal) << cut;
    expect_same(parse_journal(*journal), parse_journal(bytes));
    expect_same(parse_journal(*journal), parse_journal(bytes));  // A copy begins where the first one did.
  }
}

TEST_F(JournalBytesOfFile, that_claim_a_record_beyond_every_limit_are_torn_there_and_not_held) {
  const std::string whole = long_journal();
  std::string bytes = whole.substr(0, whole.size() - 9) + "\xFF\xFF\xFF\x7F";
  bytes.append(1'000'000, 'x');
  write(bytes);
  auto journal = JournalBytes::of_file(path());
  ASSERT_TRUE(journal);
  const auto read = parse_journal(*journal);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->truncated);
  EXPECT_EQ(read->incidents.size(), 200U);
  journal->skip(journal->front(8).size());
  journal->skip(journal->front(whole.size() - 17).size());
  EXPECT_EQ(journal->record().size(), kRecordFrameBytes);
}

TEST_F(JournalBytesOfFile, are_none_of_what_is_no_file_or_no_journal) {
  EXPECT_FALSE(JournalBytes::of_file(path()));
  EXPECT_FALSE(JournalBytes::of_file(folder_.string()));
  write("{\"schema_version\": 1}");
  EXPECT_FALSE(JournalBytes::of_file(path()));
  write("");
  EXPECT_FALSE(JournalBytes::of_file(path()));
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_FALSE(JournalBytes::of_file(path()));  // Whoever writes there may be slow, and is read once.
}

TEST(JournalBytes, that_are_owned_outlive_what_they_came_from) {
  JournalBytes bytes = [] {
    JournalBytes first = JournalBytes::owned("weirjnl3 and more");
    first.skip(1);
    return first;
  }();
  EXPECT_EQ(bytes.front(7), "eirjnl3");
  bytes.skip(7);
  EXPECT_EQ(bytes.front(100), " and more");
}

}  // namespace
}  // namespace weir::reports::load
