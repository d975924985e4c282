#include "wire/http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/base/limits.hpp"
#include "wire/testing/corpus.hpp"

namespace weir::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string fault_of(std::string_view text) {
  const auto url = parse_url(text);
  EXPECT_FALSE(url) << text;
  if (url) { return ""; }
  EXPECT_EQ(url.error().code, ErrorCode::bad_input) << text;
  EXPECT_EQ(url.error().detail.find('\n'), std::string::npos) << "an error is one line";
  return url.error().detail;
}

TEST(Url, takes_apart_and_fills_in_the_port) {
  const auto url = parse_url("HTTPS://Example.COM/mcp?a=1&b=%20");
  ASSERT_TRUE(url) << url.error().detail;
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/mcp");
  EXPECT_EQ(url->query, "a=1&b=%20");
  EXPECT_EQ(url->target(), "/mcp?a=1&b=%20");
  EXPECT_EQ(url->origin(), "https://example.com");
  EXPECT_EQ(url->str(), "https://example.com/mcp?a=1&b=%20");
}

TEST(Url, leaves_out_only_the_default_port_of_its_own_scheme) {
  EXPECT_EQ(parse_url("http://a:80")->origin(), "http://a");
  EXPECT_EQ(parse_url("http://a:443")->origin(), "http://a:443");
  EXPECT_EQ(parse_url("https://a:443")->authority(), "a");
  EXPECT_EQ(parse_url("http://a:/x")->port, 80);
}

TEST(Url, has_a_path_even_where_none_is_written) {
  EXPECT_EQ(parse_url("http://a")->target(), "/");
  EXPECT_EQ(parse_url("http://a?q")->target(), "/?q");
  EXPECT_EQ(parse_url("http://a/?")->target(), "/?");
}

TEST(Url, keeps_path_and_query_as_written) {
  EXPECT_EQ(parse_url("http://a/%7Eb/../c//d?x=/?y")->target(), "/%7Eb/../c//d?x=/?y");
}

TEST(Url, brackets_ipv6_addresses_only_where_they_are_written) {
  const auto url = parse_url("http://[::1]:8080/mcp");
  ASSERT_TRUE(url) << url.error().detail;
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:8080");
  EXPECT_EQ(parse_url("https://[2001:DB8::1]")->origin(), "https://[2001:db8::1]");
}

TEST(Url, keeps_userinfo_apart_and_never_prints_it) {
  const auto url = parse_url("https://user:secret@example.com/mcp");
  ASSERT_TRUE(url) << url.error().detail;
  EXPECT_EQ(url->userinfo, "user:secret");
  EXPECT_THAT(url->str() + url->origin() + url->authority(), Not(HasSubstr("secret")));
  EXPECT_THAT(fault_of("https://user:secret@example.com/mcp#x"), Not(HasSubstr("secret")));
  EXPECT_THAT(fault_of("https://user:secret@example.com:0/"), Not(HasSubstr("secret")));
  EXPECT_THAT(fault_of("user:secret@example.com"), Not(HasSubstr("secret")));
}

TEST(Url, names_the_fix_of_a_missing_scheme) {
  EXPECT_EQ(fault_of("example.com/mcp"), "'example.com/mcp' has no scheme: write https://example.com/mcp");
  EXPECT_EQ(fault_of("example.com:8080/mcp"),
            "'example.com:8080/mcp' has no scheme: write https://example.com:8080/mcp");
  EXPECT_EQ(fault_of("localhost:3000"), "'localhost:3000' has no scheme: write http://localhost:3000");
  EXPECT_EQ(fault_of("127.0.0.1:3000/x"), "'127.0.0.1:3000/x' has no scheme: write http://127.0.0.1:3000/x");
  EXPECT_EQ(fault_of("//example.com/mcp"), "'//example.com/mcp' has no scheme: write https://example.com/mcp");
  EXPECT_EQ(fault_of("/mcp"), "'/mcp' has no scheme and no host: write https://example.com/mcp");
  EXPECT_EQ(fault_of("http:/example.com"),
            "'http:/example.com' has no '//' after its scheme: write http://example.com");
  EXPECT_EQ(fault_of(""), "the URL is empty: write it as in https://example.com/mcp");
}

TEST(Url, names_the_fix_of_other_schemes) {
  EXPECT_EQ(fault_of("wss://a/b"), "'wss://a/b' uses the scheme 'wss': write https://");
  EXPECT_THAT(fault_of("ftp://a/b"), HasSubstr("only http and https"));
  EXPECT_THAT(fault_of("mailto:a@example.com"), HasSubstr("only http and https"));
}

TEST(Url, names_the_fix_of_a_fragment) {
  EXPECT_EQ(fault_of("https://a/b#c"), "'https://a/b#c' has a fragment, which is never sent: remove '#c'");
}

