#include "wire/json/yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/depthguard.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include "wire/base/limits.hpp"
#include "wire/base/nearest.hpp"

namespace weir::wire::yaml {
namespace {

using YAML::Node;

// What a file may become with its aliases and variables written out: an alias of an alias doubles at each step.
constexpr std::size_t kExpandedBytes = 4 * limits::kProfileBytes;
constexpr std::size_t kShownBytes = 60;

bool is_name_byte(char c, bool first) {
  return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (!first && c >= '0' && c <= '9');
}

bool is_variable_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_name_byte(text[i], i == 0)) { return false; }
  }
  return !text.empty();
}

std::string_view kind(const Node& node) {
  if (node.IsMap()) { return "a map"; }
  if (node.IsSequence()) { return "a list"; }
  return "empty";
}

/// Written without quotes and without a tag that makes it a string.
bool is_plain(const Node& node) { return node.Tag() == "?" || node.Tag().empty(); }

template <class Number>
std::optional<Number> whole(std::string_view text) {
  if (text.starts_with('+')) { text.remove_prefix(1); }
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) { return std::nullopt; }
  return number;
}

bool looks_like_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) { text.remove_prefix(1); }
  if (text.starts_with('.')) { text.remove_prefix(1); }
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

}  // namespace

std::string Reader::quoted(std::string_view bytes) {
  std::string out;
  for (const char c : bytes.substr(0, kShownBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    out += (byte < 0x20 || byte == 0x7f) ? '?' : c;
  }
  if (bytes.size() <= kShownBytes) { return out; }
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) { out.pop_back(); }
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0) { out.pop_back(); }
  return out + "...";
}

void Reader::read_document(std::string_view text, std::size_t most_bytes, const std::function<void(const Node&)>& use) {
  if (text.size() > most_bytes) { return complain(-1, fmt::format("is larger than {} bytes", most_bytes)); }
  try {
    const std::vector<Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      complain(documents[1], fmt::format("{} is one YAML document, this is a second one", document_));
    } else {
      use(documents.empty() ? Node() : documents.front());
    }
  } catch (const YAML::DeepRecursion& e) {
    complain(e.mark.line, "nested too deep");
  } catch (const YAML::Exception& e) {
    complain(e.mark.line, fmt::format("not YAML: {}", quoted(e.msg)));
  } catch (const std::exception& e) { complain(-1, fmt::format("not YAML: {}", quoted(e.what()))); }
}

void Reader::complain(const Node& at, std::string_view what) { complain(at.Mark().line, what); }

void Reader::complain(int line_from_zero, std::string_view what) {
  if (error_) { return; }
  const std::string where = line_from_zero < 0 ? file_ : fmt::format("{}:{}", file_, line_from_zero + 1);
  error_ = Error{ErrorCode::bad_input, fmt::format("{}: {}", where, what)};
}

void Reader::wrong_kind(std::string_view key, const Node& node, std::string_view expected) {
  const std::string subject = key.empty() ? document_ : fmt::format("'{}'", key);
  const std::string is = node.IsScalar() ? fmt::format("'{}'", quoted(node.Scalar())) : std::string(kind(node));
  complain(node, fmt::format("{} must be {}, is {}", subject, expected, is));
}

void Reader::keep_secret(const std::string& value) {
  if (value.empty() || std::find(secrets_.begin(), secrets_.end(), value) != secrets_.end()) { return; }
  secrets_.push_back(value);
}

bool Reader::spend(const Node& at, std::size_t bytes) {
  spent_ += bytes + 1;
  if (spent_ > kExpandedBytes) {
    complain(at, fmt::format("grows beyond {} bytes with its aliases and variables written out", kExpandedBytes));
  }
  return !failed();
}

std::string Reader::variable(std::string_view key, const Node& node, std::string_view name, bool secret) {
  if (!is_variable_name(name)) {
    complain(node, fmt::format("'{}': '${{{}}}' names no environment variable; '$${{' stands for a literal '${{'", key,
                               quoted(name)));
    return {};
  }
  const std::optional<std::string> value = lookup_(std::string(name));
  if (!value || value->empty()) {
    complain(node, fmt::format("'{}' needs the environment variable {}, which is {}", key, name,
                               value ? "empty" : "not set"));
    return {};
  }
  if (secret) {
    keep_secret(*value);
    variables_.emplace(*value, name);
  }
  return *value;
}

std::string Reader::substituted(std::string_view key, const Node& node, bool secret) {
  std::string_view rest = node.Scalar();
  std::string out;
  while (!failed()) {
    const std::size_t open = rest.find("${");
    if (open == std::string_view::npos) { break; }
    if (open > 0 && rest[open - 1] == '$') {
      out.append(rest.substr(0, open - 1)).append("${");
      rest.remove_prefix(open + 2);
      continue;
    }
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) {
      complain(node, fmt::format("'{}' has a '${{' without '}}'; '$${{' stands for a literal '${{'", key));
      break;
    }
    const std::string_view name = rest.substr(open + 2, close - open - 2);
    out.append(rest.substr(0, open)).append(variable(key, node, name, secret));
    rest.remove_prefix(close + 1);
    if (!spend(node, out.size())) { return {}; }
  }
  out.append(rest);
  spend(node, out.size());
  return failed() ? std::string() : out;
}

std::string Reader::text(std::string_view key, const Node& node) {
  if (node.IsScalar()) { return substituted(key, node, true); }
  wrong_kind(key, node, "a string");
  return {};
}

std::string Reader::plain_text(std::string_view key, const Node& node) {
  if (node.IsScalar()) { return substituted(key, node, false); }
  wrong_kind(key, node, "a string");
  return {};
}

