#include "wire/json/json_scan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/testing/corpus.hpp"

namespace weir::wire {
namespace {

std::string found_at(std::string_view json, std::string_view pointer) {
  const std::optional<JsonPointer> parsed = JsonPointer::parse(pointer);
  EXPECT_TRUE(parsed) << pointer;
  return std::string(find_raw(json, *parsed).value_or("none"));
}

TEST(JsonPointer, is_read_as_rfc_6901_has_it) {
  EXPECT_EQ(JsonPointer::parse("")->tokens(), std::vector<std::string>{});
  EXPECT_EQ(JsonPointer::parse("/a~1b/m~0n//0")->tokens(), (std::vector<std::string>{"a/b", "m~n", "", "0"}));
  for (const std::string_view bad : {"a", "#/a", "/a~", "/a~2"}) { EXPECT_FALSE(JsonPointer::parse(bad)) << bad; }
}

TEST(JsonScan, finds_raw_values) {
  const std::string_view json = R"( {"params": {"seq" : 42, "list":[ 10 ,"x,]}\"", {"deep":null} ]}, "":1.5e3 } )";
  EXPECT_EQ(found_at(json, "/params/seq"), "42");
  EXPECT_EQ(found_at(json, "/params/list/0"), "10");
  EXPECT_EQ(found_at(json, "/params/list/1"), "\"x,]}\\\"\"");
  EXPECT_EQ(found_at(json, "/params/list/2/deep"), "null");
  EXPECT_EQ(found_at(json, "/params/list/2"), "{\"deep\":null}");
  EXPECT_EQ(found_at(json, "/"), "1.5e3");
  for (const std::string_view absent : {"/x", "/params/list/3", "/params/list/-", "/params/list/01", "/params/seq/0"}) {
    EXPECT_EQ(found_at(json, absent), "none") << absent;
  }
  EXPECT_EQ(found_at(" 7 ", ""), "7");
}

TEST(JsonScan, takes_the_last_of_duplicate_names) { EXPECT_EQ(found_at(R"({"a":1,"a":2,"\u0061":3})", "/a"), "3"); }

TEST(JsonScan, reads_escapes_in_names) {
  EXPECT_EQ(found_at(R"({"a\/b\n\u00e9\ud83d\ude00":1})", "/a~1b\n\u00e9\U0001F600"), "1");
  EXPECT_EQ(found_at(R"({"\ud83d":1})", "/?"), "none");
  EXPECT_EQ(found_at(R"({"a\ud83d":1})", "/a\ufffd"), "1") << "half of a pair, as the parser reads it";
}

TEST(JsonScan, finds_nothing_in_what_is_cut_short) {
  const std::string json = R"({"a":{"b":[1,2,{"c":"d"}]}})";
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_EQ(found_at(json.substr(0, size), "/a/b/0"), "none") << size;
  }
}

TEST(JsonScan, goes_no_deeper_than_the_parser) {
  const std::string deep = std::string(limits::kJsonDepth + 1, '[') + std::string(limits::kJsonDepth + 1, ']');
  EXPECT_EQ(found_at("{\"a\":" + deep + "}", "/a"), "none");
  const std::string fits = std::string(limits::kJsonDepth - 1, '[') + std::string(limits::kJsonDepth - 1, ']');
  EXPECT_EQ(found_at("{\"a\":" + fits + "}", "/a"), fits);
}

TEST(JsonScan, reads_whole_numbers) {
  EXPECT_EQ(raw_to_integer("42"), 42);
  EXPECT_EQ(raw_to_integer("\"42\""), 42);
  EXPECT_EQ(raw_to_integer("-9223372036854775808"), INT64_MIN);
  for (const std::string_view other : {"", "\"", "\"\"", "4.0", "1e3", "null", "9223372036854775808", "\"4 \"", "4x"}) {
    EXPECT_FALSE(raw_to_integer(other)) << other;
  }
}

TEST(JsonScan, reads_times_in_any_unit) {
  constexpr std::int64_t kNs = 1'795'266'123'456'789'000;
  for (const std::string_view raw :
       {"1795266123456789000", "1795266123456789", "1795266123456.789", "1795266123.456789", "\"1795266123456789000\"",
        "\"2026-11-21T13:02:03.456789Z\"", "\"2026-11-21T15:02:03.456789000+02:00\"",
        "\"2026-11-21 08:32:03.4567890001-04:30\""}) {
    EXPECT_EQ(raw_to_unix_ns(raw), kNs) << raw;
  }
  EXPECT_EQ(raw_to_unix_ns("1.795266123e9"), 1'795'266'123'000'000'000);
  EXPECT_EQ(raw_to_unix_ns("\"1970-01-01T00:00:00Z\""), 0);
  EXPECT_EQ(raw_to_unix_ns("\"2016-12-31T23:59:60Z\""), raw_to_unix_ns("\"2017-01-01T00:00:00Z\""));
}

TEST(JsonScan, takes_nothing_else_for_a_time) {
  for (const std::string_view raw :
       {"", "null", "0", "7", "-1795266123", "99999999999", "9300000000000000000", "1e400", "12345678901234567890123",
        "\"2026-02-30T00:00:00Z\"", "\"2026-11-21\"", "\"2026-11-21T12:22:03\"", "\"2026-11-21T12:22:03.Z\"",
        "\"2026-11-21T24:00:00Z\"", "\"9999-01-01T00:00:00Z\"", "\"2026-11-21T12:22:03Zx\"", "\"soon\"",
        "1795266123x"}) {
    EXPECT_FALSE(raw_to_unix_ns(raw)) << raw;
  }
}

