#include "conformance/hook/aws.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace weir::conformance::hook {
namespace {

using ::testing::HasSubstr;

wire::Result<Aws> aws_from(const std::map<std::string, std::string>& variables) {
  return Aws::of([variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

}  // namespace

TEST(HookAws, reads_what_an_answer_means) {
  EXPECT_EQ(read_aws_answer("RunTask", 200, "", R"({"tasks":[]})").value().as_object().size(), 1U);
  EXPECT_TRUE(read_aws_answer("StopTask", 200, "", "").has_value());
  const auto denied = read_aws_answer("RunTask", 400, "",
                                      R"({"__type":"com.amazonaws.ecs#AccessDeniedException",)"
                                      R"("Message":"role/hook may not"})");
  EXPECT_EQ(denied.error().detail, "RunTask was answered with status 400, AccessDeniedException: role/hook may not");
  EXPECT_EQ(denied.error().type, "AccessDeniedException");
  EXPECT_FALSE(denied.error().may_pass || denied.error().may_be_done);
  const auto by_header = read_aws_answer("RunTask", 400, "ThrottlingException:http://internal.test/", "{}");
  EXPECT_EQ(by_header.error().detail, "RunTask was answered with status 400, ThrottlingException");
  EXPECT_TRUE(by_header.error().may_pass && !by_header.error().may_be_done);
  for (const int status : {500, 503, 200}) {
    const auto broken = read_aws_answer("RunTask", status, "", "<html>");
    EXPECT_TRUE(broken.error().may_pass && broken.error().may_be_done) << status;
    EXPECT_THAT(broken.error().detail, HasSubstr(fmt::format("status {}", status)));
  }
  EXPECT_TRUE(read_aws_answer("RunTask", 429, "", "").error().may_pass);
  EXPECT_FALSE(read_aws_answer("RunTask", 404, "", "").error().may_pass);
}

TEST(HookAws, wants_what_lambda_gives_to_a_function) {
  std::map<std::string, std::string> variables = {{"AWS_ACCESS_KEY_ID", "k"}, {"AWS_REGION", "r"}};
  EXPECT_THAT(aws_from(variables).error().detail, HasSubstr("AWS_SECRET_ACCESS_KEY are not set"));
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_TRUE(aws_from(variables));
  variables.erase("AWS_REGION");
  EXPECT_EQ(aws_from(variables).error().detail, "AWS_REGION is not set");
  variables["AWS_DEFAULT_REGION"] = "r";
  EXPECT_TRUE(aws_from(variables));
}

TEST(HookAws, says_which_variable_holds_no_url) {
  auto aws = aws_from({{"AWS_ACCESS_KEY_ID", "k"},
                       {"AWS_SECRET_ACCESS_KEY", "s"},
                       {"AWS_REGION", "r"},
                       {"AWS_ENDPOINT_URL_ECS", "localhost:1"}})
                 .value();
  const auto answer = aws.call(ecs_service(), "RunTask", {}, wire::Deadline::in(std::chrono::seconds(1)));
  EXPECT_THAT(answer.error().detail, ::testing::StartsWith("AWS_ENDPOINT_URL_ECS: "));
  EXPECT_FALSE(answer.error().may_pass);
}

}  // namespace weir::conformance::hook
