#include "wire/base/redact.hpp"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

TEST(Redactor, hides_a_secret_wherever_it_stands) {
  const Redactor redactor({"s3cret-token"});
  EXPECT_EQ(redactor.text("got s3cret-token, twice: s3cret-tokens3cret-token"), "got ***, twice: ***");
  EXPECT_EQ(redactor.text("nothing here"), "nothing here");
  EXPECT_EQ(redactor.text(""), "");
}

TEST(Redactor, hides_what_overlapping_secrets_cover_together) {
  const Redactor redactor({"abcdef", "cdefgh", "abcdefghij"});
  EXPECT_EQ(redactor.text("x abcdefgh y"), "x *** y");
  EXPECT_EQ(redactor.text("x abcdefghij y"), "x *** y");
}

TEST(Redactor, knows_the_percent_encoded_form) {
  const Redactor redactor({"p@ss w/rd"});
  EXPECT_EQ(redactor.text("/a?x=p%40ss%20w%2Frd&b=1"), "/a?x=***&b=1");
  EXPECT_EQ(redactor.text("/a?x=p%40ss+w%2frd&b=1"), "/a?x=***&b=1");
}

TEST(Redactor, knows_base64_at_every_alignment) {
  const Redactor redactor({"s3cret-token"});
  // printf 'user:s3cret-token' | base64, with users of three, four and five letters and something behind.
  for (const char* text : {"dXNlcjpzM2NyZXQtdG9rZW4=", "dXNlOnMzY3JldC10b2tlbg==", "dXNlcnM6czNjcmV0LXRva2Vu",
                           "czNjcmV0LXRva2Vu", "dXNlcjpzM2NyZXQtdG9rZW46YWJj"}) {
    EXPECT_EQ(redactor.text(std::string("sent ") + text + ", end"), "sent ***, end");
  }
  EXPECT_EQ(redactor.line("Authorization: Basic dXNlcjpvdGhlcg=="), "Authorization: Basic ***");
}

