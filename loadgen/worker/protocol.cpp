#include "loadgen/worker/protocol.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "loadgen/limits.hpp"

namespace weir::loadgen {

namespace {

constexpr std::size_t kHeadBytes = 5;  // u32 length of the payload, u8 kind.

enum class OrderKind : std::uint8_t { phase = 1, credentials, addresses, stop };
enum class ReportKind : std::uint8_t { started = 65, second, token_refused, note, finished };

static_assert(std::endian::native == std::endian::little, "numbers go over the socket as they lie in memory");

class Writer {
 public:
  template <class Number>
  void number(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }
  void count(std::size_t value) { number(static_cast<std::uint32_t>(value)); }
  void bytes(std::string_view value) { out_.append(value); }
  std::string frame(std::uint8_t kind) && {
    Writer head;
    head.number(static_cast<std::uint32_t>(out_.size()));
    head.number(kind);
    return head.out_ + out_;
  }

 private:
  std::string out_;
};

/// Reads what Writer wrote; the first thing that is not there, or not as it should be, makes all of it bad.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    Number value{};
    if (rest_.size() < sizeof value) {
      good_ = false;
      return value;
    }
    rest_.copy(reinterpret_cast<char*>(&value), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  double real() {
    const auto value = number<double>();
    good_ = good_ && std::isfinite(value) && value >= 0;
    return good_ ? value : 0;
  }
  bool flag() {
    const auto value = number<std::uint8_t>();
    good_ = good_ && value <= 1;
    return value == 1;
  }
  std::string text(std::size_t most) {
    const auto size = number<std::uint32_t>();
    if (!good_ || size > most || size > rest_.size()) {
      good_ = false;
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  std::size_t count(std::size_t most) {
    const auto value = number<std::uint32_t>();
    good_ = good_ && value <= most;
    return good_ ? value : 0;
  }
  std::string all() {
    std::string value(rest_);
    rest_ = {};
    return value;
  }
  bool good() const { return good_; }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::string encode_phase(const PhaseOrder& order) {
  Writer out;
  out.number(order.phase);
  out.number(order.at_ns);
  out.number(order.over_ns);
  out.count(order.streams.size());
  for (const auto streams : order.streams) { out.number(streams); }
  out.count(order.churn_per_second.size());
  for (const auto churn : order.churn_per_second) { out.number(churn); }
  out.number(order.call_scale);
  out.number(order.run_end_ns);
  out.number(static_cast<std::uint8_t>(order.drop_all));
  return std::move(out).frame(static_cast<std::uint8_t>(OrderKind::phase));
}

PhaseOrder read_phase(Reader& in) {
  PhaseOrder order;
  order.phase = in.number<std::uint32_t>();
  order.at_ns = in.number<std::int64_t>();
  order.over_ns = in.number<std::int64_t>();
  order.streams.resize(in.count(limits::kPopulations));
  for (auto& streams : order.streams) { streams = in.number<std::int64_t>(); }
  order.churn_per_second.resize(in.count(limits::kPopulations));
  for (auto& churn : order.churn_per_second) { churn = in.real(); }
  order.call_scale = in.real();
  order.run_end_ns = in.number<std::int64_t>();
  order.drop_all = in.flag();
  return order;
}

std::string encode_credentials(const Credentials& credentials) {
  Writer out;
  out.count(credentials.headers.fields().size());
  for (const auto& field : credentials.headers.fields()) {
    out.text(field.name);
    out.text(field.value);
  }
  out.text(credentials.bearer);
  out.number(credentials.generation);
  out.number(static_cast<std::uint8_t>(credentials.renewable));
  return std::move(out).frame(static_cast<std::uint8_t>(OrderKind::credentials));
}

CredentialsOrder read_credentials(Reader& in) {
  CredentialsOrder order;
  const auto fields = in.count(limits::kHeaders);
  for (std::size_t i = 0; i < fields && in.good(); ++i) {
    auto name = in.text(limits::kTokenBytes);
    order.credentials.headers.add(std::move(name), in.text(limits::kTokenBytes));
  }
  order.credentials.bearer = in.text(limits::kTokenBytes);
  order.credentials.generation = in.number<std::uint64_t>();
  order.credentials.renewable = in.flag();
  return order;
}

std::string encode_addresses(const AddressesOrder& order) {
  Writer out;
  out.number(order.destination);
  out.count(order.addresses.size());
  for (const auto& address : order.addresses) { out.text(address); }
  return std::move(out).frame(static_cast<std::uint8_t>(OrderKind::addresses));
}

AddressesOrder read_addresses(Reader& in) {
  AddressesOrder order;
  order.destination = in.number<std::uint32_t>();
  order.addresses.resize(in.count(limits::kAddresses));
  for (auto& address : order.addresses) { address = in.text(128); }
  return order;
}

template <class Message>
std::optional<Message> checked(const Reader& in, Message message) {
  return in.done() ? std::optional<Message>(std::move(message)) : std::nullopt;
}

std::optional<Order> decode_order(std::uint8_t kind, std::string_view payload) {
  Reader in(payload);
  switch (static_cast<OrderKind>(kind)) {
    case OrderKind::phase: {
      auto order = read_phase(in);
      return checked<Order>(in, std::move(order));
    }
    case OrderKind::credentials: {
      auto order = read_credentials(in);
      return checked<Order>(in, std::move(order));
    }
    case OrderKind::addresses: {
      auto order = read_addresses(in);
      return checked<Order>(in, std::move(order));
    }
    case OrderKind::stop: {
      const StopOrder order{in.number<std::int64_t>()};
      return checked<Order>(in, order);
    }
  }
  return std::nullopt;
}

std::optional<Report> decode_report(std::uint8_t kind, std::string_view payload) {
  Reader in(payload);
  switch (static_cast<ReportKind>(kind)) {
    case ReportKind::started:
      return checked<Report>(in, Started{});
    case ReportKind::second:
      return Report(SecondReport{in.all()});
    case ReportKind::token_refused: {
      const TokenRefused report{in.number<std::uint64_t>()};
      return checked<Report>(in, report);
    }
    case ReportKind::note: {
      auto text = in.text(limits::kNoteBytes);
      return checked<Report>(in, Note{std::move(text)});
    }
    case ReportKind::finished:
      return checked<Report>(in, Finished{});
  }
  return std::nullopt;
}

template <class Message>
std::optional<Message> decode(std::uint8_t kind, std::string_view payload);
template <>
std::optional<Order> decode<Order>(std::uint8_t kind, std::string_view payload) {
  return decode_order(kind, payload);
}
template <>
std::optional<Report> decode<Report>(std::uint8_t kind, std::string_view payload) {
  return decode_report(kind, payload);
}

template <class... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overload(Cases...) -> Overload<Cases...>;

}  // namespace

std::string encode(const Order& order) {
  return std::visit(Overload{[](const PhaseOrder& phase) { return encode_phase(phase); },
                             [](const CredentialsOrder& given) { return encode_credentials(given.credentials); },
                             [](const AddressesOrder& addresses) { return encode_addresses(addresses); },
                             [](const StopOrder& stop) {
                               Writer out;
                               out.number(stop.deadline_ns);
                               return std::move(out).frame(static_cast<std::uint8_t>(OrderKind::stop));
                             }},
                    order);
}

std::string encode(const Report& report) {
  return std::visit(
      Overload{[](const Started&) { return Writer().frame(static_cast<std::uint8_t>(ReportKind::started)); },
               [](const SecondReport& second) {
                 Writer out;
                 out.bytes(second.snapshot);
                 return std::move(out).frame(static_cast<std::uint8_t>(ReportKind::second));
               },
               [](const TokenRefused& refused) {
                 Writer out;
                 out.number(refused.generation);
                 return std::move(out).frame(static_cast<std::uint8_t>(ReportKind::token_refused));
               },
               [](const Note& note) {
                 Writer out;
                 out.text(std::string_view(note.text).substr(0, limits::kNoteBytes));
                 return std::move(out).frame(static_cast<std::uint8_t>(ReportKind::note));
               },
               [](const Finished&) { return Writer().frame(static_cast<std::uint8_t>(ReportKind::finished)); }},
      report);
}

template <class Message>
std::optional<Message> Frames<Message>::next() {
  const std::string_view rest = std::string_view(pending_).substr(taken_);
  if (broken_ || rest.size() < kHeadBytes) { return std::nullopt; }
  std::uint32_t size = 0;
  std::memcpy(&size, rest.data(), sizeof size);
  if (size > limits::kFrameBytes) {
    broken_ = true;
    return std::nullopt;
  }
  if (rest.size() < kHeadBytes + size) { return std::nullopt; }
  auto message = decode<Message>(static_cast<std::uint8_t>(rest[4]), rest.substr(kHeadBytes, size));
  broken_ = !message;
  taken_ += kHeadBytes + size;
  if (taken_ == pending_.size() || taken_ > (std::size_t{1} << 16)) {
    pending_.erase(0, taken_);
    taken_ = 0;
  }
  return message;
}

template class Frames<Order>;
template class Frames<Report>;

}  // namespace weir::loadgen
