#include "wire/json/json_scan.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "wire/base/limits.hpp"
#include "wire/base/text.hpp"
#include "wire/base/time.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) { ++at; }
  return at;
}

/// `at` is the opening quote; just after the closing one, or kNone.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') { return at + 1; }
    if (text[at] == '\\') { ++at; }
  }
  return kNone;
}

constexpr std::array<bool, 256> kStructural = [] {
  std::array<bool, 256> structural{};
  for (const char c : {'"', '{', '}', '[', ']'}) { structural[static_cast<unsigned char>(c)] = true; }
  return structural;
}();

/// Just after the value that begins at `at`, or kNone. Brackets are counted, not matched.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) { return kNone; }
  if (text[at] == '"') { return end_of_string(text, at); }
  if (text[at] != '{' && text[at] != '[') {
    const std::size_t begin = at;
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_space(text[at])) { ++at; }
    return at == begin ? kNone : at;
  }
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (!kStructural[static_cast<unsigned char>(c)]) {
      ++at;
      continue;
    }
    if (c == '"') {
      at = end_of_string(text, at);
      if (at == kNone) { return kNone; }
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      if (++depth > limits::kJsonDepth) { return kNone; }
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at;
    }
  }
  return kNone;
}

int hex_value(char c) {
  if (is_digit(c)) { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

/// \uXXXX at the front of `raw`, which begins with the backslash; -1 for anything else.
long code_unit(std::string_view raw) {
  if (raw.size() < 6 || raw[0] != '\\' || raw[1] != 'u') { return -1; }
  long unit = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = hex_value(raw[i]);
    if (digit < 0) { return -1; }
    unit = unit * 16 + digit;
  }
  return unit;
}

/// One code point as UTF-8.
struct Encoded {
  std::array<char, 4> bytes{};
  std::size_t size = 0;
};

Encoded encode_utf8(std::uint32_t c) {
  const auto part = [](std::uint32_t bits) { return static_cast<char>(bits); };
  if (c < 0x80) { return {{part(c)}, 1}; }
  if (c < 0x800) { return {{part(0xC0 | c >> 6), part(0x80 | (c & 0x3F))}, 2}; }
  if (c < 0x10000) { return {{part(0xE0 | c >> 12), part(0x80 | (c >> 6 & 0x3F)), part(0x80 | (c & 0x3F))}, 3}; }
  return {{part(0xF0 | c >> 18), part(0x80 | (c >> 12 & 0x3F)), part(0x80 | (c >> 6 & 0x3F)), part(0x80 | (c & 0x3F))},
          4};
}

/// Takes one escape off the front of `raw` (a backslash); size 0 where it is none.
Encoded take_escape(std::string_view& raw) {
  if (raw.size() < 2) { return {}; }
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (const std::size_t named = kNames.find(raw[1]); named != kNone) {
    raw.remove_prefix(2);
    return {{kMeant[named]}, 1};
  }
  const long unit = code_unit(raw);
  if (unit < 0) { return {}; }
  raw.remove_prefix(6);
  if (unit < 0xD800 || unit > 0xDFFF) { return encode_utf8(static_cast<std::uint32_t>(unit)); }
  const long low = code_unit(raw);
  constexpr std::uint32_t kReplacement = 0xFFFD;  // As the parser reads half of a pair.
  if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF) { return encode_utf8(kReplacement); }
  raw.remove_prefix(6);
  return encode_utf8(static_cast<std::uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
}

/// Whether a name as it stands between its quotes is `token`.
bool is_name(std::string_view raw, std::string_view token) {
  if (raw.find('\\') == kNone) { return raw == token; }
  while (!raw.empty()) {
    if (raw.front() == '\\') {
      const Encoded c = take_escape(raw);
      if (c.size == 0 || !token.starts_with(std::string_view(c.bytes.data(), c.size))) { return false; }
      token.remove_prefix(c.size);
    } else {
      if (token.empty() || token.front() != raw.front()) { return false; }
      token.remove_prefix(1);
      raw.remove_prefix(1);
    }
  }
  return token.empty();
}

/// Calls `member(name, value)` for each member of the object at `at`, as far as it can be read: names without quotes,
/// values raw.
template <class Member>
void for_each_member(std::string_view text, std::size_t at, Member&& member) {
  for (++at;; ++at) {
    at = skip_space(text, at);
    if (at >= text.size() || text[at] != '"') { return; }
    const std::size_t end = end_of_string(text, at);
    if (end == kNone) { return; }
    const std::string_view name = text.substr(at + 1, end - at - 2);
    at = skip_space(text, end);
    if (at >= text.size() || text[at] != ':') { return; }
    at = skip_space(text, at + 1);
    const std::size_t value_end = end_of_value(text, at);
    if (value_end == kNone) { return; }
    member(name, text.substr(at, value_end - at));
    at = skip_space(text, value_end);
    if (at >= text.size() || text[at] != ',') { return; }
  }
}

/// RFC 6901 section 4: digits without a leading zero.
std::optional<std::size_t> array_index(std::string_view token) {
  std::size_t index = 0;
  if (token.empty() || (token.size() > 1 && token[0] == '0')) { return std::nullopt; }
  const std::from_chars_result read = std::from_chars(token.data(), token.data() + token.size(), index);
  if (read.ec != std::errc() || read.ptr != token.data() + token.size()) { return std::nullopt; }
  return index;
}

/// Walks down a pointer in one pass over the text.
class Finder {
 public:
  Finder(std::string_view text, const std::vector<std::string>& tokens) : text_(text), tokens_(tokens) {}

  std::optional<std::string_view> find() { return walk(skip_space(text_, 0), 0) == kNone ? std::nullopt : found_; }

 private:
  /// Just after the value at `at`, which the first `level` tokens lead to, or kNone.
  std::size_t walk(std::size_t at, std::size_t level) {
    if (level < tokens_.size() && at < text_.size()) {
      if (text_[at] == '{') { return walk_object(at, level); }
      if (text_[at] == '[') { return walk_array(at, level); }
    }
    const std::size_t end = end_of_value(text_, at);
    if (level == tokens_.size() && end != kNone) { found_ = text_.substr(at, end - at); }
    return end;
  }

  std::size_t walk_object(std::size_t at, std::size_t level) {
    at = skip_space(text_, at + 1);
    if (at < text_.size() && text_[at] == '}') { return at + 1; }
    for (;; at = skip_space(text_, at + 1)) {
      if (at >= text_.size() || text_[at] != '"') { return kNone; }
      const std::size_t end = end_of_string(text_, at);
      if (end == kNone) { return kNone; }
      const std::string_view name = text_.substr(at + 1, end - at - 2);
      at = skip_space(text_, end);
      if (at >= text_.size() || text_[at] != ':') { return kNone; }
      at = step(skip_space(text_, at + 1), level, is_name(name, tokens_[level]));
      if (at >= text_.size() || text_[at] != ',') { return closed(at, '}'); }
    }
  }

  std::size_t walk_array(std::size_t at, std::size_t level) {
    const std::optional<std::size_t> wanted = array_index(tokens_[level]);
    at = skip_space(text_, at + 1);
    if (at < text_.size() && text_[at] == ']') { return at + 1; }
    for (std::size_t index = 0;; ++index, at = skip_space(text_, at + 1)) {
      at = step(at, level, index == wanted);
      if (at >= text_.size() || text_[at] != ',') { return closed(at, ']'); }
    }
  }

  /// What follows a member's value, into which the walk goes on where it `leads` there.
  std::size_t step(std::size_t at, std::size_t level, bool leads) {
    if (leads) {
      found_.reset();  // Of an earlier member of that name.
    }
    const std::size_t end = leads ? walk(at, level + 1) : end_of_value(text_, at);
    return end == kNone ? kNone : skip_space(text_, end);
  }

  std::size_t closed(std::size_t at, char bracket) const {
    return at < text_.size() && text_[at] == bracket ? at + 1 : kNone;
  }

  std::string_view text_;
  const std::vector<std::string>& tokens_;
  std::optional<std::string_view> found_;
};

std::string_view unquoted(std::string_view raw) {
  if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"') { return raw.substr(1, raw.size() - 2); }
  return raw;
}

/// By its name, whatever id it carries. Some serializers escape the slash.
bool is_notification(std::string_view method) {
  return method.starts_with("notifications/") || method.starts_with("notifications\\/");
}

/// The unit in nanoseconds of a time whose whole part is `whole`; 0 where it is none of the four.
std::int64_t unit_of(double whole) {
  constexpr double kFirst = 1e9;  // 9 September 2001, in seconds.
  for (std::int64_t unit = 1'000'000'000, factor = 1; unit > 0; unit /= 1000, factor *= 1000) {
    if (whole >= kFirst * static_cast<double>(factor) && whole < 10 * kFirst * static_cast<double>(factor)) {
      return unit;
    }
  }
  return 0;
}

constexpr double kMostNs = 9.2e18;

/// A number with an exponent: as exact as a double.
std::optional<std::int64_t> rough_unix_ns(std::string_view text) {
  double value = 0;
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) { return std::nullopt; }
  const double ns = value * static_cast<double>(unit_of(value));
  if (!(ns > 0) || ns > kMostNs) { return std::nullopt; }
  return static_cast<std::int64_t>(ns);
}

