// What a process has on its heap, whichever allocator it runs on.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdint>

extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();

namespace weir::wire::testing {

inline std::int64_t heap_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return static_cast<std::int64_t>(__sanitizer_get_current_allocated_bytes());
  }
  const auto heap = ::mallinfo2();
  return static_cast<std::int64_t>(heap.uordblks + heap.hblkhd);
}

}  // namespace weir::wire::testing
