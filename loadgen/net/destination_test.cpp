#include "loadgen/net/destination.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace weir::loadgen {
namespace {

Address at(const std::string& ip, std::uint16_t port = 80) { return *to_address({ip, port}); }

Destination made(std::vector<Address> sources, std::vector<Address> addresses, std::uint32_t offset = 0) {
  Destination destination(*wire::parse_url("http://mcp.example/"), {}, std::move(sources), offset);
  destination.set_addresses(std::move(addresses));
  return destination;
}

TEST(Destination, reads_and_writes_addresses_of_both_families) {
  EXPECT_EQ(at("203.0.113.7", 443).text(), "203.0.113.7:443");
  EXPECT_EQ(at("2001:db8::1", 8443).text(), "[2001:db8::1]:8443");
  EXPECT_FALSE(to_address({"mcp.example", 443}).has_value());
}

TEST(Destination, has_no_pair_before_it_has_an_address) {
  Destination destination(*wire::parse_url("http://mcp.example/"), {}, {}, 0);
  EXPECT_FALSE(destination.has_address());
  EXPECT_EQ(destination.next().to, nullptr);
}

TEST(Destination, uses_every_pair_equally_often) {
  auto destination =
      made({at("127.0.0.2", 0), at("127.0.0.3", 0), at("127.0.0.4", 0)}, {at("127.0.0.1", 80), at("127.0.0.9", 80)}, 5);
  std::map<std::string, int> counts;
  for (int i = 0; i < 60; ++i) {
    const Pair pair = destination.next();
    ++counts[pair.from->text() + " " + pair.to->text()];
  }
  EXPECT_EQ(counts.size(), 6U);
  for (const auto& [pair, count] : counts) { EXPECT_EQ(count, 10) << pair; }
}

TEST(Destination, avoids_an_address_while_there_is_another) {
  auto destination = made({}, {at("127.0.0.1"), at("127.0.0.2"), at("127.0.0.3")});
  const Address dead = at("127.0.0.2");
  std::set<std::string> used;
  for (int i = 0; i < 6; ++i) { used.insert(destination.next(&dead).to->text()); }
  EXPECT_EQ(used, (std::set<std::string>{"127.0.0.1:80", "127.0.0.3:80"}));
  destination.set_addresses({dead});
  EXPECT_EQ(destination.next(&dead).to->text(), "127.0.0.2:80");
}

TEST(Destination, pairs_within_one_family) {
  auto destination = made({at("127.0.0.2", 0)}, {at("::1"), at("127.0.0.1")});
  for (int i = 0; i < 4; ++i) {
    const Pair pair = destination.next();
    EXPECT_EQ(pair.to->text(), "127.0.0.1:80");
    ASSERT_NE(pair.from, nullptr);
  }
  destination.set_addresses({at("::1")});
  EXPECT_EQ(destination.next().to->text(), "[::1]:80");
  EXPECT_EQ(destination.next().from, nullptr);
}

TEST(Destination, keeps_its_addresses_when_a_look_up_finds_none) {
  auto destination = made({}, {at("127.0.0.1")});
  destination.set_addresses({});
  EXPECT_TRUE(destination.has_address());
  destination.set_addresses({at("127.0.0.5"), at("127.0.0.6")});
  EXPECT_EQ(destination.addresses(), 2U);
  EXPECT_NE(destination.next().to->text(), destination.next().to->text());
}

TEST(Destination, begins_elsewhere_for_every_worker) {
  const std::vector<Address> addresses = {at("127.0.0.1"), at("127.0.0.2")};
  EXPECT_NE(made({}, addresses, 0).next().to->text(), made({}, addresses, 1).next().to->text());
}

}  // namespace
}  // namespace weir::loadgen
