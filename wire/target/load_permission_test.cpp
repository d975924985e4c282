#include "wire/target/load_permission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::wire {
namespace {

using ::testing::HasSubstr;

TEST(PrivateAddress, is_of_this_machine_or_of_a_network_of_our_own) {
  for (const char* ip : {"127.0.0.1",
                         "127.255.255.254",
                         "0.0.0.0",
                         "10.0.0.1",
                         "10.255.255.255",
                         "172.16.0.1",
                         "172.31.255.255",
                         "192.168.0.1",
                         "192.168.255.255",
                         "169.254.0.1",
                         "169.254.169.254",
                         "100.64.0.1",
                         "100.127.255.255",
                         "::1",
                         "::",
                         "fc00::1",
                         "fdff:1::2",
                         "fe80::1",
                         "fe80::1%eth0",
                         "febf::1",
                         "::ffff:10.1.2.3",
                         "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_private_address(ip)) << ip;
  }
}

TEST(PrivateAddress, is_no_neighbour_of_such_a_network) {
  for (const char* ip : {"0.0.0.1",
                         "9.255.255.255",
                         "11.0.0.0",
                         "126.255.255.255",
                         "128.0.0.1",
                         "172.15.255.255",
                         "172.32.0.0",
                         "192.167.255.255",
                         "192.169.0.0",
                         "169.253.255.255",
                         "169.255.0.0",
                         "100.63.255.255",
                         "100.128.0.0",
                         "192.0.2.1",
                         "198.51.100.7",
                         "203.0.113.9",
                         "8.8.8.8",
                         "2001:db8::1",
                         "2606:4700::1111",
                         "fbff::1",
                         "fe00::1",
                         "fec0::1",
                         "::2",
                         "::ffff:8.8.8.8",
                         "64:ff9b::a00:1",
                         "",
                         "localhost",
                         "10.0.0",
                         "127.0.0.1:80"}) {
    EXPECT_FALSE(is_private_address(ip)) << ip;
  }
}

TEST(LoadHost, is_a_name_or_an_address_alone) {
  EXPECT_EQ(*parse_load_host("MCP.Example.com"), "mcp.example.com");
  EXPECT_EQ(*parse_load_host("mcp.example.com."), "mcp.example.com");
  EXPECT_EQ(*parse_load_host("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(*parse_load_host("[2001:DB8::1]"), "2001:db8::1");
  for (const char* text : {"", "https://mcp.example.com/mcp", "mcp.example.com:443", "*.example.com", "a b", "[::1"}) {
    const auto host = parse_load_host(text);
    ASSERT_FALSE(host) << text;
    EXPECT_EQ(host.error().code, ErrorCode::bad_input);
    EXPECT_THAT(host.error().detail, HasSubstr("write its name alone"));
  }
  const auto flag = load_permission({}, {"https://h/"});
  ASSERT_FALSE(flag);
  EXPECT_THAT(flag.error().detail, HasSubstr("--i-may-load: 'https://h/'"));
}

TEST(MayLoad, asks_nothing_of_loopback_and_private_networks) {
  EXPECT_EQ(*may_load({}, "api", {"10.1.2.3:443", "[fd00::1]:443", "127.0.0.1:443"}),
            "api is on loopback or a private network");
}

TEST(MayLoad, refuses_a_host_by_any_address_that_is_not) {
  const auto refused = may_load({}, "mcp.example.com", {"10.1.2.3:443", "192.0.2.7:443"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
  EXPECT_EQ(refused.error().detail,
            "mcp.example.com is 192.0.2.7:443, which is neither loopback nor private, and nobody said that a load on "
            "it is allowed: if it is, say --i-may-load mcp.example.com, or name it in the profile's load_allowed");
  EXPECT_FALSE(may_load({{"other.example.com"}, {"example.com"}}, "mcp.example.com", {"192.0.2.7:443"}));
  EXPECT_FALSE(may_load({}, "h", {"no address"}));
}

TEST(MayLoad, takes_the_word_of_the_flag_and_of_the_profile) {
  const LoadPermission permission{{"one.example.com", "2001:db8::1"}, {"two.example.com"}};
  EXPECT_EQ(*may_load(permission, "One.Example.com", {"192.0.2.7:443"}),
            "One.Example.com (192.0.2.7:443) by --i-may-load");
  EXPECT_EQ(*may_load(permission, "two.example.com", {"192.0.2.8:443"}),
            "two.example.com (192.0.2.8:443) by the profile's load_allowed");
  EXPECT_TRUE(may_load(permission, "[2001:db8::1]", {"[2001:db8::1]:443"}));
}

TEST(LoadCeiling, names_both_numbers) {
  LoadAllowed allowed;
  allowed.streams = 1000;
  allowed.opens_per_second = 50;
  allowed.calls_per_second = 0.5;
  EXPECT_TRUE(within_load_allowed(allowed, {.streams = 1000, .opens_per_second = 50, .calls_per_second = 0.5}));
  EXPECT_TRUE(within_load_allowed({}, {.streams = 4'000'000}));
  const auto refusal = [&](const LoadDemand& demand) {
    const auto within = within_load_allowed(allowed, demand);
    return within ? std::string() : within.error().detail;
  };
  EXPECT_THAT(refusal({.streams = 1001}), HasSubstr("asks for 1001 streams, and the profile's load_allowed.streams is "
                                                    "1000:"));
  EXPECT_THAT(refusal({.opens_per_second = 51}), HasSubstr("51 opens a second, and the profile's load_allowed.opens is "
                                                           "50:"));
  EXPECT_THAT(refusal({.calls_per_second = 1}), HasSubstr("1 calls a second, and the profile's load_allowed.calls is "
                                                          "0.5:"));
}

}  // namespace
}  // namespace weir::wire
