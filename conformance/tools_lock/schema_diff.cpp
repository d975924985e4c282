#include "conformance/tools_lock/schema_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "conformance/tools_lock/schema_parts.hpp"
#include "wire/json/pointer.hpp"

namespace weir::conformance {

namespace json = wire::json;

namespace {

constexpr std::size_t kComparisons = 5000;  ///< Pairs of subschemas.
constexpr std::size_t kChanges = 500;       ///< Kept of one schema.
constexpr int kRefHops = 32;

class Differ {
 public:
  Differ(const json::value& before, const json::value& after, SchemaSide side)
      : before_root_(before), after_root_(after), side_(side) {}

  void compare(const json::value& before, const json::value& after, const std::string& at) {
    const json::value& a = followed(before, before_root_);
    const json::value& b = followed(after, after_root_);
    if (!seen_.emplace(&a, &b).second || full_) { return; }
    if (seen_.size() > kComparisons) {
      full_ = true;
      add(Severity::risky, at, "the schema is too large to compare further");
      return;
    }
    if (a.is_bool() || b.is_bool()) {
      compare_booleans(a, b, at);
    } else if (a.is_object() && b.is_object()) {
      compare_objects(a.get_object(), b.get_object(), at);
    } else if (!wire::json_equal(a, b)) {
      add(Severity::breaking, at, fmt::format("is {} now, was {}", wire::kind_name(b), wire::kind_name(a)));
    }
  }

  std::vector<SchemaChange> take() { return std::move(changes_); }

 private:
  /// Follows local references; a schema with an unusable one stands for itself.
  static const json::value& followed(const json::value& schema, const json::value& root) {
    const json::value* at = &schema;
    for (int hop = 0; hop < kRefHops; ++hop) {
      const auto ref = wire::as_string(wire::find(*at, "$ref"));
      // Siblings of $ref would be lost; with them the schema stands for itself and its $ref is compared as text.
      if (!ref || !ref->starts_with('#') || at->get_object().size() > 1) { break; }
      const auto* target = wire::find_pointer(root, ref->substr(1));
      if (!target) { break; }
      at = target;
    }
    return *at;
  }

  void compare_booleans(const json::value& a, const json::value& b, const std::string& at) {
    const auto accepts_all = [](const json::value& schema) {
      return schema.is_bool() ? schema.get_bool() : schema.is_object() && schema.get_object().empty();
    };
    const auto accepts_none = [](const json::value& schema) { return schema.is_bool() && !schema.get_bool(); };
    if (accepts_none(a) && !accepts_none(b)) {
      loosened(at, "accepts values now, none before");
    } else if (accepts_none(b) && !accepts_none(a)) {
      tightened(at, "accepts no value any more");
    } else if (accepts_all(a) && !accepts_all(b)) {
      tightened(at, "accepted every value before");
    } else if (accepts_all(b) && !accepts_all(a)) {
      loosened(at, "accepts every value now");
    }
  }

  void compare_objects(const json::object& a, const json::object& b, const std::string& at) {
    if (!compare_alternatives_with_plain(a, b, at)) { compare_types(a, b, at); }
    compare_values(a, b, at);
    for (const auto& bound : bounds()) { compare_bound(a, b, bound, at); }
    compare_unique_items(a, b, at);
    compare_properties(a, b, at);
    compare_additional(a, b, at);
    compare_items(a, b, at);
    for (std::string_view keyword : {"anyOf", "oneOf", "allOf"}) { compare_branches(a, b, keyword, at); }
    compare_words(a, b, at);
    compare_rest(a, b, at);
  }

  void compare_types(const json::object& a, const json::object& b, const std::string& at) {
    const Types before = types_of(a), after = types_of(b);
    if (before == after) { return; }
    const auto has_all = [](const Types& types, const Types& of) {
      return std::includes(types.begin(), types.end(), of.begin(), of.end());
    };
    const std::string message = fmt::format("the type is {} now, was {}", spelt(after), spelt(before));
    if (has_all(after, before)) {
      loosened(at + "/type", message);
    } else if (has_all(before, after)) {
      tightened(at + "/type", message);
    } else {
      add(Severity::breaking, at + "/type", message);
    }
  }

  void compare_values(const json::object& a, const json::object& b, const std::string& at) {
    const auto before = values_of(a), after = values_of(b);
    const std::string where = at + (b.contains("const") || a.contains("const") ? "/const" : "/enum");
    if (!before && after) {
      tightened(where, "only these values are left: " + wire::excerpt(json::value(*after)));
    } else if (before && !after) {
      loosened(where, "any value is possible now");
    } else if (before && after) {
      if (const auto gone = without(*before, *after); !gone.empty()) {
        tightened(where, "values removed: " + wire::excerpt(json::value(gone)));
      }
      if (const auto more = without(*after, *before); !more.empty()) {
        // A reader that knows all cases has no case for this one: not a broken promise, but seldom harmless.
        add(side_ == SchemaSide::input ? Severity::additive : Severity::risky, where,
            "values added: " + wire::excerpt(json::value(more)));
      }
    }
  }

