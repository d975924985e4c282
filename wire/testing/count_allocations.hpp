// Counts what a thread allocates. Included by exactly one test of a program, because it replaces the global operator
// new: with malloc and a counter of the thread, which no other test notices. Sanitizers have one of their own, and the
// counter is its hook.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>

namespace weir::wire::testing {

inline thread_local std::uint64_t allocations_of_this_thread = 0;

/// How often `use` allocates.
template <class Use>
std::uint64_t count_allocations(const Use& use) {
  const std::uint64_t before = allocations_of_this_thread;
  use();
  return allocations_of_this_thread - before;
}

}  // namespace weir::wire::testing

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEIR_SANITIZED_NEW
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEIR_SANITIZED_NEW
#endif

#ifdef WEIR_SANITIZED_NEW
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                                         void (*)(const volatile void*));
namespace weir::wire::testing {
inline const int kHooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++allocations_of_this_thread; }, [](const volatile void*) {});
}  // namespace weir::wire::testing
#else
// Not inline: g++ would see malloc and delete meet, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++weir::wire::testing::allocations_of_this_thread;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) { return memory; }
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return operator new(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
#endif
