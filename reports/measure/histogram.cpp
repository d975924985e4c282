#include "reports/measure/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "wire/base/bytes.hpp"

namespace weir::reports::load {
namespace {

// A varint with room for 128 bits: below 2^64 its bytes are those of wire::put_varint.
void put_sum(WideSum sum, std::string& out) {
  for (; sum >= 0x80; sum >>= 7) { out.push_back(static_cast<char>(static_cast<unsigned>(sum & 0x7F) | 0x80U)); }
  out.push_back(static_cast<char>(sum));
}

bool take_sum(std::string_view& bytes, WideSum& sum) {
  constexpr std::size_t kMostBytes = 19;
  WideSum read = 0;
  for (std::size_t i = 0; i < bytes.size() && i < kMostBytes; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i + 1 == kMostBytes && byte > 3) { return false; }  // Beyond 128 bits.
    read |= WideSum{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) {
      sum = read;
      bytes.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace

Histogram::Histogram(const Histogram& other) { *this = other; }

Histogram& Histogram::operator=(const Histogram& other) {
  if (this == &other) { return *this; }
  for (unsigned row = 0; row < kRows; ++row) {
    rows_[row] = other.rows_[row] ? std::make_unique<Row>(*other.rows_[row]) : nullptr;
  }
  count_ = other.count_;
  sum_ = other.sum_;
  min_ = other.min_;
  max_ = other.max_;
  return *this;
}

void Histogram::add_row(unsigned row) { rows_[row] = std::make_unique<Row>(); }

void Histogram::record(std::uint64_t value, std::uint64_t times) {
  if (times == 0) { return; }
  record(value);
  const unsigned row = row_of(value);
  (*rows_[row])[slot_of(value, row)] += times - 1;
  count_ += times - 1;
  sum_ += WideSum{value} * (times - 1);
}

void Histogram::merge(const Histogram& other) {
  for (unsigned row = 0; row < kRows; ++row) {
    if (!other.rows_[row]) { continue; }
    if (!rows_[row]) { add_row(row); }
    for (unsigned slot = 0; slot < kSubBuckets; ++slot) { (*rows_[row])[slot] += (*other.rows_[row])[slot]; }
  }
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() {
  if (count_ == 0) { return; }
  for (unsigned row = 0; row < kRows; ++row) {
    if (rows_[row]) { rows_[row]->fill(0); }
  }
  count_ = 0;
  sum_ = 0;
  min_ = UINT64_MAX;
  max_ = 0;
}

std::uint64_t Histogram::low_of(unsigned row, unsigned slot) {
  return row == 0 ? slot : static_cast<std::uint64_t>(kSubBuckets + slot) << (row - 1);
}

std::uint64_t Histogram::middle_of(unsigned row, unsigned slot) {
  const std::uint64_t width = row == 0 ? 1 : std::uint64_t{1} << (row - 1);
  return low_of(row, slot) + (width - 1) / 2;
}

std::uint64_t Histogram::bucket_low(std::uint64_t value) {
  const unsigned row = row_of(value);
  return low_of(row, slot_of(value, row));
}

std::uint64_t Histogram::bucket_high(std::uint64_t value) {
  const unsigned row = row_of(value);
  return low_of(row, slot_of(value, row)) + (row == 0 ? 0 : (std::uint64_t{1} << (row - 1)) - 1);
}

std::uint64_t Histogram::quantile(double quantile) const {
  if (count_ == 0) { return 0; }
  // 99.9 / 100 is a little more than 0.999: of 1,000 samples it is the 999th all the same.
  constexpr double kRounding = 1 - 4 * std::numeric_limits<double>::epsilon();
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_) * kRounding);
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  std::uint64_t below = 0;
  for (unsigned row = 0; row < kRows; ++row) {
    if (!rows_[row]) { continue; }
    for (unsigned slot = 0; slot < kSubBuckets; ++slot) {
      below += (*rows_[row])[slot];
      if (below >= rank) { return std::clamp(middle_of(row, slot), min(), max()); }
    }
  }
  return max();
}

std::uint64_t Histogram::count_at_most(std::uint64_t bound) const {
  const unsigned last = row_of(bound);
  std::uint64_t total = 0;
  for (unsigned row = 0; row < last; ++row) {
    if (rows_[row]) {
      for (const std::uint64_t count : *rows_[row]) { total += count; }
    }
  }
  if (rows_[last]) {
    for (unsigned slot = 0; slot < kSubBuckets && middle_of(last, slot) <= bound; ++slot) {
      total += (*rows_[last])[slot];
    }
  }
  return total;
}

// count, and where there are samples: sum, min, max, and the filled buckets in order, each as the distance from the one
// before and its count.
void Histogram::encode(std::string& out) const {
  wire::put_varint(count_, out);
  if (count_ == 0) { return; }
  put_sum(sum_, out);
  wire::put_varint(min_, out);
  wire::put_varint(max_ - min_, out);
  std::uint64_t next = 0;
  for (unsigned row = 0; row < kRows; ++row) {
    if (!rows_[row]) { continue; }
    for (unsigned slot = 0; slot < kSubBuckets; ++slot) {
      const std::uint64_t count = (*rows_[row])[slot];
      if (count == 0) { continue; }
      const std::uint64_t index = std::uint64_t{row} * kSubBuckets + slot;
      wire::put_varint(index - next, out);
      wire::put_varint(count, out);
      next = index + 1;
    }
  }
}

bool Histogram::decode_and_merge(std::string_view& bytes) {
  std::uint64_t count = 0, min = 0, span = 0;
  WideSum sum = 0;
  if (!wire::take_varint(bytes, count)) { return false; }
  if (count == 0) { return true; }
  if (!take_sum(bytes, sum) || !wire::take_varint(bytes, min) || !wire::take_varint(bytes, span)) { return false; }
  if (span > UINT64_MAX - min || count > UINT64_MAX - count_) { return false; }
  std::uint64_t next = 0;
  for (std::uint64_t left = count; left > 0;) {
    std::uint64_t distance = 0, times = 0;
    if (!wire::take_varint(bytes, distance) || !wire::take_varint(bytes, times)) { return false; }
    if (distance >= kRows * kSubBuckets - next || times == 0 || times > left) { return false; }
    const std::uint64_t index = next + distance;
    const auto row = static_cast<unsigned>(index / kSubBuckets);
    if (!rows_[row]) { add_row(row); }
    (*rows_[row])[index % kSubBuckets] += times;
    left -= times;
    next = index + 1;
    if (left > 0 && next == kRows * kSubBuckets) { return false; }
  }
  count_ += count;
  sum_ += sum;
  min_ = std::min(min_, min);
  max_ = std::max(max_, min + span);
  return true;
}

bool Histogram::operator==(const Histogram& other) const {
  if (count_ != other.count_ || sum_ != other.sum_ || min_ != other.min_ || max_ != other.max_) { return false; }
  static constexpr Row kEmpty{};
  for (unsigned row = 0; row < kRows; ++row) {
    if ((rows_[row] ? *rows_[row] : kEmpty) != (other.rows_[row] ? *other.rows_[row] : kEmpty)) { return false; }
  }
  return true;
}

}  // namespace weir::reports::load