  void compare_bound(const json::object& a, const json::object& b, const Bound& bound, const std::string& at) {
    const auto* before = a.if_contains(bound.keyword);
    const auto* after = b.if_contains(bound.keyword);
    if ((!before && !after) || (before && after && wire::json_equal(*before, *after))) { return; }
    const std::string where = fmt::format("{}/{}", at, bound.keyword);
    const std::string message =
        fmt::format("{} is {} now, was {}", bound.keyword, after ? wire::excerpt(*after) : "free",
                    before ? wire::excerpt(*before) : "free");
    if ((before && !before->is_number()) || (after && !after->is_number())) {
      add(Severity::risky, where, message);
      return;
    }
    const bool tighter =
        !before || (after && (after->to_number<double>() < before->to_number<double>()) == bound.upper);
    if (tighter) {
      tightened(where, message);
    } else {
      add(side_ == SchemaSide::input ? Severity::additive : Severity::risky, where, message);
    }
  }

  void compare_unique_items(const json::object& a, const json::object& b, const std::string& at) {
    const auto unique = [](const json::object& schema) {
      const auto* value = schema.if_contains("uniqueItems");
      return value && value->is_bool() && value->get_bool();
    };
    if (unique(b) && !unique(a)) {
      tightened(at + "/uniqueItems", "items must differ now");
    } else if (unique(a) && !unique(b)) {
      add(side_ == SchemaSide::input ? Severity::additive : Severity::risky, at + "/uniqueItems",
          "items may be equal now");
    }
  }

  void compare_properties(const json::object& a, const json::object& b, const std::string& at) {
    const auto &before = properties_of(a), &after = properties_of(b);
    const auto needed_before = required_of(a), needed_after = required_of(b);
    const bool input = side_ == SchemaSide::input;
    const std::string_view what = input ? "parameter" : "property";
    for (const auto& [key, schema] : before) {
      const std::string name(key), where = at + "/properties/" + wire::escape_pointer_token(name);
      if (const auto* now = after.if_contains(key)) {
        compare(schema, *now, where);
      } else {
        add(Severity::breaking, where, fmt::format("{} '{}' was removed", what, name));
      }
    }
    for (const auto& [key, schema] : after) {
      const std::string name(key);
      if (!before.contains(key)) {
        const bool needed = input && needed_after.contains(name);
        add(needed ? Severity::breaking : Severity::additive, at + "/properties/" + wire::escape_pointer_token(name),
            fmt::format("new {}{} '{}'",
                        needed  ? "required "
                        : input ? "optional "
                                : "",
                        what, name));
      }
    }
    for (const auto& name : needed_after) {
      // A new parameter has been named above already, unless it is required without being described.
      if (!needed_before.contains(name) && (before.contains(name) || !after.contains(name))) {
        tightened(at + "/required", fmt::format("{} '{}' is required now", what, name));
      }
    }
    for (const auto& name : needed_before) {
      if (!needed_after.contains(name) && (after.contains(name) || !before.contains(name))) {
        loosened(at + "/required", fmt::format("{} '{}' is no longer required", what, name));
      }
    }
  }

  void compare_additional(const json::object& a, const json::object& b, const std::string& at) {
    static const json::value kAny(true);
    const auto* before = a.if_contains("additionalProperties");
    const auto* after = b.if_contains("additionalProperties");
    const json::value &was = before ? *before : kAny, &is = after ? *after : kAny;
    const std::string where = at + "/additionalProperties";
    if (was.is_object() && is.is_object()) {
      compare(was, is, where);
    } else if (!wire::json_equal(was, is)) {
      // Few callers send what nobody described, so this is no certain break.
      const bool closing = is == json::value(false) || was == json::value(true);
      const bool harmless = closing == (side_ == SchemaSide::output);
      add(harmless ? Severity::additive : Severity::risky, where,
          closing ? "further properties are restricted now" : "further properties are possible now");
    }
  }

  void compare_items(const json::object& a, const json::object& b, const std::string& at) {
    static const json::value kAny = json::object{};
    const auto *before = a.if_contains("items"), *after = b.if_contains("items");
    if (before || after) { compare(before ? *before : kAny, after ? *after : kAny, at + "/items"); }
    const auto* old_tuple = wire::as_array(a.if_contains("prefixItems"));
    const auto* new_tuple = wire::as_array(b.if_contains("prefixItems"));
    if (!old_tuple && !new_tuple) { return; }
    const std::size_t shared = std::min(old_tuple ? old_tuple->size() : 0, new_tuple ? new_tuple->size() : 0);
    for (std::size_t i = 0; i < shared; ++i) {
      compare((*old_tuple)[i], (*new_tuple)[i], fmt::format("{}/prefixItems/{}", at, i));
    }
    if ((old_tuple ? old_tuple->size() : 0) != (new_tuple ? new_tuple->size() : 0)) {
      add(Severity::risky, at + "/prefixItems", "the tuple has another length");
    }
  }

