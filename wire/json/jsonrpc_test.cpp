#include "wire/json/jsonrpc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/limits.hpp"

namespace weir::wire::jsonrpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Message read(std::string_view text) {
  Result<Parsed> parsed = parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().detail);
  return parsed && parsed->messages.size() == 1 ? std::move(parsed->messages[0]) : Message{};
}

TEST(JsonRpc, reads_what_it_writes) {
  const Message call = read(request("a-1", "tools/call", {{"name", "echo"}}));
  EXPECT_EQ(call.kind, Kind::request);
  EXPECT_EQ(*call.id, "a-1");
  EXPECT_EQ(call.method, "tools/call");
  EXPECT_EQ(*find(call.params, "name"), "echo");
  EXPECT_THAT(call.violations, IsEmpty());

  const Message note = read(notification("notifications/initialized"));
  EXPECT_EQ(note.kind, Kind::notification);
  EXPECT_FALSE(note.id);
  EXPECT_TRUE(note.params.is_null());
  EXPECT_THAT(note.violations, IsEmpty());

  const Message answer = read(response(7, {{"tools", json::array()}}));
  EXPECT_EQ(answer.kind, Kind::response);
  EXPECT_TRUE(answer.is_reply());
  EXPECT_TRUE(answer.result.is_object());
  EXPECT_THAT(answer.violations, IsEmpty());

  const Message refusal = read(error(7, kMethodNotFound, "no such method", {{"method", "x"}}));
  EXPECT_EQ(refusal.kind, Kind::error);
  EXPECT_EQ(refusal.error.code, kMethodNotFound);
  EXPECT_EQ(refusal.error.message, "no such method");
  EXPECT_EQ(*find(refusal.error.data, "method"), "x");
  EXPECT_THAT(refusal.violations, IsEmpty());
}

TEST(JsonRpc, leaves_absent_members_out) {
  EXPECT_EQ(request(1, "ping"), R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  EXPECT_EQ(error(nullptr, kParseError, "x"), R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})");
}

TEST(JsonRpc, answers_only_the_same_id_of_the_same_type) {
  const Message one = read(response(1, json::object()));
  EXPECT_TRUE(one.answers(1));
  EXPECT_TRUE(one.answers(std::uint64_t{1}));
  EXPECT_FALSE(one.answers("1"));
  EXPECT_FALSE(one.answers(1.0));
  EXPECT_FALSE(one.answers(2));
  EXPECT_FALSE(read(R"({"jsonrpc":"2.0","id":1.0,"result":{}})").answers(1));
  EXPECT_FALSE(read(request(1, "ping")).answers(1));
  EXPECT_FALSE(read(R"({"jsonrpc":"2.0","error":{"code":1,"message":""}})").answers(nullptr));
}

struct Broken {
  std::string_view text;
  Kind kind;
  std::string_view violation;
};

void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.text; }

class BrokenMessage : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenMessage, is_classified_with_its_one_violation) {
  const Message message = read(GetParam().text);
  EXPECT_EQ(to_string(message.kind), to_string(GetParam().kind));
  EXPECT_THAT(message.violations, ElementsAre(HasSubstr(std::string(GetParam().violation))));
}

