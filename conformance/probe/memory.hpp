// The memory of a run as one account: bodies, lists, events and evidence of all that is asked at the same time, as the
// allocator counts it, so that nobody can forget to. An endpoint that sends more than limits::kRunBytes is told of, and
// is no reason to grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

namespace weir::conformance {

/// Thrown instead of an allocation that the account does not bear.
struct MemoryUsedUp : std::bad_alloc {
  const char* what() const noexcept override;
};

/// While one lives, its thread allocates within the account. Whoever opens one catches std::bad_alloc, and lets no
/// destructor within it depend on memory.
class MemoryBound {
 public:
  MemoryBound();
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;
  ~MemoryBound();
};

/// What the whole process has of its allocator.
std::size_t memory_held();

/// Whether more may be received; parsing takes its share too, so the answer is no before the account is used up.
bool memory_has_room();

/// How often this thread was told that there is no room, or was refused memory.
std::uint64_t memory_refusals();
/// How often the machine itself had no memory for this thread.
std::uint64_t memory_shortages();

/// Why a judgement was not possible, for people.
std::string memory_used_up_text();

/// Keeps what was given back from staying with the process.
void return_memory_early();

}  // namespace weir::conformance
