#include "wire/mcp/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>

#include "wire/base/base64.hpp"
#include "wire/mcp/shape_table.hpp"

namespace weir::wire::mcp {

namespace {

/// The revisions in which a line holds; dates compare as text.
struct Span {
  std::string_view first, last;
  bool has(std::string_view revision) const {
    return (first.empty() || first <= revision) && (last.empty() || revision <= last);
  }
};

struct Type;

/// One of the alternatives of a type.
struct Form {
  enum class Kind { word, constant, named, array, map };
  Kind kind = Kind::word;
  std::string_view text;    ///< The word, the constant without its quotes, or the name.
  std::vector<Form> items;  ///< Of an array or a map: alternatives.
};
using Forms = std::vector<Form>;

struct Member {
  std::string_view name;
  bool optional = false;
  Forms forms;
  Span span;
};

/// A type of this name is several lines where revisions differ.
struct Type {
  std::string_view name;
  std::string_view base;  ///< Whose members it has as well.
  Forms forms;            ///< Of one that only names others.
  std::vector<Member> members;
  Span span;
};

struct Subject {
  Part part;
  std::string_view method;
  Forms forms;
  Span span;
};

struct Table {
  std::multimap<std::string_view, Type> types;
  std::vector<Subject> subjects;
};

constexpr std::string_view kWords[] = {"string",  "base64", "integer", "count", "number", "unit",
                                       "boolean", "object", "any",     "id",    "null"};

[[noreturn]] void refuse(std::string_view what) { throw std::logic_error(fmt::format("shape table: {}", what)); }

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

Forms read_forms(std::string_view text);

Form read_form(std::string_view text) {
  if (text.size() < 2) { refuse(text); }
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (text.front() == '"') { return {Form::Kind::constant, inner, {}}; }
  if (text.front() == '[') { return {Form::Kind::array, {}, read_forms(inner)}; }
  if (text.front() == '{') { return {Form::Kind::map, {}, read_forms(inner)}; }
  const bool word = std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
  return {word ? Form::Kind::word : Form::Kind::named, text, {}};
}

Forms read_forms(std::string_view text) {
  Forms forms;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == '|' && depth == 0)) {
      forms.push_back(read_form(text.substr(begin, i - begin)));
      begin = i + 1;
    } else {
      depth += text[i] == '[' || text[i] == '{' ? 1 : 0;
      depth -= text[i] == ']' || text[i] == '}' ? 1 : 0;
    }
  }
  return forms;
}

/// What is left of a line: nothing, or its revisions.
Span read_span(std::string_view rest) {
  std::string_view text = next_word(rest);
  if (text.empty()) { return {}; }
  if (text.front() != '@') { refuse(text); }
  text.remove_prefix(1);
  const auto dots = text.find("..");
  return dots == std::string_view::npos ? Span{text, {}} : Span{text.substr(0, dots), text.substr(dots + 2)};
}

Subject read_subject(Part part, std::string_view method, std::string_view line) {
  if (next_word(line) != "=") { refuse(method); }
  Forms forms = read_forms(next_word(line));
  return {part, method, std::move(forms), read_span(line)};
}

Type read_type(std::string_view name, std::string_view line) {
  Type type{.name = name, .base = {}, .forms = {}, .members = {}, .span = {}};
  const auto sign = next_word(line);
  if (sign == "=") { type.forms = read_forms(next_word(line)); }
  if (sign == ":") { type.base = next_word(line); }
  type.span = read_span(line);
  return type;
}

Member read_member(std::string_view line) {
  Member member;
  member.name = next_word(line);
  member.optional = member.name.ends_with('?');
  if (member.optional) { member.name.remove_suffix(1); }
  member.forms = read_forms(next_word(line));
  member.span = read_span(line);
  return member;
}

Table read_table(std::string_view text) {
  Table table;
  Type* open = nullptr;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) { continue; }
    if (line.front() == ' ') {
      if (!open) { refuse(line); }
      open->members.push_back(read_member(line));
      continue;
    }
    const auto word = next_word(line);
    open = nullptr;
    if (word == "error") {
      table.subjects.push_back(read_subject(Part::error, {}, line));
    } else if (word == "result" || word == "params") {
      const auto method = next_word(line);
      table.subjects.push_back(read_subject(word == "result" ? Part::result : Part::params, method, line));
    } else {
      open = &table.types.emplace(word, read_type(word, line))->second;
    }
  }
  return table;
}

const Table& table() {
  static const Table kTable = read_table(shape_table());
  return kTable;
}