TEST(Redactor, knows_the_json_escaped_forms) {
  const Redactor redactor({"a\"b\\c/d\xc3\xa9"});
  EXPECT_EQ(redactor.text("{\"t\":\"a\\\"b\\\\c/d\xc3\xa9\"}"), "{\"t\":\"***\"}");
  EXPECT_EQ(redactor.text("{\"t\":\"a\\\"b\\\\c\\/d\xc3\xa9\"}"), "{\"t\":\"***\"}");
  EXPECT_EQ(redactor.text(R"({"t":"a\"b\\c/d\u00e9"})"), R"({"t":"***"})");
  EXPECT_EQ(redactor.text(R"({"t":"{\"u\":\"a\\\"b\\\\c/d\\u00e9\"}"})"), R"({"t":"{\"u\":\"***\"}"})");
}

TEST(Redactor, knows_the_form_quoted_for_a_shell) {
  EXPECT_EQ(Redactor({"it's-me"}).text(R"(curl -d 'it'\''s-me')"), "curl -d '***'");
}

TEST(Redactor, takes_the_scheme_of_a_header_value_for_no_secret) {
  const Redactor redactor({"Bearer s3cret-token", "basic dXNlcjpwYXNz", "Bearer "});
  EXPECT_EQ(redactor.text("WWW-Authenticate: Bearer ..."), "WWW-Authenticate: Bearer ...");
  EXPECT_EQ(redactor.text("WWW-Authenticate: Bearer s3cret..."), "WWW-Authenticate: Bearer ***...");
  EXPECT_EQ(redactor.text("Bearer s3cret-token, bearer s3cret-token and Basic dXNlcjpwYXNz"),
            "Bearer ***, bearer *** and Basic ***");
}

TEST(Redactor, knows_what_basic_credentials_say) {
  const Redactor redactor({"Basic d2VpcjpQNHNzLXcwcmQvd2l0aCtzaWducyE="});  // weir:P4ss-w0rd/with+signs!
  EXPECT_EQ(redactor.text("wrong password P4ss-w0rd/with+signs! of weir"), "wrong password *** of weir");
  EXPECT_EQ(redactor.text("weir:P4ss-w0rd/with+signs!"), "***");
  EXPECT_EQ(redactor.text("d2VpcjpQNHNzLXcwcmQvd2l0aCtzaWducyE="), "***");
  EXPECT_EQ(redactor.text("P4ss-w0rd%2Fwith%2Bsigns%21"), "***");
  // What is no user with a password is as it was.
  EXPECT_EQ(Redactor({"Basic user"}).text("user ueser"), "*** ueser");
  EXPECT_EQ(Redactor({"Basic dXNlcjo="}).text("user: and user"), "*** and user");
}

TEST(Redactor, learns_secrets_one_after_the_other) {
  Redactor redactor;
  redactor.add("Bearer first-3f8a91c05d7e");
  EXPECT_EQ(redactor.text("first-3f8a91c05d7e, second-b64e02d9417a"), "***, second-b64e02d9417a");
  redactor.add("second-b64e02d9417a");
  EXPECT_EQ(redactor.text("first-3f8a91c05d7e, second-b64e02d9417a"), "***, ***");
}

TEST(Redactor, hides_what_an_excerpt_cut_short) {
  const Redactor redactor({"s3cret-token"});
  EXPECT_EQ(redactor.text("got 's3cret-to...'"), "got '***...'");
  EXPECT_EQ(redactor.text("got 's3...'"), "got 's3...'");
}

TEST(Redactor, hides_short_secrets_only_as_tokens) {
  const Redactor redactor({"a1"});
  EXPECT_EQ(redactor.text("a1 a12 ba1 'a1' a1_ k=a1&x"), "*** a12 ba1 '***' a1_ k=***&x");
}

TEST(Redactor, hides_credentials_in_urls_without_knowing_them) {
  const Redactor redactor;
  EXPECT_EQ(redactor.text("https://user:pw@mcp.example.com/a@b"), "https://***@mcp.example.com/a@b");
  EXPECT_EQ(redactor.text("GET /sse?api_key=abc&x=1&Token=d;access_token=e#f"),
            "GET /sse?api_key=***&x=1&Token=***;access_token=***#f");
  EXPECT_EQ(redactor.text("curl 'https://h/?key=abc' -d x"), "curl 'https://h/?key=***' -d x");
  EXPECT_EQ(redactor.text("monkey=abc ?monkey=abc"), "monkey=abc ?monkey=abc");
}

TEST(Redactor, hides_header_values_in_transcripts) {
  const Redactor redactor;
  EXPECT_EQ(redactor.line("> Authorization: Bearer abc.def"), "> Authorization: Bearer ***");
  EXPECT_EQ(redactor.line("> proxy-authorization:Basic YTpi"), "> proxy-authorization:Basic ***");
  EXPECT_EQ(redactor.line("< Set-Cookie: AWSALB=abc; Path=/"), "< Set-Cookie: ***");
  EXPECT_EQ(redactor.line("> Cookie: a=b\r\n> Accept: text/event-stream"),
            "> Cookie: ***\r\n> Accept: text/event-stream");
  EXPECT_EQ(redactor.line("> X-API-Key: abc"), "> X-API-Key: ***");
  EXPECT_EQ(redactor.line("< WWW-Authenticate: Bearer realm=\"x\""), "< WWW-Authenticate: Bearer realm=\"x\"");
  EXPECT_EQ(redactor.line("the Authorization header is missing"), "the Authorization header is missing");
  EXPECT_EQ(redactor.line("Authorization:"), "Authorization:");
}

TEST(Redactor, hides_header_values_in_commands_and_bodies) {
  const Redactor redactor;
  EXPECT_EQ(redactor.line("curl -H 'Authorization: Bearer abc' -H 'Accept: */*' https://h/"),
            "curl -H 'Authorization: Bearer ***' -H 'Accept: */*' https://h/");
  EXPECT_EQ(redactor.line(R"(curl -H 'X-API-Key: it'\''s' -d x)"), "curl -H 'X-API-Key: ***' -d x");
  EXPECT_EQ(redactor.line(R"(curl -H "Cookie: a=\"b\"" -d x)"), R"(curl -H "Cookie: ***" -d x)");
  EXPECT_EQ(redactor.line(R"({"access_token": "abc\"d", "scope": "x"})"), R"({"access_token": "***", "scope": "x"})");
}

TEST(Redactor, leaves_a_command_its_shape) {
  const Redactor redactor({"s3cret-token"});
  EXPECT_EQ(redactor.command(R"(curl -d '{"name":"x authorization: y"}' 'http://h/' -H "Authorization: $WEIR_BEARER")"),
            R"(curl -d '{"name":"x authorization: ***' 'http://h/' -H "Authorization: $WEIR_BEARER")");
  EXPECT_EQ(redactor.command(R"(curl -d 'x cookie: y '\''; touch z; '\'' q' http://h/; echo)"),
            R"(curl -d 'x cookie: ***' http://h/; echo)");
  EXPECT_EQ(redactor.command(R"x(curl -d "$(printf 'a\033 cookie: b')" http://h/)x"),
            R"x(curl -d "$(printf 'a\033 cookie: ***')" http://h/)x");
  EXPECT_EQ(redactor.command("curl -X authorization:y 'http://h/'"), "curl -X authorization:*** 'http://h/'");
  EXPECT_EQ(redactor.command("curl -d 's3cret' '-token' http://h/"), "curl -d 's3cret' '-token' http://h/");
  EXPECT_EQ(redactor.command("curl -H 'X: s3cret-token' http://h/?t=s3cret-token"), "curl -H 'X: ***' http://h/?t=***");
  // A secret that holds a quote and blanks takes none of them along.
  EXPECT_EQ(Redactor({"abcdef' 'ghijkl"}).command("curl 'abcdef' 'ghijkl' x"), "curl '***' '***' x");
}

TEST(Redactor, says_the_tokens_that_the_checks_make_up) {
  const Redactor redactor({"s3cret-token"});
  EXPECT_EQ(redactor.line("> Authorization: Bearer weir-wrong-token"), "> Authorization: Bearer weir-wrong-token");
  EXPECT_EQ(redactor.line("> Authorization: Bearer weir-s3cret-token"), "> Authorization: Bearer weir-***");
  EXPECT_EQ(redactor.line("> Authorization: Bearer weir.abc"), "> Authorization: Bearer ***");
}

TEST(Redactor, knows_the_parameters_that_services_take_credentials_in) {
  const Redactor redactor;
  for (const std::string name : {"code", "sig", "subscription-key", "Ocp-Apim-Subscription-Key", "auth", "apiKey",
                                 "accessToken", "X-Amz-Signature", "X-Amz-Security-Token", "pass", "jwt", "key"}) {
    EXPECT_EQ(redactor.text("/mcp?a=1&" + name + "=abc&b=2"), "/mcp?a=1&" + name + "=***&b=2");
  }
  for (const std::string name : {"sessionId", "session_id", "cursor", "error_code", "monkey", "author", "bypass"}) {
    EXPECT_EQ(redactor.text("/mcp?" + name + "=abc"), "/mcp?" + name + "=abc");
  }
}

TEST(Redactor, is_done_after_one_pass) {
  const Redactor redactor({"s3cret-token", "a1"});
  const std::string once = redactor.line("curl -H 'Authorization: Bearer s3cret-token' 'https://u:a1@h/?key=a1'");
  EXPECT_EQ(redactor.line(once), once);
}

TEST(Redactor, survives_bytes_cut_at_every_position) {
  const Redactor redactor({"s3cret-token", "\xff\xfe\xfd\xfc", "\"\\\"\\"});
  const std::string text = "> \"authorization\" : \"Bearer \\\"x\" 'cookie: 'a'\\''\\ ?key= ://u@ x-api-key:\t\\";
  for (std::size_t from = 0; from < text.size(); ++from) {
    for (std::size_t to = from; to <= text.size(); ++to) { (void)redactor.line(text.substr(from, to - from)); }
  }
}

TEST(Redactor, takes_long_lines_that_repeat_themselves_in_its_stride) {
  const Redactor redactor({"s3cret-token"});
  for (const std::string_view part :
       {"cookie:", "authorization-", "czNjcmV0LXRva2Vu", "://", "a=", "...", "'cookie: "}) {
    std::string line;
    while (line.size() < 200'000) { line += part; }
    EXPECT_LE(redactor.line(line).size(), line.size());
  }
}

TEST(Redactor, leaves_the_variables_of_our_own_commands) {
  const std::string line = "curl -H \"Authorization: Bearer $WEIR_BEARER\" -H \"X-API-Key: $WEIR_API_KEY\" http://h/";
  EXPECT_EQ(Redactor({"s3cret"}).line(line), line);
  EXPECT_EQ(Redactor().line("Authorization: Bearer $WEIR_x9"), "Authorization: Bearer ***");
}

}  // namespace
}  // namespace weir::wire
