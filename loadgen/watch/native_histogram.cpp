#include "loadgen/watch/native_histogram.hpp"

#include <cmath>

#include "wire/base/duration.hpp"

namespace weir::loadgen {

namespace {

constexpr std::int64_t kFilledGap = 2;  // Empty buckets that cost less than another span.

std::int32_t index_of(std::uint64_t nanos, std::int32_t schema) {
  return static_cast<std::int32_t>(std::ceil(std::ldexp(std::log2(wire::seconds_of(nanos)), schema)));
}

}  // namespace

NativeHistogram native_of(const reports::load::Histogram& samples) {
  NativeHistogram native;
  std::vector<std::pair<std::int32_t, std::int64_t>> buckets;
  samples.for_each([&](std::uint64_t nanos, std::uint64_t count) {
    if (nanos <= 1) {
      native.zero_count += count;
      return;
    }
    const std::int32_t index = index_of(nanos, native.schema);
    if (buckets.empty() || buckets.back().first != index) { buckets.emplace_back(index, 0); }
    buckets.back().second += static_cast<std::int64_t>(count);
  });
  std::int64_t next = 0, before = 0;
  const auto add = [&](std::int64_t count) {
    native.deltas.push_back(count - before);
    before = count;
    ++native.spans.back().length;
    ++next;
  };
  for (const auto& [index, count] : buckets) {
    const std::int64_t gap = index - next;
    if (native.spans.empty() || gap > kFilledGap) {
      native.spans.push_back({.offset = static_cast<std::int32_t>(gap), .length = 0});
      next = index;
    }
    while (next < index) { add(0); }
    add(count);
  }
  return native;
}

}  // namespace weir::loadgen
