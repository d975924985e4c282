// JSON with values that are made for each call: compiled once, rendered as text without an allocation beyond the
// output.
//
// In string values, {{uuid}} is a random UUID, {{seq}} the number of the call, {{stream}} the slot whose stream it goes
// beside, {{now_ms}} the milliseconds since the epoch, {{random N}} a whole number in [0, N). A string that is nothing
// but one of the last four becomes a number. Member names are left as they are.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json/json.hpp"

namespace weir::loadgen {

/// What the placeholders of one rendering stand for.
struct TemplateWords {
  std::uint64_t sequence = 0;
  std::uint32_t stream = 0;
  std::int64_t now_ms = 0;
};

class Template {
 public:
  /// Errors name the placeholder and what there is instead; `bad_input`.
  static wire::Result<Template> compile(const wire::json::value& value);
  /// The value as it stands, placeholders and all.
  static Template verbatim(const wire::json::value& value);

  /// Appends the text to `out`.
  void render(const TemplateWords& words, std::mt19937_64& random, std::string& out) const;

 private:
  enum class What : std::uint8_t { text, uuid, sequence, stream, now_ms, random };
  struct Part {
    What what = What::text;
    std::uint32_t begin = 0, size = 0;  // Of text, in text_.
    std::uint64_t bound = 0;            // Of random.
  };
  void add_text(std::string_view text);
  wire::Result<void> add_value(const wire::json::value& value);
  wire::Result<void> add_string(std::string_view text);
  static wire::Result<Part> placeholder(std::string_view name);

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace weir::loadgen
