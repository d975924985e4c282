#include "conformance/hook/sigv4.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "wire/base/text.hpp"
#include "wire/json/json.hpp"
#include "wire/testing/ask_node.hpp"

namespace weir::conformance::hook {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace json = wire::json;

const AwsCredentials kExample{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const SigningScope kScope{"us-east-1", "service"};
constexpr std::int64_t kMoment = 1440938160;  // 2015-08-30T12:36:00Z

wire::Request example(const std::string& method) {
  return {.method = method, .url = wire::parse_url("https://example.amazonaws.com/").value()};
}

std::string authorization(const wire::Request& request, const AwsCredentials& credentials = kExample) {
  return std::string(signed_request(request, credentials, kScope, kMoment).headers.get("Authorization"));
}

/// Requests as a service gets them and worse. The same seed always gives the same ones.
class Requests {
 public:
  json::object next() {
    const bool json_target = chance(2);
    json::object asked{{"method", pick(kMethods)},
                       {"host", pick(kHosts)},
                       {"path", path()},
                       {"query", pairs(kQueryNames, 4)},
                       {"headers", pairs(kHeaderNames, 4)},
                       {"body", chance(4) ? "" : text(60)},
                       {"key", "AKID" + std::to_string(random_())},
                       {"secret", text(40)},
                       {"token", chance(2) ? "" : "token/+=" + std::to_string(random_())},
                       {"region", pick(kRegions)},
                       {"service", pick(kServices)},
                       {"time", random_() % 4'000'000'000U}};
    if (json_target) {
      asked["headers"].get_array().push_back({"Content-Type", "application/x-amz-json-1.1"});
      asked["headers"].get_array().push_back({"X-Amz-Target", "Service_V1." + text(8)});
    }
    return asked;
  }

  bool chance(unsigned one_of) { return random_() % one_of == 0; }

 private:
  using Words = std::vector<std::string>;
  const Words kMethods = {"GET", "POST", "PUT", "DELETE"};
  const Words kHosts = {"ecs.eu-west-1.amazonaws.com", "example.com:8443", "127.0.0.1:8080"};
  const Words kRegions = {"eu-west-1", "us-gov-west-1", "cn-north-1"};
  const Words kServices = {"ecs", "codedeploy", "service"};
  const Words kQueryNames = {"a", "A", "b", "a b", "a-b", "a%b", "\xc3\xa9", "=", "&", "+", "~", "x-amz-date", "*"};
  const Words kHeaderNames = {"x-amz-meta", "X-Amz-Target-Of", "Accept",           "user-agent",
                              "x-amz-",     "x-amzn-trace-id", "x-amz-meta-other", "cache-control"};
  const Words kPieces = {"a", "Z", "0", "-",  "_",  ".", "~", " ", "  ",       "\t",           "%",  "/", "+", "=", "&",
                         "?", "#", "!", "*",  "'",  "(", ")", ";", "\xc3\xa9", "\xe2\x82\xac", "\"", ",", ":", "@", "$",
                         "|", "{", "}", "%2", "%41"};
  const Words kSegments = {"a", "..", ".", "", "a%20b", "%2F", "%C3%A9", "a+b", "a:b", "~", "$x", "(1)", "b=c"};

  const std::string& pick(const Words& words) { return words[random_() % words.size()]; }

  std::string text(std::size_t most) {
    std::string out;
    for (auto left = random_() % most; left > 0; --left) { out += pick(kPieces); }
    return out;
  }

  std::string path() {
    std::string out;
    for (auto left = random_() % 5; left > 0; --left) { out += "/" + pick(kSegments); }
    return out.empty() ? "/" : out;
  }

  json::array pairs(const Words& names, std::size_t most) {
    std::map<std::string, std::string> taken;
    for (auto left = random_() % most; left > 0; --left) { taken[pick(names)] = text(12); }
    json::array out;
    for (const auto& [name, value] : taken) { out.push_back({name, value}); }
    return out;
  }

  std::mt19937 random_{20261129};
};

/// As somebody writes a query: what must be encoded is, and now and then what need not be.
std::string written(std::string_view text, Requests& requests) {
  std::string out;
  for (const char c : text) {
    const bool plain = wire::is_word(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '*' || c == '/';
    out += plain && !requests.chance(8) ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string our_authorization(const json::object& asked, Requests& requests) {
  const auto text = [&](const char* name) { return std::string(asked.at(name).as_string()); };
  wire::Request request{.method = text("method"), .body = text("body")};
  request.url = wire::parse_url("https://" + text("host") + "/").value();
  request.url.path = text("path");
  for (const auto& pair : asked.at("query").as_array()) {
    request.url.query +=
        fmt::format("{}{}={}", request.url.has_query ? "&" : "", written(pair.at(0).as_string(), requests),
                    written(pair.at(1).as_string(), requests));
    request.url.has_query = true;
  }
  for (const auto& pair : asked.at("headers").as_array()) {
    request.headers.add(std::string(pair.at(0).as_string()), std::string(pair.at(1).as_string()));
  }
  const AwsCredentials credentials{text("key"), text("secret"), text("token")};
  const auto sent = signed_request(request, credentials, {text("region"), text("service")},
                                   asked.at("time").to_number<std::int64_t>());
  return std::string(sent.headers.get("Authorization"));
}

}  // namespace

// Two of the examples that are published with the algorithm.
TEST(SigV4, signs_the_published_examples) {
  const std::string said =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
      "Signature=";
  EXPECT_EQ(authorization(example("GET")), said + "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(authorization(example("POST")), said + "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(SigV4, sends_what_it_signed_and_no_secret) {
  AwsCredentials credentials = kExample;
  credentials.session_token = "of-a-role";
  auto request = example("POST");
  request.headers = {{"authorization", "Bearer of-before"}, {"X-Amz-Security-Token", "of-before"}, {"Accept", "*/*"}};
  const auto sent = signed_request(request, credentials, kScope, kMoment);
  EXPECT_EQ(sent.headers.get("Host"), "example.amazonaws.com");
  EXPECT_EQ(sent.headers.get("X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(sent.headers.joined("X-Amz-Security-Token"), "of-a-role");
  EXPECT_EQ(sent.headers.count("Authorization"), 1U);
  EXPECT_THAT(std::string(sent.headers.get("Authorization")),
              HasSubstr("SignedHeaders=host;x-amz-date;x-amz-security-token, "));
  for (const auto& [name, value] : sent.headers.fields()) {
    EXPECT_THAT(value, Not(HasSubstr(credentials.secret_access_key))) << name;
  }
}

TEST(SigV4, signs_every_part_of_a_request) {
  const auto signature = authorization(example("POST"));
  std::vector<wire::Request> others(6, example("POST"));
  others[0].body = "{}";
  others[1].url.path = "/a";
  others[2].url.query = "a=b";
  others[3].url.host = "example.com";
  others[4].headers.add("X-Amz-Target", "a");
  others[5].headers.add("Content-Type", "a");
  for (const auto& other : others) { EXPECT_NE(authorization(other), signature) << other.url.str(); }
  auto with_more = example("POST");
  with_more.headers = {{"User-Agent", "weir"}, {"X-Amzn-Trace-Id", "1"}};
  EXPECT_EQ(authorization(with_more), signature);
}

TEST(SigV4, agrees_with_the_signer_of_the_official_sdk) {
  constexpr std::size_t kRequests = 1500;
  Requests requests;
  json::array cases;
  for (std::size_t i = 0; i < kRequests; ++i) { cases.push_back(requests.next()); }
  const auto theirs = wire::testing::ask_node("signature_agreement.mjs", cases, "signature_cases");
  ASSERT_TRUE(theirs.is_array()) << "node or @smithy/signature-v4 is missing: run ci/setup, or npm ci in ci/node";
  ASSERT_EQ(theirs.get_array().size(), kRequests);
  for (std::size_t i = 0; i < kRequests; ++i) {
    EXPECT_EQ(our_authorization(cases[i].get_object(), requests), theirs.at(i).as_string())
        << json::serialize(cases[i]);
  }
}

}  // namespace weir::conformance::hook
