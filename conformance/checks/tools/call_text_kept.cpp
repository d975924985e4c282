#include "conformance/ask/echo.hpp"

namespace weir::conformance::tools_call_text_kept {
namespace {

/// A letter of two bytes, one of three, and a character of four.
constexpr std::string_view kBeyondAscii = " weir-\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x8C\x8A-end";
constexpr std::string_view kAscii = " weir-abc-end";
/// The same with its UTF-8 bytes read as ISO 8859-1, as Windows-1252, and with what had no place in a code page.
struct Mangled {
  std::string_view text;
  std::string_view how;
};
constexpr Mangled kMangled[] = {
    {" weir-\xC3\x83\xC2\xA9", "read as ISO 8859-1"},
    {" weir-?", "with a question mark for each character that a code page lacks"},
    {" weir-\xC3\xA9?", "with a question mark for each character that a code page lacks"},
    {" weir-\xEF\xBF\xBD", "with U+FFFD in place of characters"},
    {" weir-\xC3\xA9\xEF\xBF\xBD", "with U+FFFD in place of characters"},
    {" weir--end", "without the characters"},
    {" weir-\xC3\xA9-end", "without some of the characters"},
};

/// Whether all that stands between the marks is some of the characters, and signs for those that were lost.
bool is_what_is_left(std::string_view middle) {
  constexpr std::string_view kCharacters[] = {"\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x8C\x8A"};
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::size_t kept = 0, next = 0;
  while (!middle.empty()) {
    if (middle.starts_with('?')) {
      middle.remove_prefix(1);
    } else if (middle.starts_with(kReplacement)) {
      middle.remove_prefix(kReplacement.size());
    } else {
      while (next < std::size(kCharacters) && !middle.starts_with(kCharacters[next])) { ++next; }
      if (next == std::size(kCharacters)) { return false; }
      middle.remove_prefix(kCharacters[next++].size());
      ++kept;
    }
  }
  return kept < std::size(kCharacters);
}

/// What came back between the two marks; nullopt where one of them is missing.
std::optional<std::string_view> between_marks(std::string_view text) {
  constexpr std::string_view kBegin = " weir-", kEnd = "-end";
  const auto begin = text.find(kBegin);
  const auto end = begin == std::string_view::npos ? begin : text.find(kEnd, begin + kBegin.size());
  if (end == std::string_view::npos) { return std::nullopt; }
  return text.substr(begin + kBegin.size(), end - begin - kBegin.size());
}

/// An error of the server itself: whoever does not like an argument says so by -32602 or in the result.
bool is_breakdown(const wire::Result<wire::mcp::Reply>& reply) {
  if (!reply) { return true; }
  if (reply->is_result()) { return false; }
  const auto code = error_code(*reply);
  return !code || *code != jsonrpc::kInvalidParams;
}

Finding judge_result(const wire::mcp::Reply& reply, const std::string& sent) {
  const std::string text = text_of_result(reply);
  if (holds_text(text, sent)) { return pass("letters beyond ASCII come back as they were sent"); }
  for (const auto& mangled : kMangled) {
    if (text.find(mangled.text) == std::string::npos) { continue; }
    return fail("the text that was sent: " + wire::excerpt(std::string_view(sent), 80),
                fmt::format("it came back {}: {}", mangled.how,
                            wire::excerpt(std::string_view(text).substr(text.find(mangled.text)), 80)))
        .at("server", "Read the body of a request as UTF-8, whatever its Content-Type does not say.");
  }
  if (const auto left = between_marks(text); left && is_what_is_left(*left)) {
    return fail("the text that was sent: " + wire::excerpt(std::string_view(sent), 80),
                fmt::format("it came back without some of its characters: {}", wire::excerpt(*left, 80)))
        .at("server", "Keep all of Unicode: MySQL's utf8, for one, has no characters of four bytes (utf8mb4 has).");
  }
  return untestable("the tool gives other text back: " + wire::excerpt(std::string_view(text), 80));
}

Finding run(Probe& probe) {
  const auto echo = find_echo(probe);
  if (!echo) { return untestable("no call that may be made gives back a text that it was given"); }
  const auto plain = echo->ask(probe, std::string(kAscii));
  if (!plain || !plain->is_result() || !holds_text(text_of_result(*plain), echo->text + std::string(kAscii))) {
    return untestable("another text than that of the profile does not come back either");
  }
  const auto reply = echo->ask(probe, std::string(kBeyondAscii));
  if (reply && reply->is_result()) { return judge_result(*reply, echo->text + std::string(kBeyondAscii)); }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  const std::string got = reply ? reply->describe() : reply.error().detail;
  if (!is_breakdown(reply)) { return untestable("the tool takes no such text: " + got); }
  return fail(fmt::format("a result of {} for letters beyond ASCII, as for those of ASCII", echo->call.name), got)
      .at("server", "Read and write UTF-8 throughout, whatever the locale of the process is.");
}

const Registration kCheck{{
    .id = "tools.call.text-kept",
    .title = "text beyond ASCII reaches a tool and comes back unchanged",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    .consequence = "Whoever writes in another language than English is misunderstood, or gets errors.",
    .fix = "Decode and encode as UTF-8 at every step, request body, pipes and database included, whatever the locale "
           "is (Python: PYTHONUTF8=1; MySQL: utf8mb4).",
    .faults = {"tools.text-latin-1", "tools.text-question-marks", "tools.text-beyond-ascii-error",
               "tools.text-four-bytes-lost"},
    .fixture = "profile",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::tools_call_text_kept
