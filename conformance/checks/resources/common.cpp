#include "conformance/checks/resources/common.hpp"

#include <algorithm>
#include <cctype>

namespace weir::conformance {

namespace {

constexpr std::size_t kSample = 3;

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_binary(const json::value& resource) {
  const std::string_view type = wire::string_or(resource, "mimeType", "text/plain");
  return !type.starts_with("text/") && type.find("json") == type.npos && type.find("xml") == type.npos;
}

}  // namespace

std::vector<std::string> readable_sample(const Survey& survey) {
  std::vector<std::string> uris;
  const auto add = [&](const json::value& resource) {
    std::string uri(wire::string_or(resource, "uri", ""));
    if (!uri.empty() && uris.size() < kSample && std::find(uris.begin(), uris.end(), uri) == uris.end()) {
      uris.push_back(std::move(uri));
    }
  };
  const auto binary = std::find_if(survey.resources.begin(), survey.resources.end(), is_binary);
  if (binary != survey.resources.end()) { add(*binary); }
  std::for_each(survey.resources.begin(), survey.resources.end(), add);
  return uris;
}

bool serves_unknown(const wire::mcp::Reply& reply) {
  const json::array* contents = wire::as_array(wire::find(reply.result(), "contents"));
  return contents && !contents->empty();
}

bool is_uri_template(std::string_view text) {
  while (!text.empty()) {
    const std::size_t brace = text.find_first_of("{}");
    if (brace == text.npos) { return true; }
    const std::size_t close = text.find('}', brace);
    if (text[brace] == '}' || close == text.npos || close == brace + 1) { return false; }
    const std::string_view expression = text.substr(brace + 1, close - brace - 1);
    const bool fits = std::all_of(expression.begin(), expression.end(), [](char c) {
      return is_alnum(c) || std::string_view("+#./;?&_,:*%-=!@|").find(c) != std::string_view::npos;
    });
    if (!fits) { return false; }
    text.remove_prefix(close + 1);
  }
  return true;
}

std::optional<std::string> annotation_problem(const json::value& annotations) {
  if (!annotations.is_object()) { return "annotations are " + std::string(wire::kind_name(annotations)); }
  if (const json::value* priority = wire::find(annotations, "priority")) {
    const bool fits = priority->is_number() && priority->to_number<double>() >= 0 && priority->to_number<double>() <= 1;
    if (!fits) { return "priority " + wire::excerpt(*priority, 40); }
  }
  if (const json::value* audience = wire::find(annotations, "audience")) {
    const json::array* roles = wire::as_array(audience);
    const bool fits = roles && std::all_of(roles->begin(), roles->end(), [](const json::value& role) {
                        return role == json::value("user") || role == json::value("assistant");
                      });
    if (!fits) { return "audience " + wire::excerpt(*audience, 60); }
  }
  const json::value* modified = wire::find(annotations, "lastModified");
  if (modified && wire::as_string(modified).value_or("").size() < std::string_view("2026-01-01").size()) {
    return "lastModified " + wire::excerpt(*modified, 40);
  }
  return std::nullopt;
}

}  // namespace weir::conformance
