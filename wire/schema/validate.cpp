#include "wire/schema/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "wire/base/limits.hpp"

namespace weir::wire::schema {
namespace {

std::uint64_t name_steps(std::string_view name) { return 1 + name.size() / 32; }

}  // namespace

/// While it lives, failures are counted by nobody and end the walk at once.
class Evaluation::Quiet {
 public:
  explicit Quiet(Evaluation& evaluation) : evaluation_(evaluation) { ++evaluation_.quiet_; }
  ~Quiet() { --evaluation_.quiet_; }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  Evaluation& evaluation_;
};

/// While it lives, the walk is in a part of the instance.
class Evaluation::Inside {
 public:
  Inside(Evaluation& evaluation, std::variant<std::string_view, std::size_t> step)
      : evaluation_(evaluation), hops_(std::exchange(evaluation.hops_, 0)) {
    if (evaluation.path_.size() >= limits::kJsonDepth) {
      throw LimitReached{fmt::format("the instance is nested deeper than {}", limits::kJsonDepth)};
    }
    evaluation.path_.push_back(step);
  }
  ~Inside() {
    evaluation_.path_.pop_back();
    evaluation_.hops_ = hops_;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Evaluation& evaluation_;
  std::size_t hops_;
};

Evaluation::Evaluation(std::size_t max_problems)
    : budget_(limits::kSchemaSteps), max_problems_(std::max<std::size_t>(max_problems, 1)) {}

bool Evaluation::complain(const Node& node, std::string_view keyword, std::string message) {
  std::string where;
  for (const auto& step : path_) {
    if (const auto* name = std::get_if<std::string_view>(&step)) {
      where += pointer_token(*name);
    } else {
      where += fmt::format("/{}", std::get<std::size_t>(step));
    }
  }
  problems_.push_back({std::move(where), pointer_to(node, keyword), std::move(message)});
  return false;
}

bool Evaluation::apply(const Node& node, const json::value& instance, Marks* seen) {
  budget_.spend(1);
  if (node.never) { return quiet() ? false : complain(node, "", "must not be here: the schema is false"); }
  if (node.keywords.empty()) { return true; }
  if (depth_ >= limits::kSchemaNesting) {
    throw LimitReached{fmt::format("schemas are applied within schemas more than {} deep", limits::kSchemaNesting)};
  }
  ++depth_;
  const bool enters = scope_.empty() || scope_.back() != node.resource;
  if (enters) { scope_.push_back(node.resource); }
  bool valid = true;
  if (seen == nullptr && !node.tracks) {
    valid = apply_keywords(node, instance, nullptr);
  } else {
    Marks mine;
    valid = apply_keywords(node, instance, &mine);
    budget_.spend(mine.size() / 16);
    if (valid && seen != nullptr) { seen->add(mine); }
  }
  if (enters) { scope_.pop_back(); }
  --depth_;
  return valid;
}

bool Evaluation::apply_keywords(const Node& node, const json::value& instance, Marks* seen) {
  bool valid = true;
  for (const Keyword& keyword : node.keywords) {
    budget_.spend(1);
    const At at{node, keyword, instance, seen};
    valid = std::visit([&](const auto& rule) { return run(rule, at); }, keyword.rule) && valid;
    if (!goes_on(valid)) { return false; }
  }
  return valid;
}

bool Evaluation::apply_to_member(const Node& node, const json::key_value_pair& member) {
  const Inside inside(*this, std::string_view(member.key()));
  return apply(node, member.value(), nullptr);
}

bool Evaluation::apply_to_item(const Node& node, const json::value& item, std::size_t index) {
  const Inside inside(*this, index);
  return apply(node, item, nullptr);
}

bool Evaluation::holds_quietly(const Node& node, const json::value& instance, Marks* seen) {
  const Quiet quietly(*this);
  return apply(node, instance, seen);
}

template <class Assertion>
bool Evaluation::run(const Assertion& rule, const At& at) {
  if (holds(rule, at.instance, budget_)) { return true; }
  return quiet() ? false : complain(at.node, at.keyword.name, complaint(rule, at.instance));
}

// 2020-12 section 8.2.3.2: a dynamic reference goes to the outermost resource in scope that has the anchor.
bool Evaluation::run(const Refers& rule, const At& at) {
  if (hops_ >= limits::kSchemaRefHops) {
    throw LimitReached{fmt::format("more than {} references are followed without end", limits::kSchemaRefHops)};
  }
  const Node* target = rule.target;
  if (!rule.dynamic_anchor.empty()) {
    for (const Resource* resource : scope_) {
      budget_.spend(1);
      const auto anchor = resource->dynamic_anchors.find(rule.dynamic_anchor);
      if (anchor == resource->dynamic_anchors.end()) { continue; }
      target = anchor->second;
      break;
    }
  }
  ++hops_;
  const bool valid = apply(*target, at.instance, at.seen);
  --hops_;
  return valid;
}

bool Evaluation::run(const Combines& rule, const At& at) {
  if (rule.how == Combines::How::one) { return run_one_of(rule, at); }
  if (rule.how == Combines::How::all) {
    bool valid = true;
    for (const Node* branch : rule.branches) {
      valid = apply(*branch, at.instance, at.seen) && valid;
      if (!goes_on(valid)) { break; }
    }
    return valid;
  }
  // A single alternative says better itself what is wrong.
  if (rule.branches.size() == 1) { return apply(*rule.branches.front(), at.instance, at.seen); }
  bool valid = false;
  for (const Node* branch : rule.branches) {
    valid = holds_quietly(*branch, at.instance, at.seen) || valid;
    if (valid && at.seen == nullptr) { return true; }
  }
  if (valid || quiet()) { return valid; }
  return complain(at.node, at.keyword.name, fmt::format("matches none of the {} schemas", rule.branches.size()));
}

bool Evaluation::run_one_of(const Combines& rule, const At& at) {
  if (rule.branches.size() == 1) { return apply(*rule.branches.front(), at.instance, at.seen); }
  std::optional<std::size_t> match;
  for (std::size_t i = 0; i < rule.branches.size(); ++i) {
    if (!holds_quietly(*rule.branches[i], at.instance, at.seen)) { continue; }
    if (match) {
      if (quiet()) { return false; }
      return complain(at.node, at.keyword.name,
                      fmt::format("matches the schemas {} and {}, must match one", *match, i));
    }
    match = i;
  }
  if (match || quiet()) { return match.has_value(); }
  return complain(at.node, at.keyword.name, fmt::format("matches none of the {} schemas", rule.branches.size()));
}

bool Evaluation::run(const Negates& rule, const At& at) {
  if (!holds_quietly(*rule.schema, at.instance, nullptr)) { return true; }
  return quiet() ? false : complain(at.node, at.keyword.name, "matches what it must not");
}

bool Evaluation::run(const Chooses& rule, const At& at) {
  const Node* next = holds_quietly(*rule.condition, at.instance, at.seen) ? rule.consequence : rule.alternative;
  return next == nullptr || apply(*next, at.instance, at.seen);
}

bool Evaluation::run(const AppliesWithMember& rule, const At& at) {
  const auto* object = at.instance.if_object();
  if (object == nullptr) { return true; }
  bool valid = true;
  for (const auto& [name, node] : rule.schemas) {
    budget_.spend(name_steps(name));
    if (!object->contains(name)) { continue; }
    valid = apply(*node, at.instance, at.seen) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

bool Evaluation::run(const NamesMatch& rule, const At& at) {
  const auto* object = at.instance.if_object();
  if (object == nullptr) { return true; }
  bool valid = true;
  for (const auto& member : *object) {
    budget_.spend(name_steps(member.key()));
    const json::value name(member.key());
    const Inside inside(*this, std::string_view(member.key()));
    valid = apply(*rule.schema, name, nullptr) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

bool Evaluation::run(const Members& rule, const At& at) {
  const auto* object = at.instance.if_object();
  if (object == nullptr) { return true; }
  bool valid = true;
  for (const auto& [name, node] : rule.schemas) {
    budget_.spend(name_steps(name));
    const auto member = object->find(name);
    if (member == object->end()) { continue; }
    if (at.seen != nullptr) { at.seen->mark(static_cast<std::size_t>(member - object->begin())); }
    valid = apply_to_member(*node, *member) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

bool Evaluation::run(const PatternMembers& rule, const At& at) {
  const auto* object = at.instance.if_object();
  if (object == nullptr) { return true; }
  bool valid = true;
  for (std::size_t i = 0; i < object->size(); ++i) {
    const auto& member = *(object->begin() + static_cast<std::ptrdiff_t>(i));
    for (const auto& [pattern, node] : rule.schemas) {
      if (!pattern->found_in(member.key(), budget_)) { continue; }
      if (at.seen != nullptr) { at.seen->mark(i); }
      valid = apply_to_member(*node, member) && valid;
      if (!goes_on(valid)) { return false; }
    }
  }
  return valid;
}

bool Evaluation::run(const OtherMembers& rule, const At& at) {
  const auto* object = at.instance.if_object();
  if (object == nullptr) { return true; }
  bool valid = true;
  std::size_t index = 0;
  for (const auto& member : *object) {
    const std::size_t i = index++;
    budget_.spend(name_steps(member.key()));
    if (rule.named != nullptr && rule.named->contains(member.key())) { continue; }
    const bool matched = std::any_of(rule.patterns.begin(), rule.patterns.end(), [&](const PatternPtr& pattern) {
      return pattern->found_in(member.key(), budget_);
    });
    if (matched) { continue; }
    if (at.seen != nullptr) { at.seen->mark(i); }
    valid = apply_to_member(*rule.schema, member) && valid;
    if (!goes_on(valid)) { return false; }
  }
  return valid;
}

bool Evaluation::run(const FirstItems& rule, const At& at) {
  const auto* array = at.instance.if_array();
  if (array == nullptr) { return true; }
  bool valid = true;
  for (std::size_t i = 0; i < std::min(array->size(), rule.schemas.size()); ++i) {
    if (at.seen != nullptr) { at.seen->mark(i); }
    valid = apply_to_item(*rule.schemas[i], (*array)[i], i) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

bool Evaluation::run(const OtherItems& rule, const At& at) {
  const auto* array = at.instance.if_array();
  if (array == nullptr) { return true; }
  bool valid = true;
  for (std::size_t i = rule.from; i < array->size(); ++i) {
    if (at.seen != nullptr) { at.seen->mark(i); }
    valid = apply_to_item(*rule.schema, (*array)[i], i) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

bool Evaluation::run(const Contains& rule, const At& at) {
  const auto* array = at.instance.if_array();
  if (array == nullptr) { return true; }
  const bool marks = rule.evaluates && at.seen != nullptr;
  std::size_t count = 0;
  {
    const Quiet quietly(*this);
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (!apply_to_item(*rule.schema, (*array)[i], i)) { continue; }
      ++count;
      if (marks) { at.seen->mark(i); }
    }
  }
  const auto found = static_cast<double>(count);
  if (found >= rule.minimum && found <= rule.maximum) { return true; }
  if (quiet()) { return false; }
  const bool few = found < rule.minimum;
  return complain(at.node, few || std::isinf(rule.maximum) ? at.keyword.name : "maxContains",
                  fmt::format("{} items match, must be at {} {}", count, few ? "least" : "most",
                              few ? rule.minimum : rule.maximum));
}

bool Evaluation::run(const UnevaluatedMembers& rule, const At& at) {
  const auto* object = at.instance.if_object();
  if (object == nullptr) { return true; }
  bool valid = true;
  std::size_t index = 0;
  for (const auto& member : *object) {
    const std::size_t i = index++;
    budget_.spend(1);
    if (at.seen->marked(i)) { continue; }
    at.seen->mark(i);
    valid = apply_to_member(*rule.schema, member) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

bool Evaluation::run(const UnevaluatedItems& rule, const At& at) {
  const auto* array = at.instance.if_array();
  if (array == nullptr) { return true; }
  bool valid = true;
  for (std::size_t i = 0; i < array->size(); ++i) {
    budget_.spend(1);
    if (at.seen->marked(i)) { continue; }
    at.seen->mark(i);
    valid = apply_to_item(*rule.schema, (*array)[i], i) && valid;
    if (!goes_on(valid)) { break; }
  }
  return valid;
}

}  // namespace weir::wire::schema
