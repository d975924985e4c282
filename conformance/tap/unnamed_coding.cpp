#include "conformance/tap/unnamed_coding.hpp"

#include <fmt/format.h>

#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

struct Mark {
  std::string_view bytes;
  std::string_view coding;
};

/// RFC 1952 section 2.3.1, RFC 8878 section 3.1.1, and the heads of RFC 1950 that zlib writes. No text begins so.
constexpr Mark kMarks[] = {{"\x1f\x8b\x08", "gzip"},
                           {"\x28\xb5\x2f\xfd", "zstd"},
                           {"\x78\x9c", "deflate"},
                           {"\x78\xda", "deflate"},
                           {"\x78\x01", "deflate"}};

/// Of these types a body is text; without one it is taken for whatever it looks like.
bool is_text(const wire::Exchange& http) {
  const std::string type = wire::media_type(http.head.headers.get("content-type"));
  return type.empty() || http.is_json() || http.is_event_stream() || type.starts_with("text/");
}

}  // namespace

std::optional<std::string> unnamed_coding(const wire::Exchange& http) {
  if (!is_text(http)) { return std::nullopt; }
  for (const auto& [bytes, coding] : kMarks) {
    if (!std::string_view(http.body).starts_with(bytes)) { continue; }
    const std::string named = wire::lower(http.head.headers.joined("content-encoding"));
    if (coding == "zstd" && named.find(coding) != std::string::npos) { continue; }  // Weir does not undo it.
    if (named.empty()) { return fmt::format("the body is {}, and no Content-Encoding says so", coding); }
    return fmt::format("the body is {} still, once Content-Encoding: {} is undone", coding, wire::excerpt(named, 40));
  }
  return std::nullopt;
}

}  // namespace weir::conformance
