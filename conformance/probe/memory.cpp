#include "conformance/probe/memory.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>

#include "wire/base/limits.hpp"

namespace weir::conformance {

namespace {

using wire::limits::kRunBytes;

/// Errors have to be told in words, whatever is used up.
constexpr std::size_t kSmallBytes = 1024;
constexpr std::size_t kBytesForErrors = kRunBytes / 8;
constexpr std::size_t kBytesToReceive = kRunBytes / 4 * 3;

std::atomic<std::size_t> held_bytes{0};

struct OfThread {
  int bounds = 0;
  std::uint64_t refusals = 0;
  std::uint64_t shortages = 0;
};
constinit thread_local OfThread of_thread;

/// Of the allocator for itself, with each block: of many small ones it is a third of all.
constexpr std::size_t kBlockBytes = sizeof(std::size_t);

std::size_t taken_by(void* block) { return ::malloc_usable_size(block) + kBlockBytes; }

bool is_borne(std::size_t size) {
  const std::size_t limit = size <= kSmallBytes ? kRunBytes + kBytesForErrors : kRunBytes;
  return size <= limit && held_bytes.load(std::memory_order_relaxed) <= limit - size;
}

void* allocate(std::size_t size) {
  if (of_thread.bounds > 0 && !is_borne(size)) {
    ++of_thread.refusals;
    throw MemoryUsedUp();
  }
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) {
    ++of_thread.shortages;
    throw std::bad_alloc();
  }
  held_bytes.fetch_add(taken_by(memory), std::memory_order_relaxed);
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) { return; }
  held_bytes.fetch_sub(taken_by(memory), std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

const char* MemoryUsedUp::what() const noexcept { return "the memory of the run is used up"; }

MemoryBound::MemoryBound() { ++of_thread.bounds; }
MemoryBound::~MemoryBound() { --of_thread.bounds; }

std::size_t memory_held() { return held_bytes.load(std::memory_order_relaxed); }

bool memory_has_room() {
  if (memory_held() <= kBytesToReceive) { return true; }
  ++of_thread.refusals;
  return false;
}

std::uint64_t memory_refusals() { return of_thread.refusals; }
std::uint64_t memory_shortages() { return of_thread.shortages; }

std::string memory_used_up_text() {
  return fmt::format(
      "what the target sends is more than Weir holds at one moment ({} MiB for all checks of a run together)",
      kRunBytes >> 20U);
}

void return_memory_early() {
  // Blocks of the size of a body go back at once. What one thread gave back another one takes: of two heaps each would
  // keep what the run holds at most.
  constexpr int kLargeBytes = 128 * 1024;
  constexpr int kHeaps = 1;
  ::mallopt(M_ARENA_MAX, kHeaps);
  ::mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  ::mallopt(M_TRIM_THRESHOLD, kLargeBytes);
}

}  // namespace weir::conformance

// The global allocator of the program: malloc, counted. Not inline, as compilers warn where malloc and delete meet.
[[gnu::noinline]] void* operator new(std::size_t size) { return weir::conformance::allocate(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return weir::conformance::allocate(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { weir::conformance::release(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { weir::conformance::release(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { weir::conformance::release(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { weir::conformance::release(memory); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return weir::conformance::allocate(size);
  } catch (const std::bad_alloc&) { return nullptr; }
}
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
  weir::conformance::release(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  weir::conformance::release(memory);
}