  void compare_branches(const json::object& a, const json::object& b, std::string_view keyword, const std::string& at) {
    const auto *before = wire::as_array(a.if_contains(keyword)), *after = wire::as_array(b.if_contains(keyword));
    if (!before || !after) {
      return;  // One side alone: compare_alternatives_with_plain and compare_rest.
    }
    const auto gone = without(*before, *after), more = without(*after, *before);
    const std::string where = fmt::format("{}/{}", at, keyword);
    const bool all = keyword == "allOf";
    if (gone.size() == 1 && more.size() == 1) {
      // The originals, not the copies: what was seen is kept by address.
      const auto original = [](const json::array& of, const json::value& value) {
        return std::find_if(of.begin(), of.end(), [&](const auto& each) { return wire::json_equal(each, value); });
      };
      const auto* now = original(*after, more[0]);
      compare(*original(*before, gone[0]), *now, fmt::format("{}/{}", where, now - after->begin()));
    } else if (!gone.empty() && !more.empty()) {
      add(Severity::risky, where, "the alternatives are others");
    } else if (!gone.empty()) {
      const std::string message = fmt::format("{} fewer", gone.size());
      all ? loosened(where, message) : tightened(where, message);
    } else if (!more.empty()) {
      const std::string message = fmt::format("{} more", more.size());
      all ? tightened(where, message) : loosened(where, message);
    }
  }

  /// `T` against `anyOf [T, null]`, as generators write a value that may be absent.
  bool compare_alternatives_with_plain(const json::object& a, const json::object& b, const std::string& at) {
    for (std::string_view keyword : {"anyOf", "oneOf"}) {
      const auto *before = wire::as_array(a.if_contains(keyword)), *after = wire::as_array(b.if_contains(keyword));
      if ((before != nullptr) == (after != nullptr)) { continue; }
      const json::array& branches = before ? *before : *after;
      const Types plain = types_of(before ? b : a);
      Types offered;
      for (const auto& branch : branches) {
        if (const auto* object = wire::as_object(&branch)) { offered.merge(types_of(*object)); }
      }
      const std::string where = fmt::format("{}/{}", at, keyword);
      const bool covers = std::includes(offered.begin(), offered.end(), plain.begin(), plain.end());
      if (plain == every_type() || !covers) {
        add(Severity::risky, where, before ? "the alternatives are gone" : "there are alternatives now");
      } else if (before) {
        tightened(where, fmt::format("one of the alternatives is left: {}", spelt(plain)));
      } else {
        loosened(where, fmt::format("there are alternatives now: {}", spelt(offered)));
      }
      return true;
    }
    return false;
  }

  void compare_words(const json::object& a, const json::object& b, const std::string& at) {
    for (std::string_view keyword : {"description", "default"}) {
      const auto *before = a.if_contains(keyword), *after = b.if_contains(keyword);
      if (before && after ? !wire::json_equal(*before, *after) : before != after) {
        add(Severity::risky, fmt::format("{}/{}", at, keyword),
            fmt::format("the {} is {} now, was {}", keyword, after ? wire::excerpt(*after, 80) : "absent",
                        before ? wire::excerpt(*before, 80) : "absent"));
      }
    }
  }

  void compare_rest(const json::object& a, const json::object& b, const std::string& at) {
    std::set<std::string, std::less<>> keywords;
    for (const auto& [key, value] : a) { keywords.emplace(key); }
    for (const auto& [key, value] : b) { keywords.emplace(key); }
    for (const auto& keyword : keywords) {
      const bool lone_branches = keyword == "allOf" && a.contains(keyword) != b.contains(keyword);
      const bool compared = is_compared(keyword) && !lone_branches;
      const auto *before = a.if_contains(keyword), *after = b.if_contains(keyword);
      if (!compared && (before && after ? !wire::json_equal(*before, *after) : before != after)) {
        add(Severity::risky, fmt::format("{}/{}", at, wire::escape_pointer_token(keyword)),
            fmt::format("{} {}", keyword,
                        !before  ? "is new"
                        : !after ? "is gone"
                                 : "changed"));
      }
    }
  }

  void tightened(const std::string& at, std::string message) {
    add(side_ == SchemaSide::input ? Severity::breaking : Severity::additive, at, std::move(message));
  }
  void loosened(const std::string& at, std::string message) {
    add(side_ == SchemaSide::input ? Severity::additive : Severity::breaking, at, std::move(message));
  }
  void add(Severity severity, const std::string& at, std::string message) {
    if (changes_.size() < kChanges) { changes_.push_back({severity, at, std::move(message)}); }
  }

  const json::value& before_root_;
  const json::value& after_root_;
  SchemaSide side_;
  std::set<std::pair<const json::value*, const json::value*>> seen_;
  bool full_ = false;
  std::vector<SchemaChange> changes_;
};

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::additive:
      return "additive";
    case Severity::risky:
      return "risky";
    case Severity::breaking:
      return "breaking";
  }
  return "risky";
}

std::vector<SchemaChange> diff_schemas(const json::value& before, const json::value& after, SchemaSide side,
                                       const std::string& root) {
  Differ differ(before, after, side);
  differ.compare(before, after, root);
  return differ.take();
}

}  // namespace weir::conformance
