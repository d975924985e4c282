#include "wire/mcp/era.hpp"

#include <algorithm>

namespace weir::wire::mcp {

std::string_view to_string(Era era) {
  switch (era) {
    case Era::none:
      return "none";
    case Era::http_sse:
      return "http-sse";
    case Era::streamable:
      return "streamable";
    case Era::stateless:
      return "stateless";
  }
  return "none";
}

std::optional<Era> parse_era(std::string_view text) {
  for (Era era : {Era::none, Era::http_sse, Era::streamable, Era::stateless}) {
    if (text == to_string(era)) { return era; }
  }
  return std::nullopt;
}

bool is_known_revision(std::string_view revision) {
  return std::find(kRevisions.begin(), kRevisions.end(), revision) != kRevisions.end();
}

bool is_revision_date(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  return text.size() == kForm.size() && std::equal(text.begin(), text.end(), kForm.begin(), [](char c, char form) {
           return form == 'd' ? c >= '0' && c <= '9' : c == form;
         });
}

std::span<const std::string_view> revisions_of(Era era) {
  const std::span<const std::string_view> all(kRevisions);
  switch (era) {
    case Era::none:
      return {};
    case Era::http_sse:
      return all.first(1);
    case Era::streamable:
      return all.subspan(1, 3);
    case Era::stateless:
      return all.last(1);
  }
  return {};
}

std::string_view newest_revision(Era era) {
  const auto revisions = revisions_of(era);
  return revisions.empty() ? std::string_view() : revisions.back();
}

}  // namespace weir::wire::mcp
