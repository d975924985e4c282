#include "wire/schema/uri.hpp"

#include <algorithm>
#include <vector>

namespace weir::wire::schema {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Parts {
  std::string_view scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
};

// RFC 3986 appendix B, for a text without fragment.
Parts split(std::string_view text) {
  Parts parts;
  const auto colon = text.find(':');
  if (colon != 0 && colon != std::string_view::npos && is_alpha(text[0]) &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                  [](char c) { return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; })) {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    const auto end = std::min(text.find('/', 2), text.size());
    parts.authority = text.substr(2, end - 2);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> kept;
  bool ends_in_slash = false;
  for (std::size_t at = absolute ? 1 : 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto segment = path.substr(at, end - at);
    const bool last = end == path.size();
    ends_in_slash = last && (segment == "." || segment == "..");
    if (segment == "..") {
      if (!kept.empty()) { kept.pop_back(); }
    } else if (segment != ".") {
      kept.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  if (absolute) { out.push_back('/'); }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i != 0) { out += '/'; }
    out += kept[i];
  }
  if (ends_in_slash && !kept.empty()) { out += '/'; }
  return out;
}

std::string merge(const Parts& base, std::string_view path) {
  const auto slash = base.path.rfind('/');
  std::string merged(slash == std::string_view::npos ? std::string_view{} : base.path.substr(0, slash + 1));
  if (base.authority && base.path.empty()) { merged.push_back('/'); }
  return merged.append(path);
}

int hex(char c) {
  if (c >= '0' && c <= '9') { return c - '0'; }
  if (c >= 'a' && c <= 'f') { return c - 'a' + 10; }
  if (c >= 'A' && c <= 'F') { return c - 'A' + 10; }
  return -1;
}

}  // namespace

std::pair<std::string_view, std::optional<std::string_view>> split_fragment(std::string_view reference) {
  const auto hash = reference.find('#');
  if (hash == std::string_view::npos) { return {reference, std::nullopt}; }
  return {reference.substr(0, hash), reference.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base_text, std::string_view reference) {
  const Parts base = split(base_text);
  const Parts ref = split(reference);
  Parts target = base;
  std::string path(base.path);
  if (!ref.scheme.empty()) {
    target = ref;
    path = ref.path.starts_with('/') ? remove_dot_segments(ref.path) : std::string(ref.path);
  } else if (ref.authority) {
    target.authority = ref.authority;
    target.query = ref.query;
    path = remove_dot_segments(ref.path);
  } else if (!ref.path.empty()) {
    target.query = ref.query;
    path = remove_dot_segments(ref.path.starts_with('/') ? std::string(ref.path) : merge(base, ref.path));
  } else if (ref.query) {
    target.query = ref.query;
  }
  std::string out;
  if (!target.scheme.empty()) { out.append(target.scheme).append(":"); }
  if (target.authority) { out.append("//").append(*target.authority); }
  out += path;
  if (target.query) { out.append("?").append(*target.query); }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace weir::wire::schema
