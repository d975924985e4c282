#include "wire/base/files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "wire/base/end_signals.hpp"

namespace weir::wire {
namespace {

using ::testing::HasSubstr;

class Files : public ::testing::Test {
 protected:
  Files() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("weir-") + test->name() + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  }

  std::filesystem::path folder_;
};

TEST_F(Files, are_proved_writable_without_a_trace) {
  EXPECT_TRUE(prove_writable((folder_ / "new").string()));
  EXPECT_EQ(entries(), 0);
  const auto old = folder_ / "old";
  std::ofstream(old) << "what stood there";
  EXPECT_TRUE(prove_writable(old.string()));
  EXPECT_EQ(std::filesystem::file_size(old), 16U);
  EXPECT_EQ(entries(), 1);
  EXPECT_TRUE(prove_writable("/dev/full"));  // It can be opened; the write will tell.
  EXPECT_TRUE(prove_writable("-"));
}

/// A named pipe of which nothing is read before the program was asked to end, and all of it after `patience`.
std::chrono::milliseconds spent_on_unread_pipe(const std::string& pipe, bool opened, std::chrono::seconds patience,
                                               tl::expected<void, std::string>& written, std::size_t& taken) {
  ::mkfifo(pipe.c_str(), 0600);
  const int reader = opened ? ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK) : -1;
  std::atomic<bool> over = false;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    count_end_signal(SIGURG);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!over && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const int late = opened ? reader : ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    while (!over) {
      std::array<char, 65'536> bytes{};
      const auto got = ::read(late, bytes.data(), bytes.size());
      taken += got > 0 ? static_cast<std::size_t>(got) : 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::close(late);
  });
  const auto begun = std::chrono::steady_clock::now();
  written = write_file(pipe, std::string(1'000'000, 'x'));
  const auto spent = std::chrono::steady_clock::now() - begun;
  over = true;
  other.join();
  return std::chrono::duration_cast<std::chrono::milliseconds>(spent);
}

TEST_F(Files, that_nobody_reads_are_given_up_once_the_program_is_asked_to_end) {
  constexpr std::chrono::seconds kTooLong{8};
  for (const bool opened : {true, false}) {
    const std::string pipe = (folder_ / (opened ? "opened" : "left")).string();
    tl::expected<void, std::string> written;
    std::size_t taken = 0;
    EXPECT_LT(spent_on_unread_pipe(pipe, opened, kTooLong, written, taken), std::chrono::seconds(4));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error(), "cannot write " + pipe + ": nobody reads it");
  }
}

TEST_F(Files, that_are_read_at_last_are_written_whole_although_the_program_is_to_end) {
  tl::expected<void, std::string> written;
  std::size_t taken = 0;
  spent_on_unread_pipe((folder_ / "pipe").string(), true, std::chrono::seconds(0), written, taken);
  EXPECT_TRUE(written) << written.error();
  EXPECT_GE(taken, 900'000U);  // What fits into the pipe may still be there.
}

TEST_F(Files, that_cannot_be_written_are_named) {
  const auto lost = prove_writable((folder_ / "missing/report").string());
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error(), HasSubstr("missing/report"));
  EXPECT_FALSE(prove_writable(folder_.string())) << "a folder";
  EXPECT_FALSE(write_file("/dev/full", "x"));
}

}  // namespace
}  // namespace weir::wire
