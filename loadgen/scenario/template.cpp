#include "loadgen/scenario/template.hpp"

#include <array>
#include <charconv>

#include "wire/base/nearest.hpp"

namespace weir::loadgen {
namespace {

namespace json = wire::json;

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// RFC 9562 version 4.
void append_uuid(std::mt19937_64& random, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::array<std::uint64_t, 2> bits{(random() & ~std::uint64_t{0xF000}) | 0x4000,
                                          (random() & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62};
  for (unsigned i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) { out.push_back('-'); }
    out.push_back(kHex[bits[i / 16] >> (60 - 4 * (i % 16)) & 0xF]);
  }
}

/// Text as it stands between the quotes of a JSON string.
std::string escaped(std::string_view text) {
  const std::string quoted = json::serialize(json::string(text));
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

void Template::add_text(std::string_view text) {
  if (parts_.empty() || parts_.back().what != What::text) {
    parts_.push_back({What::text, static_cast<std::uint32_t>(text_.size()), 0, 0});
  }
  text_.append(text);
  parts_.back().size += static_cast<std::uint32_t>(text.size());
}

wire::Result<Template> Template::compile(const json::value& value) {
  Template made;
  if (wire::Result<void> added = made.add_value(value); !added) { return tl::unexpected(added.error()); }
  return made;
}

Template Template::verbatim(const json::value& value) {
  Template made;
  made.add_text(json::serialize(value));
  return made;
}

wire::Result<void> Template::add_value(const json::value& value) {
  if (const json::string* string = value.if_string()) { return add_string({string->data(), string->size()}); }
  const json::object* const object = value.if_object();
  const json::array* const array = value.if_array();
  if (object == nullptr && array == nullptr) {
    add_text(json::serialize(value));
    return {};
  }
  add_text(object != nullptr ? "{" : "[");
  bool first = true;
  const auto add = [&](const json::value& member) {
    first = false;
    return add_value(member);
  };
  if (object != nullptr) {
    for (const auto& [name, member] : *object) {
      add_text(fmt::format("{}\"{}\":", first ? "" : ",", escaped(name)));
      if (wire::Result<void> added = add(member); !added) { return added; }
    }
  } else {
    for (const json::value& element : *array) {
      if (!first) { add_text(","); }
      if (wire::Result<void> added = add(element); !added) { return added; }
    }
  }
  add_text(object != nullptr ? "}" : "]");
  return {};
}

wire::Result<void> Template::add_string(std::string_view text) {
  struct Found {
    std::string_view before;
    Part part;
  };
  std::vector<Found> found;
  std::string_view rest = text;
  for (std::size_t open; (open = rest.find("{{")) != std::string_view::npos;) {
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) {
      // Without the text: it may hold a secret.
      return wire::fail(wire::ErrorCode::bad_input,
                        "a string opens a placeholder with '{{' and never closes it with '}}'");
    }
    const wire::Result<Part> part = placeholder(rest.substr(open + 2, close - open - 2));
    if (!part) { return tl::unexpected(part.error()); }
    found.push_back({rest.substr(0, open), *part});
    rest.remove_prefix(close + 2);
  }
  const bool is_number =
      found.size() == 1 && found[0].before.empty() && rest.empty() && found[0].part.what != What::uuid;
  if (!is_number) { add_text("\""); }
  for (const Found& one : found) {
    add_text(escaped(one.before));
    parts_.push_back(one.part);
  }
  if (!is_number) { add_text(escaped(rest) + "\""); }
  return {};
}

wire::Result<Template::Part> Template::placeholder(std::string_view name) {
  const auto trim = [](std::string_view text) {
    while (text.starts_with(' ')) { text.remove_prefix(1); }
    while (text.ends_with(' ')) { text.remove_suffix(1); }
    return text;
  };
  const std::string_view word = trim(name);
  if (word == "uuid") { return Part{.what = What::uuid}; }
  if (word == "seq") { return Part{.what = What::sequence}; }
  if (word == "stream") { return Part{.what = What::stream}; }
  if (word == "now_ms") { return Part{.what = What::now_ms}; }
  if (word.starts_with("random ")) {
    const std::string_view digits = trim(word.substr(7));
    std::uint64_t bound = 0;
    const std::from_chars_result read = std::from_chars(digits.data(), digits.data() + digits.size(), bound);
    if (read.ec == std::errc() && read.ptr == digits.data() + digits.size() && bound > 0) {
      return Part{.what = What::random, .bound = bound};
    }
  }
  constexpr std::array<std::string_view, 5> kWords = {"uuid", "seq", "stream", "now_ms", "random N"};
  const std::string_view near = wire::nearest(word, kWords);
  const std::string hint = near.empty() ? ":" : fmt::format(", did you mean '{{{{{}}}}}'?", near);
  return wire::fail(wire::ErrorCode::bad_input,
                    fmt::format("'{{{{{}}}}}' is no placeholder{} there are {{{{uuid}}}}, {{{{seq}}}}, {{{{stream}}}}, "
                                "{{{{now_ms}}}} and {{{{random N}}}} with N from 1 on",
                                name, hint));
}

void Template::render(const TemplateWords& words, std::mt19937_64& random, std::string& out) const {
  for (const Part& part : parts_) {
    switch (part.what) {
      case What::text:
        out.append(text_, part.begin, part.size);
        break;
      case What::uuid:
        append_uuid(random, out);
        break;
      case What::sequence:
        append_number(words.sequence, out);
        break;
      case What::stream:
        append_number(words.stream, out);
        break;
      case What::now_ms:
        append_number(static_cast<std::uint64_t>(words.now_ms), out);
        break;
      case What::random:
        append_number(random() % part.bound, out);
        break;
    }
  }
}

}  // namespace weir::loadgen