std::string_view name_of(std::string_view word) {
  static const std::map<std::string_view, std::string_view> kNames = {
      {"string", "a string"},    {"base64", "a string in Base64"},
      {"integer", "an integer"}, {"count", "an integer from 0 on"},
      {"number", "a number"},    {"unit", "a number from 0 to 1"},
      {"boolean", "a boolean"},  {"object", "an object"},
      {"any", "a value"},        {"id", "a string or an integer"},
      {"null", "null"}};
  return kNames.at(word);
}

bool is_word(std::string_view word, const json::value& value) {
  const auto within = [&](double most) {
    return value.is_number() && value.to_number<double>() >= 0 && value.to_number<double>() <= most;
  };
  if (word == "string") { return value.is_string(); }
  if (word == "base64") { return value.is_string() && is_base64(value.get_string()); }
  if (word == "integer") { return as_integer(&value).has_value(); }
  if (word == "count") { return as_integer(&value).value_or(-1) >= 0; }
  if (word == "number") { return value.is_number(); }
  if (word == "unit") { return within(1); }
  if (word == "boolean") { return value.is_bool(); }
  if (word == "object") { return value.is_object(); }
  if (word == "null") { return value.is_null(); }
  if (word == "id") { return value.is_string() || as_integer(&value).has_value(); }
  return true;
}

std::string escaped(std::string_view member) {
  std::string out;
  for (const char c : member) { out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c); }
  return out;
}

struct Violation : ShapeViolation {
  bool other_kind = false;  ///< A constant is another one, or the value is of another kind: this form was not meant.
};
using Violations = std::vector<Violation>;

class Look {
 public:
  explicit Look(std::string_view revision) : revision_(revision) {}

  Violations at(const Forms& forms, const json::value& value, const std::string& path) const {
    if (forms.size() == 1) { return at(forms.front(), value, path); }
    std::vector<Violations> all;
    for (const auto& form : forms) {
      all.push_back(at(form, value, path));
      if (all.back().empty()) { return {}; }
    }
    const auto told = std::find_if(forms.begin(), forms.end(), [&](const Form& form) { return is_told(form, value); });
    return told == forms.end() ? nearest(all, path) : all[static_cast<std::size_t>(told - forms.begin())];
  }

 private:
  /// Of several forms that do not fit, what is said of the one that was meant; of all where none was.
  static Violations nearest(const std::vector<Violations>& all, const std::string& path) {
    const auto is_other = [](const Violations& each) {
      return std::any_of(each.begin(), each.end(), [](const Violation& one) { return one.other_kind; });
    };
    std::vector<const Violations*> meant;
    for (const auto& each : all) {
      if (!is_other(each)) { meant.push_back(&each); }
    }
    if (meant.size() == 1) { return *meant.front(); }
    std::vector<std::string> expected;
    const Violation* first = nullptr;
    for (const auto& each : all) {
      if (!meant.empty() && is_other(each)) { continue; }
      const auto& said = *std::find_if(each.begin(), each.end(),
                                       [&](const Violation& one) { return !meant.empty() || one.other_kind; });
      const bool same_place = !first || first->at == said.at;
      first = first ? first : &said;
      const auto below = said.at.substr(std::min(said.at.size(), path.size()));
      auto words = same_place ? said.expected : fmt::format("{} as {}", said.expected, below);
      if (std::find(expected.begin(), expected.end(), words) == expected.end()) {
        expected.push_back(std::move(words));
      }
    }
    Violation one = *first;
    one.expected = fmt::format("{}", fmt::join(expected, " or "));
    return {one};
  }

  /// Whether a constant in the value says that it is of this type.
  bool is_told(const Form& form, const json::value& value) const {
    if (form.kind != Form::Kind::named || !value.is_object()) { return false; }
    const auto& members = type(form.text).members;
    return std::any_of(members.begin(), members.end(), [&](const Member& member) {
      const auto text = as_string(find(value, member.name));
      return is_constant(member) && text && *text == member.forms.front().text;
    });
  }

  static bool is_constant(const Member& member) {
    return member.forms.size() == 1 && member.forms.front().kind == Form::Kind::constant;
  }

