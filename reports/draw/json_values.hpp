// Values of a JSON report; whatever bytes an endpoint sent become valid text.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/text.hpp"

namespace weir::reports {

inline boost::json::string text(std::string_view bytes) { return boost::json::string(wire::valid_utf8(bytes)); }

inline boost::json::value or_null(std::string_view value) {
  return value.empty() ? boost::json::value(nullptr) : boost::json::value(text(value));
}

inline boost::json::array texts(const std::vector<std::string>& lines) {
  boost::json::array out;
  for (const std::string& line : lines) { out.push_back(text(line)); }
  return out;
}

}  // namespace weir::reports
