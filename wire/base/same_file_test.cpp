#include "wire/base/same_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::wire {
namespace {

class SameFile : public ::testing::Test {
 protected:
  SameFile() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("weir-") + test->name() + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "inner");
  }
  ~SameFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  bool are_one(const std::string& first, const std::string& second) const {
    return shared_file({{"--one", first}, {"--other", second}}, {}).has_value();
  }

  std::filesystem::path folder_;
};

TEST_F(SameFile, is_told_by_the_options_that_name_it) {
  EXPECT_EQ(shared_file({{"--report json", path("x")}, {"--report junit", path("x")}}, {}),
            "--report json and --report junit name one file, " + path("x") + ": give each a file of its own");
  EXPECT_EQ(shared_file({{"--report json", path("x")}}, {{"--profile", path("x")}}),
            "--profile and --report json name one file, " + path("x") + ": give each a file of its own");
  EXPECT_EQ(shared_file({}, {{"--profile", path("x")}, {"--baseline", path("x")}}), std::nullopt) << "only read";
}

TEST_F(SameFile, is_one_by_whatever_name) {
  EXPECT_TRUE(are_one(path("new"), path("inner/../new")));
  EXPECT_TRUE(are_one(path("new"), std::filesystem::relative(path("new")).string()));
  EXPECT_FALSE(are_one(path("new"), path("inner/new")));
  std::ofstream(path("there")) << "x";
  std::filesystem::create_symlink(path("there"), path("link"));
  std::filesystem::create_hard_link(path("there"), path("hard"));
  std::filesystem::create_directory_symlink(path("inner"), path("folder"));
  EXPECT_TRUE(are_one(path("there"), path("link")));
  EXPECT_TRUE(are_one(path("there"), path("hard")));
  EXPECT_TRUE(are_one(path("inner/new"), path("folder/new")));
  std::ofstream(path("other")) << "x";
  EXPECT_FALSE(are_one(path("there"), path("other")));
}

TEST_F(SameFile, is_none_where_nothing_is_lost) {
  EXPECT_FALSE(are_one("-", "-"));
  EXPECT_FALSE(are_one("", ""));
  EXPECT_FALSE(are_one("/dev/null", "/dev/null"));
}

}  // namespace
}  // namespace weir::wire
