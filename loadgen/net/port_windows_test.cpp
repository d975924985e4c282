#include "loadgen/net/port_windows.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

namespace weir::loadgen {
namespace {

TEST(PortWindows, cover_the_whole_range_once_in_each_rotation) {
  const PortWindows windows(1'000, 1'201, 3);
  ASSERT_EQ(windows.count(), 4U);
  std::set<int> ports;
  for (std::uint32_t turn = 0; turn < windows.count(); ++turn) {
    const auto range = windows.window(turn);
    EXPECT_LE(range.low, range.high);
    for (int port = range.low; port <= range.high; ++port) { EXPECT_TRUE(ports.insert(port).second) << port; }
  }
  EXPECT_EQ(ports.size(), 202U);
  EXPECT_EQ(*ports.begin(), 1'000);
  EXPECT_EQ(*ports.rbegin(), 1'201);
  EXPECT_EQ(windows.window(0).low, windows.window(4).low);
}

TEST(PortWindows, stay_within_the_range_at_its_upper_end) {
  const PortWindows windows(65'000, 65'535, 0);
  const auto last = windows.window(windows.count() - 1);
  EXPECT_EQ(last.high, 65'535);
  EXPECT_GT(last.low, 65'000);
}

TEST(PortWindows, give_each_pair_its_own_turns) {
  PortWindows windows(40'000, 40'000 + 4 * 64 - 1, 0);
  sockaddr_storage to{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(to);
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = htons(9);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool known = windows.narrow(fd, nullptr, to);
  EXPECT_EQ(windows.count(), known ? 4U : 0U);  // A kernel that is too old is asked once.
  EXPECT_EQ(windows.narrow(fd, &to, to), known);
  ::close(fd);
}

}  // namespace
}  // namespace weir::loadgen
