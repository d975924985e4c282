#include "conformance/probe/memory.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "wire/base/limits.hpp"

namespace weir::conformance {
namespace {

using wire::limits::kRunBytes;

TEST(Memory, counts_what_is_held_and_given_back) {
  const auto before = memory_held();
  auto block = std::make_unique<std::string>(std::size_t{8} << 20U, 'x');
  EXPECT_GE(memory_held(), before + (std::size_t{8} << 20U));
  block.reset();
  EXPECT_LT(memory_held(), before + (std::size_t{4} << 20U));
}

TEST(Memory, counts_what_the_allocator_takes_for_each_block) {
  constexpr std::size_t kBlocks = 100'000;
  constexpr std::size_t kBytes = 24;
  std::vector<std::unique_ptr<char[]>> blocks(kBlocks);
  const auto before = memory_held();
  for (auto& block : blocks) { block = std::make_unique<char[]>(kBytes); }
  EXPECT_GE(memory_held(), before + kBlocks * (kBytes + sizeof(std::size_t)));
  blocks.clear();
  EXPECT_EQ(memory_held(), before);
}

TEST(Memory, refuses_what_the_account_does_not_bear) {
  const auto refusals = memory_refusals();
  {
    const MemoryBound bound;
    EXPECT_THROW(std::string(kRunBytes + 1, 'x'), MemoryUsedUp);
    EXPECT_NO_THROW(std::string(1U << 20U, 'x'));
  }
  EXPECT_EQ(memory_refusals(), refusals + 1);
  EXPECT_NO_THROW(std::string(kRunBytes + 1, 'x')) << "whoever is not bound has to go on";
}

TEST(Memory, is_one_account_of_all_threads) {
  std::string held(kRunBytes - (kRunBytes / 16), 'x');
  std::uint64_t refused = 0;
  std::thread([&] {
    EXPECT_FALSE(memory_has_room());
    const MemoryBound bound;
    try {
      const std::string more(kRunBytes / 8, 'x');
    } catch (const std::bad_alloc&) { ++refused; }
    // Words for an error are still to be had.
    const auto words = std::make_unique<char[]>(500);
    refused += words == nullptr;
  }).join();
  EXPECT_EQ(refused, 1U);
  std::string().swap(held);
  EXPECT_TRUE(memory_has_room());
}

}  // namespace
}  // namespace weir::conformance
