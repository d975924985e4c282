#include "wire/http/query.hpp"

#include <fmt/format.h>

#include "wire/base/text.hpp"

namespace weir::wire {

void add_to_query(Url& url, std::string_view name, std::string_view value) {
  std::string encoded;
  for (const char c : value) {
    const bool plain = is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  url.query += fmt::format("{}{}={}", url.query.empty() ? "" : "&", name, encoded);
  url.has_query = true;
}

}  // namespace weir::wire