std::optional<std::int64_t> number_to_unix_ns(std::string_view text) {
  std::uint64_t whole = 0;
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (read.ec != std::errc()) { return std::nullopt; }
  std::string_view rest = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  if (rest.find_first_of("eE") != kNone) { return rough_unix_ns(text); }
  const std::int64_t unit = unit_of(static_cast<double>(whole));
  if (unit == 0 || static_cast<double>(whole) * static_cast<double>(unit) > kMostNs) { return std::nullopt; }
  std::int64_t billionths = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    billionths = take_billionths(rest);
  }
  if (!rest.empty()) { return std::nullopt; }
  return static_cast<std::int64_t>(whole) * unit + billionths / (1'000'000'000 / unit);
}

}  // namespace

std::optional<JsonPointer> JsonPointer::parse(std::string_view text) {
  JsonPointer pointer;
  if (!text.empty() && text.front() != '/') { return std::nullopt; }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      pointer.tokens_.emplace_back();
    } else if (text[i] != '~') {
      pointer.tokens_.back() += text[i];
    } else if (++i < text.size() && (text[i] == '0' || text[i] == '1')) {
      pointer.tokens_.back() += text[i] == '0' ? '~' : '/';
    } else {
      return std::nullopt;
    }
  }
  return pointer;
}

