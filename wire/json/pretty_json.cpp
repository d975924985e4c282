#include "wire/json/pretty_json.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <iterator>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

namespace json = boost::json;

void pretty(const json::value& value, std::size_t depth, std::string& out) {
  const auto indent = [&](std::size_t levels) { out.append("\n").append(levels * 2, ' '); };
  const char* separator = "";
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& member : *object) {
      out += separator;
      indent(depth + 1);
      out.append(json::serialize(json::string(member.key()))).append(": ");
      pretty(member.value(), depth + 1, out);
      separator = ",";
    }
    indent(depth);
    out += '}';
  } else if (const json::array* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (const json::value& item : *array) {
      out += separator;
      indent(depth + 1);
      pretty(item, depth + 1, out);
      separator = ",";
    }
    indent(depth);
    out += ']';
  } else {
    out += json::serialize(value);
  }
}

void unit(std::uint32_t value, std::string& out) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", value); }

void in_two_halves(std::uint32_t c, std::string& out) {
  unit(0xd800 + ((c - 0x10000) >> 10), out);
  unit(0xdc00 + ((c - 0x10000) & 0x3ff), out);
}

void in_one(std::uint32_t c, std::string& out) { fmt::format_to(std::back_inserter(out), "\\U{:08X}", c); }

std::string inert(std::string_view text, void (*beyond_units)(std::uint32_t, std::string&)) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Step step = decode_utf8(text);
    const auto c = static_cast<std::uint32_t>(step.code_point);
    if (!is_obeyed(c)) {
      out += text.substr(0, step.length);
    } else if (c < 0x10000) {
      unit(c, out);
    } else {
      beyond_units(c, out);
    }
    const bool command = begins_ci_command(text);
    text.remove_prefix(step.length);
    if (command) {
      unit(static_cast<unsigned char>(text.front()), out);
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string pretty_json(const json::value& value) {
  std::string out;
  pretty(value, 0, out);
  return inert_json(out) + "\n";
}

std::string inert_json(std::string_view text) { return inert(text, in_two_halves); }

std::string inert_yaml(std::string_view text) { return inert(text, in_one); }

}  // namespace weir::wire
