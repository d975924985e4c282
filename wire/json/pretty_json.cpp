#include "wire/json/pretty_json.hpp"

#include <boost/json.hpp>

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

}  // namespace

std::string pretty_json(const json::value& value) {
  std::string out;
  pretty(value, 0, out);
  return out + "\n";
}

}  // namespace weir::wire