using Kind = RpcGlance::Kind;

TEST(RpcGlance, tells_messages_apart) {
  const RpcGlance ping = glance(R"({"jsonrpc":"2.0","id":7,"method":"ping"})");
  EXPECT_EQ(ping.kind, Kind::request);
  EXPECT_EQ(ping.id, "7");
  EXPECT_EQ(ping.method, "ping");
  const RpcGlance result = glance(R"({"result":{"content":[]},"jsonrpc":"2.0","id":"a"})");
  EXPECT_EQ(result.kind, Kind::result);
  EXPECT_EQ(result.id, "\"a\"");
  EXPECT_EQ(result.result, R"({"content":[]})");
  EXPECT_EQ(glance(R"({"jsonrpc":"2.0","method":"notifications/message","params":{"id":1}})").kind, Kind::notification);
  EXPECT_EQ(glance(R"({"jsonrpc":"2.0","id":null,"error":{"code":-1}})").kind, Kind::error);
  EXPECT_EQ(glance(" [{}]").kind, Kind::batch);
  for (const std::string_view none : {"", "7", "{}", "{\"id\":1}", "null"}) {
    EXPECT_EQ(glance(none).kind, Kind::none);
  }
}

Kind kind_of(const jsonrpc::Message& message) {
  switch (message.kind) {
    case jsonrpc::Kind::request:
      return Kind::request;
    case jsonrpc::Kind::notification:
      return Kind::notification;
    case jsonrpc::Kind::response:
      return Kind::result;
    case jsonrpc::Kind::error:
      return Kind::error;
    case jsonrpc::Kind::invalid:
      break;
  }
  return Kind::none;
}

void agrees_with_the_parser(std::string_view text) {
  const RpcGlance seen = glance(text);
  const Result<jsonrpc::Parsed> parsed = jsonrpc::parse(text);
  if (!parsed) { return; }
  if (parsed->batch) {
    EXPECT_EQ(seen.kind, Kind::batch) << text;
    return;
  }
  const jsonrpc::Message& message = parsed->messages.at(0);
  EXPECT_EQ(seen.kind, kind_of(message)) << text;
  if (seen.kind == Kind::none) { return; }
  EXPECT_EQ(seen.id.empty(), !message.id.has_value()) << text;
  if (!seen.id.empty()) { EXPECT_TRUE(json_equal(parse_json(seen.id)->value, *message.id)) << text; }
  if (seen.kind == Kind::result) { EXPECT_TRUE(json_equal(parse_json(seen.result)->value, message.result)) << text; }
}

TEST(RpcGlance, agrees_with_the_parser_on_every_specimen) {
  for (const testing::Specimen& specimen : testing::corpus(WEIR_SOURCE_DIR "/wire/json/corpus/jsonrpc")) {
    SCOPED_TRACE(specimen.name);
    agrees_with_the_parser(specimen.bytes);
  }
}

RC_GTEST_PROP(RpcGlance, agrees_with_the_parser_on_any_members, ()) {
  std::string text = "{";
  const int members = *rc::gen::inRange(0, 6);
  for (int i = 0; i < members; ++i) {
    text += text.size() > 1 ? "," : "";
    text +=
        *rc::gen::element<std::string>("\"id\"", "\"method\"", "\"result\"", "\"error\"", "\"params\"", "\"i\\u0064\"");
    text += *rc::gen::element<std::string>(":", " : ");
    text += *rc::gen::element<std::string>("null", "7", "\"a\"", "{}", "{\"id\":1}", "\"notifications/x\"",
                                           "\"notifications\\/x\"", "[1,{\"method\":2}]");
  }
  agrees_with_the_parser(text + "}");
}

json::value any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<std::int64_t>();
    case 3:
      return *rc::gen::element(0.5, -1e300, 1e-7);
    case 4:
      return json::value(json::string(*rc::gen::element<std::string>("", "x", "]}\"\\,:", "\n\u00e9", "\x01")));
    case 5: {
      json::array array;
      const int size = *rc::gen::inRange(0, 4);
      for (int i = 0; i < size; ++i) { array.push_back(any_value(depth - 1)); }
      return array;
    }
    default: {
      json::object object;
      const int size = *rc::gen::inRange(0, 4);
      for (int i = 0; i < size; ++i) {
        object[*rc::gen::element<std::string>("a", "b", "", "a/b", "m~n", "q\"", "0", "\u00e9")] = any_value(depth - 1);
      }
      return object;
    }
  }
}

RC_GTEST_PROP(JsonScan, finds_what_the_parser_finds, ()) {
  const json::value value = any_value(4);
  std::string pointer;
  const int tokens = *rc::gen::inRange(0, 5);
  for (int i = 0; i < tokens; ++i) {
    pointer += "/" + *rc::gen::element<std::string>("a", "b", "", "a~1b", "0", "1", "m~0n");
  }
  const std::string text = json::serialize(value);
  const json::value* expected = find_pointer(value, pointer);
  const std::optional<std::string_view> raw = find_raw(text, *JsonPointer::parse(pointer));
  RC_ASSERT(raw.has_value() == (expected != nullptr));
  if (raw) { RC_ASSERT(parse_json(*raw)->value == *expected); }
}

}  // namespace
}  // namespace weir::wire
