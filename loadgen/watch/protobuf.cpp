// Protocol Buffers by hand: a dozen fields of four messages. A field is its number and wire type as a varint, and its
// value (https://protobuf.dev/programming-guides/encoding/).
#include <bit>
#include <string_view>

#include "loadgen/watch/prometheus.hpp"
#include "wire/base/bytes.hpp"

namespace weir::loadgen {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Message {
 public:
  void number(std::uint64_t field, std::uint64_t value) {
    key(field, 0);
    wire::put_varint(value, bytes_);
  }
  void sint(std::uint64_t field, std::int64_t value) {
    key(field, 0);
    wire::put_signed(value, bytes_);
  }
  void real(std::uint64_t field, double value) {
    key(field, 1);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    wire::put_u32(static_cast<std::uint32_t>(bits), bytes_);
    wire::put_u32(static_cast<std::uint32_t>(bits >> 32), bytes_);
  }
  void text(std::uint64_t field, std::string_view value) {
    key(field, 2);
    wire::put_text(value, bytes_);
  }
  void message(std::uint64_t field, const Message& value) { text(field, value.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void key(std::uint64_t field, std::uint64_t wire_type) { wire::put_varint(field << 3 | wire_type, bytes_); }
  std::string bytes_;
};

Message value_of(double value) {
  Message message;
  message.real(1, value);
  return message;
}

Message histogram_of(const ClientMetric::Histogram& classic, const NativeHistogram* native) {
  Message message;
  message.number(1, classic.sample_count);
  message.real(2, classic.sample_sum);
  for (const auto& one : classic.bucket) {
    Message bucket;
    bucket.number(1, one.cumulative_count);
    bucket.real(2, one.upper_bound);
    message.message(3, bucket);
  }
  if (native == nullptr) { return message; }
  message.sint(5, native->schema);
  message.real(6, native->zero_threshold);
  message.number(7, native->zero_count);
  for (const auto& one : native->spans) {
    Message span;
    span.sint(1, one.offset);
    span.number(2, one.length);
    message.message(12, span);
  }
  for (const std::int64_t delta : native->deltas) { message.sint(13, delta); }
  return message;
}

/// Those of io.prometheus.client.MetricType.
std::uint64_t type_of(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return 0;
    case MetricType::Gauge:
      return 1;
    case MetricType::Summary:
      return 2;
    case MetricType::Histogram:
      return 4;
    case MetricType::Untyped:
      break;
  }
  return 3;
}

Message metric_of(const ClientMetric& metric, MetricType type, const NativeHistogram* native) {
  Message message;
  for (const auto& label : metric.label) {
    Message pair;
    pair.text(1, label.name);
    pair.text(2, label.value);
    message.message(1, pair);
  }
  if (type == MetricType::Counter) {
    message.message(3, value_of(metric.counter.value));
  } else if (type == MetricType::Histogram) {
    message.message(7, histogram_of(metric.histogram, native));
  } else {
    message.message(2, value_of(metric.gauge.value));
  }
  return message;
}

}  // namespace

std::string metrics_protobuf(const Exposition& exposition) {
  std::string out;
  for (std::size_t i = 0; i < exposition.families.size(); ++i) {
    const MetricFamily& family = exposition.families[i];
    Message message;
    message.text(1, family.name);
    message.text(2, family.help);
    message.number(3, type_of(family.type));
    for (std::size_t j = 0; j < family.metric.size(); ++j) {
      const bool has_native = i < exposition.native.size() && j < exposition.native[i].size();
      message.message(4, metric_of(family.metric[j], family.type, has_native ? &exposition.native[i][j] : nullptr));
    }
    wire::put_text(message.bytes(), out);
  }
  return out;
}

}  // namespace weir::loadgen
