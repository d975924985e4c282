#include "wire/target/x402.hpp"

#include <gtest/gtest.h>

#include "wire/base/base64.hpp"

namespace weir::wire::x402 {
namespace {

constexpr std::string_view kBody = R"({"x402Version":1,"error":"X-PAYMENT header is required",
  "accepts":[{"scheme":"exact","network":"base-sepolia","maxAmountRequired":"10000","resource":"http://a/b"}]})";

TEST(X402, reads_what_has_to_be_paid_from_the_body_in_version_1) {
  const auto required = read_required({}, kBody);
  ASSERT_TRUE(required);
  EXPECT_EQ(required->version, 1);
  ASSERT_EQ(required->accepts().size(), 1U);
  EXPECT_EQ(required->amount_of(required->accepts()[0]), "10000");
  EXPECT_EQ(required->resource_of(required->accepts()[0]), "http://a/b");
}

TEST(X402, reads_what_has_to_be_paid_from_the_header_in_version_2) {
  const std::string document =
      R"({"x402Version":2,"resource":{"url":"http://a/b"},"accepts":[{"amount":"10000","network":"eip155:84532"}, 7]})";
  const auto required = read_required({{"payment-required", base64(document)}}, "{}");
  ASSERT_TRUE(required);
  EXPECT_EQ(required->version, 2);
  ASSERT_EQ(required->accepts().size(), 1U);
  EXPECT_EQ(required->amount_of(required->accepts()[0]), "10000");
  EXPECT_EQ(required->resource_of(required->accepts()[0]), "http://a/b");
}

TEST(X402, reads_a_body_of_version_2_as_version_2_and_says_that_its_place_is_the_header) {
  const auto required =
      read_required({}, R"({"x402Version":2,"resource":{"url":"http://a/b"},"accepts":[{"amount":"7"}]})");
  ASSERT_TRUE(required);
  EXPECT_TRUE(required->misplaced);
  EXPECT_EQ(required->version, 2);
  EXPECT_EQ(required->amount_of(required->accepts()[0]), "7");
  EXPECT_EQ(required->resource_of(required->accepts()[0]), "http://a/b");
  EXPECT_FALSE(read_required({}, kBody)->misplaced);
}

TEST(X402, says_what_stood_there_instead) {
  EXPECT_EQ(read_required({{"PAYMENT-REQUIRED", "!"}}, kBody).error().detail, "PAYMENT-REQUIRED is no Base64: !");
  EXPECT_NE(read_required({}, "<html>").error().detail.find("the body holds no JSON object"), std::string::npos);
  EXPECT_FALSE(read_required({}, "[]"));
}

TEST(X402, sends_a_payment_as_each_version_wants_it) {
  const json::object accepted{{"scheme", "exact"}, {"network", "base-sepolia"}};
  const Payment payment{
      .from = "0xa", .to = "0xb", .value = "10", .valid_before = 7, .nonce = "0x1", .signature = "0x2"};
  for (const int version : {1, 2}) {
    const auto text = decode_base64(encode_payment(version, accepted, payment));
    ASSERT_TRUE(text);
    const json::value sent = parse_json(*text).value().value;
    EXPECT_EQ(sent.at("x402Version").as_int64(), version);
    EXPECT_EQ(*find_pointer(sent, version == 1 ? "/network" : "/accepted/network"), "base-sepolia");
    EXPECT_EQ(*find_pointer(sent, "/payload/authorization/validBefore"), "7");
    EXPECT_EQ(*find_pointer(sent, "/payload/signature"), "0x2");
  }
}

}  // namespace
}  // namespace weir::wire::x402
