#include "conformance/tap/broken_json.hpp"

#include <algorithm>

#include "conformance/tap/places.hpp"
#include "wire/base/utf8.hpp"

namespace weir::conformance {

namespace {

std::optional<std::string> why_broken(std::string_view text) {
  constexpr std::string_view kMember = "\"jsonrpc\"";
  if (text.find(kMember) == std::string_view::npos || wire::find_invalid_utf8(text)) { return std::nullopt; }
  const auto parsed = wire::parse_json(text);
  if (parsed) { return std::nullopt; }
  // A buffer that was not read again ends there.
  constexpr std::size_t kPage = 4096;
  const bool cut = text.size() >= kPage && text.size() % kPage == 0;
  return fmt::format("{}{}: '{}'", parsed.error().detail,
                     cut ? fmt::format(", cut after {} kB ({} bytes)", text.size() / 1024, text.size()) : std::string(),
                     wire::excerpt(text, 60));
}

}  // namespace

std::optional<std::string> broken_json(const Seen& seen) {
  const wire::Exchange& http = seen.http;
  const auto& notes = http.framing_notes;
  // Another check's, and no matter of the text.
  const auto is_misframed = [](const wire::FramingNote& note) { return is_undecodable(note) || is_left_over(note); };
  if (seen.body_cut || std::any_of(notes.begin(), notes.end(), is_misframed)) { return std::nullopt; }
  const bool whole = http.end == wire::EndClass::clean || http.end == wire::EndClass::close_delimited;
  if (http.is_json()) { return whole ? why_broken(http.body) : std::nullopt; }
  if (!http.is_event_stream()) { return std::nullopt; }
  constexpr std::string_view kMember = "\"jsonrpc\"";
  if (whole && http.body.find(kMember) != std::string::npos && wire::parse_json(http.body)) {
    return fmt::format("an event stream that holds bare JSON, and no event: '{}'",
                       wire::excerpt(std::string_view(http.body), 60));
  }
  for (const wire::SseItem& item : http.items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event || event->type != "message") { continue; }
    if (auto why = why_broken(event->data)) { return why; }
  }
  return std::nullopt;
}

}  // namespace weir::conformance
