#include "conformance/ask/kept.hpp"

#include <fmt/format.h>

#include <charconv>

#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

struct CacheSign {
  std::string_view field;
  bool (*says_hit)(std::string_view value);
};

bool begins_with_hit(std::string_view value) { return wire::lower(value).starts_with("hit"); }
bool is_old(std::string_view value) {
  int seconds = 0;
  return std::from_chars(value.data(), value.data() + value.size(), seconds).ec == std::errc() && seconds > 0;
}
/// RFC 9211 section 2.1: `hit` is a parameter of the cache's name.
bool has_hit_parameter(std::string_view value) {
  const std::string text = wire::lower(value);
  for (auto at = text.find("hit"); at != std::string::npos; at = text.find("hit", at + 1)) {
    const auto before = text.find_last_not_of(' ', at - 1);
    const char after = at + 3 < text.size() ? text[at + 3] : ';';
    if (at > 0 && before != std::string::npos && text[before] == ';' &&
        (after == ';' || after == ',' || after == ' ')) {
      return true;
    }
  }
  return false;
}

/// By what the caches of the field say that an answer is a kept one.
constexpr CacheSign kCacheSigns[] = {{"age", is_old},
                                     {"x-cache", begins_with_hit},
                                     {"cf-cache-status", begins_with_hit},
                                     {"x-cache-status", begins_with_hit},
                                     {"x-proxy-cache", begins_with_hit},
                                     {"x-drupal-cache", begins_with_hit},
                                     {"cache-status", has_hit_parameter}};

}  // namespace

std::string kept_by(const wire::Exchange& answer) {
  for (const CacheSign& sign : kCacheSigns) {
    const auto value = answer.head.headers.joined(sign.field);
    if (!value.empty() && sign.says_hit(value)) { return fmt::format("{}: {}", sign.field, wire::excerpt(value, 60)); }
  }
  return {};
}

std::string kept_from_another(const wire::Exchange& answer) {
  const bool in_session = answer.request.headers.has("Mcp-Session-Id") || answer.is_event_stream();
  const bool personal = answer.request.method == "POST" || (answer.request.method == "GET" && in_session);
  return personal ? kept_by(answer) : std::string();
}

}  // namespace weir::conformance
