#include "loadgen/scenario/addresses.hpp"

#include <gtest/gtest.h>

namespace weir::loadgen {
namespace {

using Texts = std::vector<std::string>;

TEST(Sources, are_single_addresses_and_ranges) {
  EXPECT_EQ(expand_sources("127.0.0.2").value(), Texts{"127.0.0.2"});
  EXPECT_EQ(expand_sources("127.0.0.2-4").value(), (Texts{"127.0.0.2", "127.0.0.3", "127.0.0.4"}));
  EXPECT_EQ(expand_sources("10.0.0.255-10.0.1.1").value(), (Texts{"10.0.0.255", "10.0.1.0", "10.0.1.1"}));
  EXPECT_EQ(expand_sources("::1").value(), Texts{"::1"});
  EXPECT_EQ(expand_sources("0.0.0.0-0.0.63.255").value().size(), 16'384U);
}

TEST(Sources, that_are_none_are_refused_with_an_example) {
  for (const char* text : {"", "localhost", "127.0.0", "127.0.0.2-", "127.0.0.2-1", "127.0.0.2-256", "127.0.0.2-3-4"}) {
    EXPECT_FALSE(expand_sources(text)) << text;
  }
  EXPECT_EQ(expand_sources("eth0").error().detail,
            "'eth0' is no address: write 127.0.0.2, or 127.0.0.2-40 for a range");
  EXPECT_EQ(expand_sources("127.0.0.9-2").error().detail,
            "'127.0.0.9-2' is no range: write it like 127.0.0.2-40 or 10.0.0.250-10.0.1.5");
  EXPECT_EQ(expand_sources("10.0.0.0-10.255.0.0").error().detail,
            "'10.0.0.0-10.255.0.0' has more than 16384 addresses");
}

TEST(Sources, come_back_as_ranges) {
  const Texts ranges = {"127.0.0.2-40", "::1", "10.0.0.250-10.0.1.5", "10.0.1.9", "10.0.1.7"};
  Texts all;
  for (const std::string& range : ranges) {
    const Texts some = expand_sources(range).value();
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(compress_sources(all), ranges);
}

TEST(Resolve, has_host_port_and_addresses) {
  for (const char* text :
       {"example.com:443:127.0.0.1", "example.com:443:127.0.0.1,127.0.0.2", "a:1:[::1],::2", "[::1]:80:127.0.0.1"}) {
    EXPECT_TRUE(check_resolve(text)) << text;
  }
  for (const char* text : {"", "a", "a:443", "a:443:", "a:0:127.0.0.1", "a:x:127.0.0.1", ":443:127.0.0.1",
                           "a:443:127.0.0.1,", "[::1:80:127.0.0.1", "a:443:b"}) {
    EXPECT_FALSE(check_resolve(text)) << text;
  }
  EXPECT_EQ(check_resolve("a:443").error().detail, "'a:443' is no resolution: write HOST:PORT:ADDRESS[,ADDRESS]");
}

}  // namespace
}  // namespace weir::loadgen
