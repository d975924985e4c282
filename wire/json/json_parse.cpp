#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>

#include "wire/base/limits.hpp"
#include "wire/json/json.hpp"
#include "wire/json/pointer.hpp"

namespace weir::wire {
namespace {

/// Follows the parser through the containers and remembers the member names of those still open.
class DuplicateFinder {
 public:
  void enter(bool object) { open_.push_back({object, names_.size(), 0}); }
  void add_to_name(std::string_view part) { name_ += part; }
  void end_name() {
    names_.push_back(std::move(name_));
    name_.clear();
  }
  /// A scalar, or a container that has just been left.
  void value_ended() {
    if (!open_.empty()) { ++open_.back().index; }
  }
  void leave() {
    if (open_.back().object) { report_duplicates(); }
    names_.resize(open_.back().first_name);
    open_.pop_back();
    value_ended();
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  struct Container {
    bool object;
    std::size_t first_name;  // Its names are names_ from here to the end, or to the next container's first.
    std::size_t index;
  };

  void report_duplicates() {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(open_.back().first_name);
    std::sort(first, names_.end());
    for (auto at = std::adjacent_find(first, names_.end()); at != names_.end();) {
      if (found_.size() == limits::kJsonDuplicateKeys) { return; }
      found_.push_back(pointer() + '/' + escape_pointer_token(*at));
      at = std::upper_bound(at, names_.end(), *at);
      at = std::adjacent_find(at, names_.end());
    }
  }

  /// Of the innermost open container.
  std::string pointer() const {
    std::string text;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      text += '/';
      text +=
          open_[i].object ? escape_pointer_token(names_[open_[i + 1].first_name - 1]) : std::to_string(open_[i].index);
    }
    return text;
  }

  std::vector<Container> open_;
  std::vector<std::string> names_;
  std::string name_;
  std::vector<std::string> found_;
};

/// Builds the value as boost::json::parser does, while looking at names and numbers on the way.
struct Handler {
  using Ec = json::error_code;
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  json::value_stack stack;
  DuplicateFinder duplicates;
  std::string number;  // The parts of a number so far.

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec&) {
    duplicates.enter(true);
    return true;
  }
  bool on_object_end(std::size_t n, Ec&) {
    stack.push_object(n);
    duplicates.leave();
    return true;
  }
  bool on_array_begin(Ec&) {
    duplicates.enter(false);
    return true;
  }
  bool on_array_end(std::size_t n, Ec&) {
    stack.push_array(n);
    duplicates.leave();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, Ec&) {
    stack.push_chars(part);
    duplicates.add_to_name(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Ec&) {
    stack.push_key(part);
    duplicates.add_to_name(part);
    duplicates.end_name();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Ec&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, Ec&) {
    stack.push_string(part);
    duplicates.value_ended();
    return true;
  }
  bool on_number_part(json::string_view part, Ec&) {
    number += std::string_view(part);
    return true;
  }
  bool on_int64(std::int64_t i, json::string_view, Ec&) {
    number.clear();
    stack.push_int64(i);
    duplicates.value_ended();
    return true;
  }
  bool on_uint64(std::uint64_t u, json::string_view, Ec&) {
    number.clear();
    stack.push_uint64(u);
    duplicates.value_ended();
    return true;
  }
  /// Boost.JSON 1.81 rounds roughly and turns 1e400 into infinity, so the text is read again.
  bool on_double(double rough, json::string_view part, Ec& ec) {
    number += std::string_view(part);
    double exact = 0;
    const std::from_chars_result read = std::from_chars(number.data(), number.data() + number.size(), exact);
    number.clear();
    if (read.ec == std::errc::result_out_of_range) {
      if (std::abs(rough) > 1) {
        ec = json::error::exponent_overflow;
        return false;
      }
      exact = rough;  // Too small to be told from zero.
    }
    stack.push_double(exact);
    duplicates.value_ended();
    return true;
  }
  bool on_bool(bool b, Ec&) {
    stack.push_bool(b);
    duplicates.value_ended();
    return true;
  }
  bool on_null(Ec&) {
    stack.push_null();
    duplicates.value_ended();
    return true;
  }
  bool on_comment_part(json::string_view, Ec&) { return true; }
  bool on_comment(json::string_view, Ec&) { return true; }
};

tl::unexpected<Error> parse_failure(const json::error_code& ec, std::string_view text, std::size_t offset) {
  if (ec == json::error::too_deep) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("the JSON text is nested deeper than {} levels", limits::kJsonDepth), offset);
  }
  if (ec == json::error::exponent_overflow) {
    return fail(ErrorCode::limit_exceeded, "the JSON text has a number that no double can hold", offset);
  }
  if (ec == json::error::incomplete) {
    return fail(ErrorCode::malformed_json, "the JSON text ends before its value does", text.size());
  }
  return fail(ErrorCode::malformed_json,
              fmt::format("not JSON at byte {}, near '{}'", offset, excerpt(text.substr(offset), 40)), offset);
}

}  // namespace

namespace {

/// What Boost.JSON says of half a pair: where something else follows it, it is bad syntax.
bool may_be_of_surrogates(const json::error_code& ec) {
  return ec == json::error::illegal_leading_surrogate || ec == json::error::illegal_trailing_surrogate ||
         ec == json::error::expected_utf16_escape || ec == json::error::syntax;
}

/// The code unit of `\uXXXX` at the beginning; 0 where there is none.
unsigned escaped_unit(std::string_view text) {
  constexpr std::size_t kEscape = 6;
  unsigned unit = 0;
  if (text.size() < kEscape || !text.starts_with("\\u")) { return 0; }
  const auto read = std::from_chars(text.data() + 2, text.data() + kEscape, unit, 16);
  return read.ptr == text.data() + kEscape ? unit : 0;
}

/// With U+FFFD for each half of a pair whose other half is not beside it; no byte moves.
std::string with_whole_characters(std::string text) {
  constexpr std::size_t kEscape = 6;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') { continue; }
    const unsigned unit = escaped_unit(std::string_view(text).substr(i));
    const bool leads = unit >= 0xD800 && unit < 0xDC00;
    const bool trails = unit >= 0xDC00 && unit < 0xE000;
    const unsigned next = leads ? escaped_unit(std::string_view(text).substr(i + kEscape)) : 0;
    if (next >= 0xDC00 && next < 0xE000) {
      i += 2 * kEscape - 1;
    } else if (leads || trails) {
      text.replace(i, kEscape, "\\ufffd");
      i += kEscape - 1;
    } else {
      ++i;  // Whatever is escaped is no beginning of an escape.
    }
  }
  return text;
}

}  // namespace

Result<JsonText> parse_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return fail(ErrorCode::malformed_json, "the JSON text starts with a byte order mark (RFC 8259 section 8.1)");
  }
  json::parse_options options;
  options.max_depth = limits::kJsonDepth;
  json::basic_parser<Handler> parser(options);
  parser.handler().stack.reset();
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (ec && may_be_of_surrogates(ec)) {
    if (const std::string whole = with_whole_characters(std::string(text)); whole != text) {
      auto parsed = parse_json(whole);
      if (parsed) { parsed->unpaired_surrogates = true; }
      return parsed;
    }
  }
  if (ec) { return parse_failure(ec, text, std::min(read, text.size())); }
  if (read < text.size()) {
    return fail(ErrorCode::malformed_json,
                fmt::format("bytes follow the JSON value: '{}'", excerpt(text.substr(read), 40)), read);
  }
  return JsonText{parser.handler().stack.release(), parser.handler().duplicates.take()};
}

}  // namespace weir::wire
