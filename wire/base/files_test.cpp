#include "wire/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

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

TEST_F(Files, that_cannot_be_written_are_named) {
  const auto lost = prove_writable((folder_ / "missing/report").string());
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error(), HasSubstr("missing/report"));
  EXPECT_FALSE(prove_writable(folder_.string())) << "a folder";
  EXPECT_FALSE(write_file("/dev/full", "x"));
}

}  // namespace
}  // namespace weir::wire