TEST(Url, refuses_ports_that_no_peer_can_have) {
  EXPECT_EQ(fault_of("http://a:0/"), "'http://a:0/' has the port 0: write one between 1 and 65535");
  EXPECT_THAT(fault_of("http://a:65536/"), HasSubstr("65536"));
  EXPECT_THAT(fault_of("http://a:99999999999999999999/"), HasSubstr("between 1 and 65535"));
  EXPECT_THAT(fault_of("http://a:http/"), HasSubstr("the port 'http'"));
  EXPECT_THAT(fault_of("http://a:-1/"), HasSubstr("the port '-1'"));
  EXPECT_THAT(fault_of("http://::1/"), HasSubstr("write an IPv6 address in brackets"));
}

TEST(Url, refuses_empty_and_odd_hosts) {
  EXPECT_THAT(fault_of("https:///mcp"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of("https://:80/mcp"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of("https://a%20b/"), HasSubstr("in its host"));
  EXPECT_THAT(fault_of("https://[v1.x]/"), HasSubstr("no IPv6 address"));
  EXPECT_FALSE(parse_url("https://[::1/"));
  EXPECT_THAT(fault_of("https://[::1]3/a"), HasSubstr("after its host"));
}

TEST(Url, points_at_bytes_that_do_not_belong) {
  EXPECT_THAT(fault_of("http://a/b c"), HasSubstr("a space at byte 10"));
  EXPECT_THAT(fault_of("http://a/\r\nX: y"), HasSubstr("control byte 0x0d at byte 9"));
  EXPECT_THAT(fault_of(std::string_view("http://a/\0", 10)), HasSubstr("control byte 0x00"));
  EXPECT_THAT(fault_of("http://m\xc3\xbcller/"), HasSubstr("0xc3"));
  EXPECT_THAT(fault_of("http://a/{id}"), HasSubstr("write it as %7B"));
  EXPECT_THAT(fault_of("http://a/%zz"), HasSubstr("%25"));
  EXPECT_EQ(parse_url("http://a/b c").error().byte_offset, 10U);
}

TEST(Url, is_bounded) {
  EXPECT_THAT(fault_of("http://a/" + std::string(limits::kUrlBytes, 'x')), HasSubstr("bytes long"));
}

struct Reference {
  const char* reference;
  const char* resolved;
};

// RFC 3986 sections 5.4.1 and 5.4.2, without the examples that have fragments only or other schemes.
const Reference kReferences[] = {
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g/"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {";x", "http://a/b/c/;x"},
    {"g;x", "http://a/b/c/g;x"},
    {"", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"../../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {".g", "http://a/b/c/.g"},
    {"g..", "http://a/b/c/g.."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g/../h", "http://a/b/c/h"},
    {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
    {"g?y/./x", "http://a/b/c/g?y/./x"},
    {"g#s", "http://a/b/c/g"},
    {"#s", "http://a/b/c/d;p?q"},
    {"http://b:81/x/../y?z", "http://b:81/y?z"},
    {"//b:81/x", "http://b:81/x"},
    {"HTTPS://B", "https://b/"},
    {"?", "http://a/b/c/d;p?"},
};

TEST(ResolveReference, follows_the_examples_of_rfc_3986) {
  const auto base = *parse_url("http://a/b/c/d;p?q");
  for (const auto& [reference, resolved] : kReferences) {
    const auto url = resolve(base, reference);
    ASSERT_TRUE(url) << reference << ": " << url.error().detail;
    EXPECT_EQ(url->str(), resolved) << reference;
  }
}

TEST(ResolveReference, keeps_the_credentials_within_the_authority) {
  const auto base = *parse_url("https://u:p@a/sse");
  EXPECT_EQ(resolve(base, "/messages?sid=1")->userinfo, "u:p");
  EXPECT_EQ(resolve(base, "https://b/messages")->userinfo, "");
  EXPECT_EQ(resolve(base, "//b/messages")->userinfo, "");
}

TEST(ResolveReference, refuses_what_is_no_http_url) {
  const auto base = *parse_url("https://a/sse");
  for (const char* reference : {"javascript:alert(1)", "ftp://b/", "http:", "http:x", "a b", "/\n", "http://", "//",
                                "https://a:b?q", "//a:0/"}) {
    const auto url = resolve(base, reference);
    ASSERT_FALSE(url) << reference;
    EXPECT_EQ(url.error().code, ErrorCode::bad_input) << reference;
  }
}

TEST(ResolveReference, leaves_nothing_that_is_no_url_again) {
  const auto base = *parse_url("https://a/b/c;d?e");
  for (const auto& specimen : testing::corpus(WEIR_SOURCE_DIR "/wire/http/corpus/url")) {
    const auto url = resolve(base, specimen.bytes);
    ASSERT_TRUE(url) << specimen.name << ": " << url.error().detail;
    EXPECT_TRUE(parse_url(url->str())) << specimen.name;
  }
}

}  // namespace
}  // namespace weir::wire
