#include "conformance/tools_lock/tools_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "wire/base/files.hpp"

namespace weir::conformance {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

class ToolsLock : public ::testing::Test {
 protected:
  ToolsLock() : path_(::testing::TempDir() + fmt::format("weir-{}-{}.lock", ::getpid(), test_name())) {
    std::filesystem::remove(path_);
  }
  ~ToolsLock() override { std::filesystem::remove(path_); }

  static std::string test_name() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }

  static std::vector<Survey> surveys(const std::vector<std::string>& tools, Era era = Era::streamable) {
    Survey survey;
    survey.era = era;
    survey.revision = newest_revision(era);
    survey.capabilities = {{"tools", json::object{}}};
    for (const auto& tool : tools) { survey.tools.push_back(json::parse(tool)); }
    return {survey};
  }

  ToolsLockOptions options(Severity gate = Severity::breaking, bool accept = false) const {
    return {.path = path_, .target = "prod", .gate = gate, .accept = accept};
  }

  std::string path_;
  const wire::Redactor redactor_ = wire::Redactor({"s3cret-token"});
};

constexpr auto kEcho = R"({"name":"echo","description":"says it again","inputSchema":{"type":"object"}})";
constexpr auto kAdd = R"({"name":"add","inputSchema":{"type":"object"}})";

}  // namespace

TEST_F(ToolsLock, is_written_at_first_and_green_afterwards) {
  const auto first = guard_tools(options(), surveys({kEcho, kAdd}), redactor_);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_TRUE(first->report.written);
  EXPECT_FALSE(first->breached);
  const auto again = guard_tools(options(), surveys({kAdd, kEcho}), redactor_);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->report.written);
  EXPECT_TRUE(again->report.changes.empty());
}

TEST_F(ToolsLock, holds_no_secret_that_the_endpoint_repeats) {
  const auto leaking = surveys({R"({"name":"s3cret-token","description":"for s3cret-token",
    "inputSchema":{"type":"object","properties":{"czNjcmV0LXRva2Vu":{"enum":["s3cret%2Dtoken",1]}}}})"});
  ASSERT_TRUE(guard_tools(options(), leaking, redactor_));
  const auto written = wire::read_file(path_, 100'000);
  ASSERT_TRUE(written && *written);
  EXPECT_THAT(**written, AllOf(HasSubstr("\"for ***\""), HasSubstr("\"enum\"")));
  for (const char* secret : {"s3cret", "czNj"}) { EXPECT_THAT(**written, Not(HasSubstr(secret))); }
  EXPECT_TRUE(guard_tools(options(), leaking, redactor_)->report.changes.empty()) << "the same, compared with itself";
}

TEST_F(ToolsLock, fails_from_its_gate_on) {
  ASSERT_TRUE(guard_tools(options(), surveys({kEcho}), redactor_));
  EXPECT_FALSE(guard_tools(options(), surveys({kEcho, kAdd}), redactor_)->breached);
  EXPECT_TRUE(guard_tools(options(Severity::additive), surveys({kEcho, kAdd}), redactor_)->breached);
  EXPECT_TRUE(guard_tools(options(), surveys({kAdd}), redactor_)->breached);
  const auto reworded = surveys({R"({"name":"echo","description":"other","inputSchema":{"type":"object"}})"});
  EXPECT_FALSE(guard_tools(options(), reworded, redactor_)->breached);
  EXPECT_TRUE(guard_tools(options(Severity::risky), reworded, redactor_)->breached);
}

TEST_F(ToolsLock, is_written_anew_when_changes_are_accepted) {
  ASSERT_TRUE(guard_tools(options(), surveys({kEcho}), redactor_));
  const auto accepted = guard_tools(options(Severity::breaking, true), surveys({kAdd}), redactor_);
  ASSERT_TRUE(accepted);
  EXPECT_TRUE(accepted->report.written);
  EXPECT_FALSE(accepted->breached);
  EXPECT_EQ(accepted->report.changes.size(), 2U);
  EXPECT_TRUE(guard_tools(options(), surveys({kAdd}), redactor_)->report.changes.empty());
}

TEST_F(ToolsLock, keeps_the_other_targets) {
  ASSERT_TRUE(guard_tools(options(), surveys({kEcho}), redactor_));
  auto staging = options();
  staging.target = "staging";
  EXPECT_TRUE(guard_tools(staging, surveys({kAdd}), redactor_)->report.written);
  EXPECT_TRUE(guard_tools(options(), surveys({kEcho}), redactor_)->report.changes.empty());
}

TEST_F(ToolsLock, compares_the_same_era_again) {
  ASSERT_TRUE(guard_tools(options(), surveys({kEcho}, Era::streamable), redactor_));
  auto both = surveys({kEcho}, Era::streamable);
  both.push_back(surveys({kAdd}, Era::stateless).front());
  EXPECT_TRUE(guard_tools(options(), both, redactor_)->report.changes.empty());
}

TEST_F(ToolsLock, is_neither_written_nor_compared_when_the_list_broke_off) {
  auto broken = surveys({kEcho});
  broken[0].list_error = wire::Error{wire::ErrorCode::timeout, "no second page within 5 s"};
  const auto outcome = guard_tools(options(), broken, redactor_);
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->problem.value_or(""), HasSubstr("no second page"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ToolsLock, reads_back_what_it_writes) {
  LockFile lock;
  lock.targets["a"] = lock_of(surveys({kEcho, kAdd})[0], redactor_);
  const auto text = write_lock(lock);
  const auto parsed = parse_lock(text, "x.lock");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(write_lock(*parsed), text);
  EXPECT_THAT(text, HasSubstr("\n        \"echo\": {\n"));
}

TEST_F(ToolsLock, names_what_is_wrong_with_a_file) {
  for (std::string_view text : {"", "{", "[]", R"({"tools_lock_version":2,"targets":{}})",
                                R"({"tools_lock_version":1})", R"({"tools_lock_version":1,"targets":{"a":1}})",
                                R"({"tools_lock_version":1,"targets":{"a":{"tools":{"t":1}}}})"}) {
    const auto parsed = parse_lock(text, "x.lock");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, wire::ErrorCode::bad_input);
    EXPECT_THAT(parsed.error().detail, HasSubstr("x.lock"));
  }
}

TEST_F(ToolsLock, says_so_when_it_cannot_be_written) {
  auto nowhere = options();
  nowhere.path = path_ + ".d/none/x.lock";
  const auto outcome = guard_tools(nowhere, surveys({kEcho}), redactor_);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().detail, HasSubstr("x.lock"));
}

}  // namespace weir::conformance
