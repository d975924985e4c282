// One validation: a walk over instance and nodes together. Internal to the validator.
#pragma once

#include "wire/schema/model.hpp"

namespace weir::wire::schema {

/// Which members or items of one value a schema has evaluated (2020-12 section 11).
class Marks {
 public:
  void mark(std::size_t index) {
    if (index >= seen_.size()) { seen_.resize(index + 1); }
    seen_[index] = true;
  }
  bool marked(std::size_t index) const { return index < seen_.size() && seen_[index]; }
  void add(const Marks& other) {
    for (std::size_t i = 0; i < other.seen_.size(); ++i) {
      if (other.seen_[i]) { mark(i); }
    }
  }
  std::size_t size() const { return seen_.size(); }

 private:
  std::vector<bool> seen_;
};

class Evaluation {
 public:
  explicit Evaluation(std::size_t max_problems);

  /// Throws LimitReached. `seen` gets the marks of a schema that holds; null where nobody asks.
  bool apply(const Node& node, const json::value& instance, Marks* seen);
  std::vector<SchemaProblem> take_problems() { return std::move(problems_); }

 private:
  struct At {
    const Node& node;
    const Keyword& keyword;
    const json::value& instance;
    Marks* seen;
  };
  class Quiet;
  class Inside;

  bool apply_keywords(const Node& node, const json::value& instance, Marks* seen);
  bool apply_to_member(const Node& node, const json::key_value_pair& member);
  bool apply_to_item(const Node& node, const json::value& item, std::size_t index);
  bool holds_quietly(const Node& node, const json::value& instance, Marks* seen);
  bool complain(const Node& node, std::string_view keyword, std::string message);
  bool goes_on(bool valid) const { return valid || !quiet(); }
  bool quiet() const { return quiet_ > 0 || problems_.size() >= max_problems_; }

  template <class Assertion>
  bool run(const Assertion& rule, const At& at);
  bool run(const Refers& rule, const At& at);
  bool run(const Combines& rule, const At& at);
  bool run_one_of(const Combines& rule, const At& at);
  bool run(const Negates& rule, const At& at);
  bool run(const Chooses& rule, const At& at);
  bool run(const AppliesWithMember& rule, const At& at);
  bool run(const NamesMatch& rule, const At& at);
  bool run(const Members& rule, const At& at);
  bool run(const PatternMembers& rule, const At& at);
  bool run(const OtherMembers& rule, const At& at);
  bool run(const FirstItems& rule, const At& at);
  bool run(const OtherItems& rule, const At& at);
  bool run(const Contains& rule, const At& at);
  bool run(const UnevaluatedMembers& rule, const At& at);
  bool run(const UnevaluatedItems& rule, const At& at);

  Budget budget_;
  std::size_t max_problems_;
  std::vector<SchemaProblem> problems_;
  std::vector<std::variant<std::string_view, std::size_t>> path_;
  std::vector<const Resource*> scope_;  ///< The dynamic scope: resources entered, outermost first.
  std::size_t quiet_ = 0;
  std::size_t depth_ = 0;
  std::size_t hops_ = 0;  ///< References followed since the walk last went down in the instance.
};

}  // namespace weir::wire::schema
