#include <algorithm>
#include <array>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_strings_whole {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The string in which U+FFFD stands for characters that somebody could not read; empty where there is none.
std::string where_replaced(const json::value& value, const std::string& at) {
  if (const auto text = wire::as_string(&value)) {
    return text->find(kReplacement) == std::string_view::npos ? std::string() : at;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      auto found = where_replaced(member.value(), fmt::format("{}/{}", at, std::string_view(member.key())));
      if (!found.empty()) { return found; }
    }
  } else if (const auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto found = where_replaced((*array)[i], fmt::format("{}/{}", at, i));
      if (!found.empty()) { return found; }
    }
  }
  return {};
}

/// What a server says of itself has no reason to hold such a character; the text of a resource or of a tool may.
bool is_of_itself(const json::value& result) {
  constexpr std::array kMembers = {"serverInfo", "tools", "prompts", "resources", "resourceTemplates"};
  return std::ranges::any_of(kMembers, [&](const char* member) { return wire::find(result, member) != nullptr; });
}

Finding run(Probe& probe) {
  const auto seen = seen_by(probe);
  Places places;
  for (const auto& [in, text] : texts_of(seen)) {
    probe.keep_judging();
    const auto parsed = wire::parse_json(text);
    if (!parsed) { continue; }
    places.looked();
    if (parsed->unpaired_surrogates) { places.broken(in, wire::excerpt(text, 100)); }
    const json::value* result = wire::find(parsed->value, "result");
    if (!result || !is_of_itself(*result) || text.find(kReplacement) == std::string_view::npos) { continue; }
    if (const auto at = where_replaced(*result, ""); !at.empty()) {
      places.broken(in,
                    fmt::format("U+FFFD in place of characters that were lost, at {}: they are decoded in pieces, or "
                                "in another encoding, before they are sent",
                                wire::excerpt(std::string_view(at), 80)));
    }
  }
  return judged(probe, places, "strings of whole characters", "messages", "the server sent no message");
}

const Registration kCheck{{
    .id = "jsonrpc.strings.whole",
    .title = "no string of an answer ends within a character",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-8.2",
    .consequence =
        "Strict parsers drop the whole message for half an emoji, and others fail when they write it as UTF-8.",
    .fix = "Cut strings between characters, not between bytes or UTF-16 units, and collect all bytes of a text "
           "before it is decoded, in the encoding in which it was written.",
    .faults = {"jsonrpc.half-emoji", "jsonrpc.characters-replaced"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_strings_whole