INSTANTIATE_TEST_SUITE_P(
    JsonRpc, BrokenMessage,
    ::testing::Values(
        Broken{R"({"id":1,"result":{}})", Kind::response, "`jsonrpc` is missing"},
        Broken{R"({"jsonrpc":"1.0","id":1,"result":{}})", Kind::response, "`jsonrpc` is \"1.0\""},
        Broken{R"({"jsonrpc":2.0,"id":1,"result":{}})", Kind::response, "`jsonrpc` is 2E0"},
        Broken{R"({"jsonrpc":"2.0","id":1})", Kind::invalid, "must have one of"},
        Broken{R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}})", Kind::error, "both"},
        Broken{R"({"jsonrpc":"2.0","id":1,"result":{},"error":null})", Kind::response, "both"},
        Broken{R"({"jsonrpc":"2.0","id":1,"result":null,"error":{"code":1,"message":""}})", Kind::error, "both"},
        Broken{R"({"jsonrpc":"2.0","id":1,"method":null,"result":{}})", Kind::response, "must not have `method`"},
        Broken{R"({"jsonrpc":"2.0","result":{}})", Kind::response, "must have the `id`"},
        Broken{R"({"jsonrpc":"2.0","id":null,"result":{}})", Kind::response, "`id` is null"},
        Broken{R"({"jsonrpc":"2.0","id":1.5,"result":{}})", Kind::response, "fraction"},
        Broken{R"({"jsonrpc":"2.0","id":true,"method":"ping"})", Kind::request, "`id` is true (boolean)"},
        Broken{R"({"jsonrpc":"2.0","id":{},"method":"ping"})", Kind::request, "`id` is {} (object)"},
        Broken{R"({"jsonrpc":"2.0","id":null,"method":"ping"})", Kind::request, "`id` is null"},
        Broken{R"({"jsonrpc":"2.0","id":[1],"error":{"code":1,"message":""}})", Kind::error, "`id` is [1] (array)"},
        Broken{R"({"jsonrpc":"2.0","id":4,"method":"notifications/x"})", Kind::notification, "must not have an `id`"},
        Broken{R"({"jsonrpc":"2.0","id":null,"method":"notifications/x"})", Kind::notification, "not have an `id`"},
        Broken{R"({"jsonrpc":"2.0","id":1,"method":5})", Kind::request, "`method` is of kind integer"},
        Broken{R"({"jsonrpc":"2.0","method":"notifications/x","params":[1]})", Kind::notification, "kind array"},
        Broken{R"({"jsonrpc":"2.0","id":1,"method":"x","params":null})", Kind::request, "`params` is of kind null"},
        Broken{R"({"jsonrpc":"2.0","id":1,"method":"x","result":{}})", Kind::response, "must not have `method`"},
        Broken{R"({"jsonrpc":"2.0","id":1,"method":"x","result":null})", Kind::request, "must not have `result`"},
        Broken{R"({"jsonrpc":"2.0","id":1,"result":"ok"})", Kind::response, "`result` is of kind string"},
        Broken{R"({"jsonrpc":"2.0","id":1,"error":"bad"})", Kind::error, "`error` is of kind string"},
        Broken{R"({"jsonrpc":"2.0","id":1,"error":{"message":""}})", Kind::error, "`error.code` is missing"},
        Broken{R"({"jsonrpc":"2.0","id":1,"error":{"code":"E1","message":""}})", Kind::error, "is \"E1\""},
        Broken{R"({"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}})", Kind::error, "must be an integer"},
        Broken{R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})", Kind::error, "`error.message` is missing"},
        Broken{R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":{}}})", Kind::error, "kind object"},
        Broken{R"("hello")", Kind::invalid, "must be an object"}, Broken{"null", Kind::invalid, "kind null"}));

TEST(JsonRpc, gives_all_violations_at_once) {
  EXPECT_THAT(
      read(R"({"id":false,"error":{"code":null,"message":3}})").violations,
      ElementsAre(HasSubstr("`jsonrpc`"), HasSubstr("`error.code`"), HasSubstr("`error.message`"), HasSubstr("`id`")));
}

TEST(JsonRpc, lets_an_error_go_without_the_id_that_could_not_be_read) {
  EXPECT_THAT(read(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}})").violations, IsEmpty());
  EXPECT_THAT(read(R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}})").violations, IsEmpty());
}

TEST(JsonRpc, keeps_the_id_exactly_as_it_came) {
  EXPECT_TRUE(read(R"({"jsonrpc":"2.0","id":1.0,"result":{}})").id->is_double());
  EXPECT_TRUE(read(R"({"jsonrpc":"2.0","id":18446744073709551615,"result":{}})").id->is_uint64());
  EXPECT_EQ(*read(R"({"jsonrpc":"2.0","id":"","result":{}})").id, "");
}

TEST(JsonRpc, takes_a_batch_apart) {
  const Result<Parsed> parsed =
      parse(R"([{"jsonrpc":"2.0","id":1,"result":{}},7,{"jsonrpc":"2.0","method":"notifications/x","method":"m"}])");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->batch);
  ASSERT_EQ(parsed->messages.size(), 3u);
  EXPECT_EQ(parsed->messages[0].kind, Kind::response);
  EXPECT_EQ(parsed->messages[1].kind, Kind::invalid);
  EXPECT_EQ(parsed->messages[2].method, "m");
  EXPECT_EQ(parsed->duplicate_keys, std::vector<std::string>{"/2/method"});
}

TEST(JsonRpc, bounds_a_batch) {
  std::string text = "[0";
  for (std::size_t i = 0; i < limits::kJsonBatch; ++i) { text += ",0"; }
  EXPECT_EQ(parse(text + "]").error().code, ErrorCode::limit_exceeded);
  EXPECT_TRUE(parse("[]")->messages.empty());
  EXPECT_TRUE(parse("[]")->batch);
}

TEST(JsonRpc, hands_on_what_is_not_json) { EXPECT_EQ(parse("<html>").error().code, ErrorCode::malformed_json); }

}  // namespace
}  // namespace weir::wire::jsonrpc