bool Reader::boolean(std::string_view key, const Node& node) {
  const std::string value = node.IsScalar() ? substituted(key, node, false) : std::string();
  if (value != "true" && value != "false") { wrong_kind(key, node, "true or false"); }
  return value == "true";
}

int Reader::integer(std::string_view key, const Node& node, int least, int most, std::string_view expected) {
  const std::string value = node.IsScalar() ? substituted(key, node, false) : std::string();
  const std::optional<int> number = whole<int>(value);
  if (!number) {
    wrong_kind(key, node, expected);
    return least;
  }
  if (*number < least || *number > most) {
    complain(node, fmt::format("'{}' must be {} from {} to {}, is {}", key, expected, least, most, *number));
  }
  return *number;
}

double Reader::number(std::string_view key, const Node& node, double least, double most, std::string_view expected) {
  const std::string value = node.IsScalar() ? substituted(key, node, false) : std::string();
  const std::optional<double> number = whole<double>(value);
  if (!number || !std::isfinite(*number)) {
    wrong_kind(key, node, expected);
    return least;
  }
  if (*number < least || *number > most) {
    const std::string_view kind = expected == "a number" ? "" : expected;
    complain(node, fmt::format("'{}' must be {}{}from {} to {}, is {}", key, kind, kind.empty() ? "" : " ", least, most,
                               *number));
  }
  return *number;
}

std::size_t Reader::word(std::string_view key, const Node& node, std::span<const std::string_view> words) {
  const std::string text = plain_text(key, node);
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) { return static_cast<std::size_t>(found - words.begin()); }
  complain(node, fmt::format("'{}' must be one of {}, is '{}'{}", key, fmt::join(words.begin(), words.end(), ", "),
                             quoted(text), did_you_mean(text, words)));
  return 0;
}

json::value Reader::json_value(std::string_view key, const Node& node) { return json_of(key, node, 0); }

json::value Reader::json_of(std::string_view key, const Node& node, std::size_t depth) {
  if (failed() || !spend(node, 0)) { return nullptr; }
  if (depth >= limits::kJsonDepth) {
    complain(node, fmt::format("'{}' is nested deeper than {} levels", quoted(key), limits::kJsonDepth));
    return nullptr;
  }
  if (node.IsMap()) {
    json::object object;
    each_member(key, node, [&](std::string_view name, const Node&, const Node& value) {
      object[name] = json_of(fmt::format("{}.{}", key, name), value, depth + 1);
    });
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    each_item(key, node,
              [&](std::string_view where, const Node& item) { array.push_back(json_of(where, item, depth + 1)); });
    return array;
  }
  return node.IsScalar() ? json_scalar(key, node) : json::value(nullptr);
}

json::value Reader::json_scalar(std::string_view key, const Node& node) {
  const std::string& written = node.Scalar();
  if (!is_plain(node) || written.find("${") != std::string::npos) { return json::value(substituted(key, node, true)); }
  spend(node, written.size());
  if (written == "true") { return true; }
  if (written == "false") { return false; }
  if (const auto number = whole<std::int64_t>(written)) { return *number; }
  if (const auto number = whole<std::uint64_t>(written)) { return *number; }
  if (looks_like_number(written)) {
    if (const auto number = whole<double>(written); number && std::isfinite(*number)) { return *number; }
  }
  return json::value(written);
}

void Reader::each_item(std::string_view key, const Node& node,
                       const std::function<void(std::string_view, const Node&)>& use) {
  if (node.IsNull()) { return; }
  if (!node.IsSequence()) { return wrong_kind(key, node, "a list"); }
  std::size_t index = 0;
  for (const Node& item : node) {
    if (failed() || !spend(item, key.size())) { return; }
    use(fmt::format("{}[{}]", key, index++), item);
  }
}

void Reader::each_member(std::string_view key, const Node& node,
                         const std::function<void(std::string_view, const Node&, const Node&)>& use) {
  if (node.IsNull()) { return; }
  if (!node.IsMap()) { return wrong_kind(key, node, "a map"); }
  std::set<std::string, std::less<>> seen;
  for (const auto& member : node) {
    if (failed()) { return; }
    const Node& name = member.first;
    if (!name.IsScalar()) {
      return complain(name, fmt::format("a key of {} must be a string, is {}",
                                        key.empty() ? document_ : fmt::format("'{}'", key), kind(name)));
    }
    if (!spend(name, key.size() + name.Scalar().size())) { return; }
    if (!seen.insert(name.Scalar()).second) {
      return complain(name, fmt::format("key '{}' stands twice", quoted(name.Scalar())));
    }
    use(name.Scalar(), name, member.second);
  }
}

void Reader::unknown_key(std::string_view map, std::string_view name, const Node& at,
                         std::span<const std::string_view> valid) {
  const std::string place = map.empty() ? "" : fmt::format(" in '{}'", map);
  std::string hint = did_you_mean(name, valid);
  if (hint.empty()) { hint = fmt::format(" (there are {})", fmt::join(valid.begin(), valid.end(), ", ")); }
  complain(at, fmt::format("unknown key '{}'{}{}", quoted(name), place, hint));
}

Result<std::string> read_text_file(const std::string& path, std::size_t most_bytes) {
  const auto failed = [&](std::string_view what) {
    return fail(ErrorCode::bad_input, fmt::format("{}: cannot be {}: {}", path, what, std::strerror(errno)));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) { return failed("opened"); }
  std::string text(most_bytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) { return failed("read"); }
  return text;
}

}  // namespace weir::wire::yaml
