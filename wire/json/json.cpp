#include "wire/json/json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "wire/base/escape.hpp"
#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

template <class Integer>
bool integer_equals_double(Integer i, double d) {
  // Both bounds are powers of two, hence exact as doubles.
  const double below = std::is_signed_v<Integer> ? -std::ldexp(1.0, 63) : 0.0;
  const double above = std::ldexp(1.0, std::is_signed_v<Integer> ? 63 : 64);
  return d >= below && d < above && std::trunc(d) == d && static_cast<Integer>(d) == i;
}

bool numbers_equal(const json::value& a, const json::value& b) {
  if (a.is_double() && b.is_double()) { return a.get_double() == b.get_double(); }
  if (a.is_double()) { return numbers_equal(b, a); }
  if (b.is_double()) {
    return a.is_int64() ? integer_equals_double(a.get_int64(), b.get_double())
                        : integer_equals_double(a.get_uint64(), b.get_double());
  }
  if (a.is_int64() && b.is_int64()) { return a.get_int64() == b.get_int64(); }
  if (a.is_uint64() && b.is_uint64()) { return a.get_uint64() == b.get_uint64(); }
  const std::int64_t with_sign = a.is_int64() ? a.get_int64() : b.get_int64();
  const std::uint64_t without = a.is_uint64() ? a.get_uint64() : b.get_uint64();
  return with_sign >= 0 && static_cast<std::uint64_t>(with_sign) == without;
}

void append_number(const json::value& value, std::string& out) {
  if (value.is_int64()) {
    fmt::format_to(std::back_inserter(out), "{}", value.get_int64());
  } else if (value.is_uint64()) {
    fmt::format_to(std::back_inserter(out), "{}", value.get_uint64());
  } else if (const double d = value.get_double(); !std::isfinite(d)) {
    out += "null";
  } else if (integer_equals_double(static_cast<std::int64_t>(0), d)) {
    out += '0';  // -0.0 equals 0.
  } else if (std::trunc(d) == d && std::abs(d) < std::ldexp(1.0, 63)) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(d));
  } else if (std::trunc(d) == d && d > 0 && d < std::ldexp(1.0, 64)) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<std::uint64_t>(d));
  } else {
    fmt::format_to(std::back_inserter(out), "{}", d);
  }
}

void append_canonical(const json::value& value, std::string& out);

void append_canonical(const json::object& object, std::string& out) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const json::key_value_pair& member : object) { members.push_back(&member); }
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
  out += '{';
  for (const json::key_value_pair* member : members) {
    if (member != members.front()) { out += ','; }
    out += json::serialize(member->key());
    out += ':';
    append_canonical(member->value(), out);
  }
  out += '}';
}

void append_canonical(const json::value& value, std::string& out) {
  if (const json::object* object = value.if_object()) {
    append_canonical(*object, out);
  } else if (const json::array* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i != 0) { out += ','; }
      append_canonical((*array)[i], out);
    }
    out += ']';
  } else if (value.is_number()) {
    append_number(value, out);
  } else {
    out += json::serialize(value);
  }
}

bool is_integral(double d) { return std::isfinite(d) && std::trunc(d) == d; }

/// The first character.
std::string printable_step(std::string_view bytes) {
  const Utf8Step step = decode_utf8(bytes);
  if (!step.valid) { return fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0])); }
  if (step.code_point >= 0x20 && !is_obeyed(step.code_point)) { return std::string(bytes.substr(0, step.length)); }
  switch (step.code_point) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto number = static_cast<std::uint32_t>(step.code_point);
  return number < 0x80 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

}  // namespace

bool json_equal(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) { return numbers_equal(a, b); }
  if (a.kind() != b.kind()) { return false; }
  if (const json::array* array = a.if_array()) {
    const json::array& other = b.get_array();
    return std::equal(array->begin(), array->end(), other.begin(), other.end(), json_equal);
  }
  if (const json::object* object = a.if_object()) {
    const json::object& other = b.get_object();
    return object->size() == other.size() && std::all_of(object->begin(), object->end(), [&](const auto& member) {
             const json::value* twin = other.if_contains(member.key());
             return twin != nullptr && json_equal(member.value(), *twin);
           });
  }
  return a == b;
}

std::string canonical(const json::value& value) {
  std::string out;
  append_canonical(value, out);
  return out;
}

const json::value* find(const json::value& value, std::string_view member) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(member);
}

const json::value* find_pointer(const json::value& value, std::string_view json_pointer) {
  json::error_code ec;
  return value.find_pointer(json_pointer, ec);
}

const json::object* as_object(const json::value* value) { return value == nullptr ? nullptr : value->if_object(); }

const json::array* as_array(const json::value* value) { return value == nullptr ? nullptr : value->if_array(); }

std::optional<std::string_view> as_string(const json::value* value) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) { return std::nullopt; }
  return std::string_view(text->data(), text->size());
}

std::optional<std::int64_t> as_integer(const json::value* value) {
  if (value == nullptr) { return std::nullopt; }
  if (value->is_int64()) { return value->get_int64(); }
  if (value->is_uint64() && value->get_uint64() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return static_cast<std::int64_t>(value->get_uint64());
  }
  if (!value->is_double()) { return std::nullopt; }
  const double d = value->get_double();
  if (!is_integral(d) || d < -std::ldexp(1.0, 63) || d >= std::ldexp(1.0, 63)) { return std::nullopt; }
  return static_cast<std::int64_t>(d);
}

std::string_view string_or(const json::value& value, std::string_view member, std::string_view fallback) {
  return as_string(find(value, member)).value_or(fallback);
}

std::string_view kind_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      return "object";
    case json::kind::array:
      return "array";
    case json::kind::string:
      return "string";
    case json::kind::int64:
    case json::kind::uint64:
      return "integer";
    case json::kind::double_:
      return is_integral(value.get_double()) ? "integer" : "number";
    case json::kind::bool_:
      return "boolean";
    case json::kind::null:
      break;
  }
  return "null";
}

std::string excerpt(const json::value& value, std::size_t max) {
  // Only as much is serialized as can be shown: the value may be megabytes.
  json::serializer serializer;
  serializer.reset(&value);
  std::string text;
  std::array<char, 256> buffer{};
  while (!serializer.done() && text.size() <= max) {
    const json::string_view part = serializer.read(buffer.data(), buffer.size());
    text.append(part.data(), part.size());
  }
  return excerpt(std::string_view(text), max);
}

std::string excerpt(std::string_view bytes, std::size_t max) {
  constexpr std::string_view kCut = "...";
  std::string out;
  std::size_t room_for_cut = 0;  // The longest prefix of `out` that leaves room for the mark.
  while (!bytes.empty()) {
    const std::string piece = printable_step(bytes);
    if (out.size() + piece.size() > max) {
      out.resize(without_half_escape(out, room_for_cut));
      return out.append(kCut.substr(0, max));
    }
    out += piece;
    if (out.size() + kCut.size() <= max) { room_for_cut = out.size(); }
    const Utf8Step step = decode_utf8(bytes);
    bytes.remove_prefix(step.valid ? step.length : 1);
  }
  return out;
}

}  // namespace weir::wire