  Violations at(const Form& form, const json::value& value, const std::string& path) const {
    switch (form.kind) {
      case Form::Kind::word:
        return unless(is_word(form.text, value), path, std::string(name_of(form.text)), value);
      case Form::Kind::constant:
        return unless(value.is_string() && value.get_string() == form.text, path, fmt::format("\"{}\"", form.text),
                      value);
      case Form::Kind::array:
        if (!value.is_array()) { return unless(false, path, "an array", value); }
        return each(value.get_array(), [&](std::size_t i, const json::value& item) {
          return at(form.items, item, fmt::format("{}/{}", path, i));
        });
      case Form::Kind::map:
        if (!value.is_object()) { return unless(false, path, "an object", value); }
        return each(value.get_object(), [&](std::size_t, const json::key_value_pair& member) {
          return at(form.items, member.value(), path + "/" + escaped(member.key()));
        });
      case Form::Kind::named:
        return named(form.text, value, path);
    }
    return {};
  }

  static Violations unless(bool good, const std::string& path, std::string expected, const json::value& value) {
    constexpr std::size_t kExcerpt = 60;
    if (good) { return {}; }
    return {{{path, std::move(expected), excerpt(value, kExcerpt)}, true}};
  }

  template <class Items, class Judge>
  static Violations each(const Items& items, const Judge& judge) {
    Violations all;
    std::size_t i = 0;
    for (const auto& item : items) {
      for (auto& violation : judge(i++, item)) {
        violation.other_kind = false;  // The array is what was meant.
        all.push_back(std::move(violation));
      }
      if (all.size() >= kShapeViolations) { break; }
    }
    return all;
  }

  const Type& type(std::string_view name) const {
    const auto [from, to] = table().types.equal_range(name);
    const auto found = std::find_if(from, to, [&](const auto& entry) { return entry.second.span.has(revision_); });
    if (found == to) { refuse(fmt::format("no type {} in {}", name, revision_)); }
    return found->second;
  }

  Violations named(std::string_view name, const json::value& value, const std::string& path) const {
    const Type& type = this->type(name);
    if (!type.forms.empty()) { return at(type.forms, value, path); }
    if (!value.is_object()) { return unless(false, path, "an object", value); }
    Violations all = type.base.empty() ? Violations{} : named(type.base, value, path);
    for (const auto& member : type.members) {
      if (!member.span.has(revision_)) { continue; }
      const std::string at_member = path + "/" + escaped(member.name);
      const json::value* found = value.get_object().if_contains(member.name);
      if (!found) {
        if (!member.optional) { all.push_back({{at_member, expected_of(member.forms), "nothing"}, false}); }
        continue;
      }
      for (auto& violation : at(member.forms, *found, at_member)) {
        violation.other_kind = violation.other_kind && is_constant(member);  // Another type was meant.
        all.push_back(std::move(violation));
      }
    }
    return all;
  }

  std::string expected_of(const Forms& forms) const {
    std::vector<std::string> words;
    for (const auto& form : forms) {
      std::string word;
      switch (form.kind) {
        case Form::Kind::word:
          word = name_of(form.text);
          break;
        case Form::Kind::constant:
          word = fmt::format("\"{}\"", form.text);
          break;
        case Form::Kind::array:
          word = "an array";
          break;
        case Form::Kind::map:
          word = "an object";
          break;
        case Form::Kind::named:
          word = type(form.text).forms.empty() ? "an object" : expected_of(type(form.text).forms);
          break;
      }
      if (std::find(words.begin(), words.end(), word) == words.end()) { words.push_back(std::move(word)); }
    }
    return fmt::format("{}", fmt::join(words, " or "));
  }

  std::string_view revision_;
};

const Subject* find_subject(std::string_view revision, Part part, std::string_view method) {
  const auto& subjects = table().subjects;
  const auto found = std::find_if(subjects.begin(), subjects.end(), [&](const Subject& subject) {
    return subject.part == part && (part == Part::error || subject.method == method) && subject.span.has(revision);
  });
  return found == subjects.end() ? nullptr : &*found;
}

}  // namespace

std::vector<ShapeViolation> shape_violations(std::string_view revision, Part part, std::string_view method,
                                             const json::value& value) {
  const Subject* subject = find_subject(revision, part, method);
  if (!subject) { return {}; }
  const json::value none = json::object{};
  const bool absent = part == Part::params && value.is_null();
  const auto all = Look(revision).at(subject->forms, absent ? none : value, "");
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kShapeViolations))};
}

bool knows_shape(std::string_view revision, Part part, std::string_view method) {
  return find_subject(revision, part, method) != nullptr;
}

std::vector<ShapeSubject> shape_subjects(std::string_view revision) {
  std::vector<ShapeSubject> all;
  for (const auto& subject : table().subjects) {
    if (subject.span.has(revision)) { all.push_back({subject.part, std::string(subject.method)}); }
  }
  return all;
}

}  // namespace weir::wire::mcp