std::optional<std::string_view> find_raw(std::string_view json, const JsonPointer& pointer) {
  if (pointer.tokens().size() > limits::kJsonDepth) { return std::nullopt; }
  return Finder(json, pointer.tokens()).find();
}

std::optional<std::int64_t> raw_to_integer(std::string_view raw) {
  const std::string_view text = unquoted(raw);
  std::int64_t value = 0;
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) { return std::nullopt; }
  return value;
}

std::optional<std::int64_t> raw_to_unix_ns(std::string_view raw) {
  const std::string_view text = unquoted(raw);
  // "2026-": only a date has a '-' there, however long its number.
  return text.size() > 4 && text[4] == '-' ? rfc3339_to_unix_ns(text) : number_to_unix_ns(text);
}

RpcGlance glance(std::string_view json) {
  using Kind = RpcGlance::Kind;
  RpcGlance message;
  const std::size_t at = skip_space(json, 0);
  if (at < json.size() && json[at] == '[') { message.kind = Kind::batch; }
  if (at >= json.size() || json[at] != '{') { return message; }
  std::string_view method;
  for_each_member(json, at, [&](std::string_view name, std::string_view raw) {
    if (is_name(name, "id")) {
      message.id = raw;
    } else if (is_name(name, "method")) {
      method = raw;
    } else if (is_name(name, "result")) {
      message.result = raw;
    } else if (is_name(name, "error")) {
      message.error = raw;
    }
  });
  const auto counts = [](std::string_view raw) { return !raw.empty() && raw != "null"; };
  // What has an outcome and an id answers something, whatever else stands in it: as jsonrpc.cpp has it.
  const bool filled = counts(message.result) || counts(message.error);
  const bool replies = filled && (!counts(method) || counts(message.id));
  if (!method.empty() && !replies) {
    if (method.front() == '"') { message.method = unquoted(method); }
    const bool notifies = message.id.empty() || is_notification(message.method);
    message.kind = notifies ? Kind::notification : Kind::request;
  } else if (!message.error.empty() && (message.result.empty() || message.error != "null")) {
    message.kind = Kind::error;
  } else if (!message.result.empty()) {
    message.kind = Kind::result;
  }
  return message;
}

}  // namespace weir::wire
