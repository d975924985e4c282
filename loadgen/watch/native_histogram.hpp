// Native histograms of Prometheus: buckets by powers of a base, of which only those with samples are told.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/measure/histogram.hpp"

namespace weir::loadgen {

/// As io.prometheus.client.Histogram has it: bucket i holds what lies in (2^((i-1)/2^schema), 2^(i/2^schema)] seconds.
struct NativeHistogram {
  struct Span {
    std::int32_t offset = 0;   ///< Of the first one: its index; of others: the buckets that are left out before it.
    std::uint32_t length = 0;  ///< Buckets.
    bool operator==(const Span&) const = default;
  };

  std::int32_t schema = 5;       ///< A bucket is 2.2 % wide; ours, which it is made of, are 0.8 %.
  double zero_threshold = 1e-9;  ///< Seconds: the unit that we count in.
  std::uint64_t zero_count = 0;  ///< Samples that are no longer than it.
  std::vector<Span> spans;
  std::vector<std::int64_t> deltas;  ///< The count of each bucket, less that of the one before.
};

/// Of nanoseconds. Every sample is where the middle of its bucket is: none is counted twice or left out, and of samples
/// that are added no bucket ever holds fewer.
NativeHistogram native_of(const reports::load::Histogram& samples);

}  // namespace weir::loadgen
