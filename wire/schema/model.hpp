// What a JSON Schema is compiled to: a graph of nodes, each with the keywords that it applies. Internal to the
// validator.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "wire/json/json_number.hpp"
#include "wire/schema/json_schema.hpp"
#include "wire/schema/pattern.hpp"

namespace weir::wire::schema {

struct Node;
using PatternPtr = std::shared_ptr<const Pattern>;

/// A schema resource: what one `$id` (or one document) spans.
struct Resource {
  std::string uri;  ///< Absolute, without fragment.
  const json::value* root = nullptr;
  SchemaDialect dialect = SchemaDialect::draft_2020_12;
  bool asserts = true;  ///< False where the `$vocabulary` of a custom meta-schema leaves validation out.
  std::map<std::string, const Node*, std::less<>> anchors;  ///< Plain-name fragments.
  std::map<std::string, const Node*, std::less<>> dynamic_anchors;
};

// Assertions: they look at one value and at no subschema.
enum class Kind : std::uint8_t { null, boolean, object, array, string, number, integer };
struct TypeIs {
  std::uint8_t kinds = 0;  ///< Bits 1 << Kind.
};
struct IsOneOf {
  std::vector<std::pair<const json::value*, std::uint64_t>> values;  ///< With the steps that comparing one takes.
};
struct InRange {
  enum class Side : std::uint8_t { minimum, exclusive_minimum, maximum, exclusive_maximum } side;
  const json::value* limit;
};
struct IsMultiple {
  Decimal divisor;
};
struct SizeWithin {
  enum class Of : std::uint8_t { string, array, object } of;
  bool is_maximum;
  double limit;  ///< A non-negative integer, which may be written 2.0 or 1e300.
};
struct Matches {
  PatternPtr pattern;
};
struct HasMembers {
  std::vector<std::string_view> names;
};
struct HasMembersWith {
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> names_by_member;
};
struct HasUniqueItems {};

// Applicators: they apply subschemas to the value or to its parts.
struct Refers {
  const Node* target = nullptr;
  std::string_view dynamic_anchor;  ///< Where not empty: the outermost resource in scope that has it wins.
};
struct Combines {
  enum class How : std::uint8_t { all, any, one } how;
  std::vector<const Node*> branches;
};
struct Negates {
  const Node* schema;
};
struct Chooses {
  const Node* condition = nullptr;
  const Node* consequence = nullptr;
  const Node* alternative = nullptr;
};
struct AppliesWithMember {
  std::vector<std::pair<std::string_view, const Node*>> schemas;
};
struct NamesMatch {
  const Node* schema;
};
struct Members {
  std::vector<std::pair<std::string_view, const Node*>> schemas;
};
struct PatternMembers {
  std::vector<std::pair<PatternPtr, const Node*>> schemas;
};
struct OtherMembers {
  const json::object* named = nullptr;  ///< The sibling `properties`.
  std::vector<PatternPtr> patterns;     ///< Of the sibling `patternProperties`.
  const Node* schema = nullptr;
};
struct FirstItems {
  std::vector<const Node*> schemas;
};
struct OtherItems {
  std::size_t from = 0;
  const Node* schema = nullptr;
};
struct Contains {
  const Node* schema = nullptr;
  double minimum = 1;
  double maximum = std::numeric_limits<double>::infinity();
  bool evaluates = false;  ///< Whether the matching items count as evaluated (2020-12).
};
struct UnevaluatedMembers {
  const Node* schema;
};
struct UnevaluatedItems {
  const Node* schema;
};

using Rule =
    std::variant<TypeIs, IsOneOf, InRange, IsMultiple, SizeWithin, Matches, HasMembers, HasMembersWith, HasUniqueItems,
                 Refers, Combines, Negates, Chooses, AppliesWithMember, NamesMatch, Members, PatternMembers,
                 OtherMembers, FirstItems, OtherItems, Contains, UnevaluatedMembers, UnevaluatedItems>;

struct Keyword {
  std::string_view name;  ///< As it stands in the schema.
  Rule rule;
};

struct Node {
  Resource* resource = nullptr;
  const Node* parent = nullptr;  ///< Null at the root of a document.
  std::string step;              ///< JSON pointer from the parent: "/properties/a".
  std::string_view document;     ///< URI of the document, empty for the schema that was compiled.
  bool never = false;            ///< The schema `false`.
  bool tracks = false;           ///< Has an unevaluated keyword, which must know what its siblings evaluated.
  std::vector<Keyword> keywords;
};

/// A compiled schema. Pointers into the documents and between the nodes stay valid: nothing moves after compilation.
struct Graph {
  SchemaDialect dialect = SchemaDialect::draft_2020_12;
  std::vector<std::unique_ptr<json::value>> documents;
  std::vector<std::unique_ptr<std::string>> document_uris;
  std::vector<std::unique_ptr<Resource>> resources;
  std::vector<std::unique_ptr<Node>> nodes;
  const Node* root = nullptr;
};

std::string pointer_to(const Node& node, std::string_view keyword = {});

/// `text` as one token of a JSON pointer, with its slash (RFC 6901 section 3).
std::string pointer_token(std::string_view text);

// Whether an assertion holds, and what to say where it does not (assert.cpp).
bool holds(const TypeIs& rule, const json::value& instance, Budget& budget);
bool holds(const IsOneOf& rule, const json::value& instance, Budget& budget);
bool holds(const InRange& rule, const json::value& instance, Budget& budget);
bool holds(const IsMultiple& rule, const json::value& instance, Budget& budget);
bool holds(const SizeWithin& rule, const json::value& instance, Budget& budget);
bool holds(const Matches& rule, const json::value& instance, Budget& budget);
bool holds(const HasMembers& rule, const json::value& instance, Budget& budget);
bool holds(const HasMembersWith& rule, const json::value& instance, Budget& budget);
bool holds(const HasUniqueItems& rule, const json::value& instance, Budget& budget);
std::string complaint(const TypeIs& rule, const json::value& instance);
std::string complaint(const IsOneOf& rule, const json::value& instance);
std::string complaint(const InRange& rule, const json::value& instance);
std::string complaint(const IsMultiple& rule, const json::value& instance);
std::string complaint(const SizeWithin& rule, const json::value& instance);
std::string complaint(const Matches& rule, const json::value& instance);
std::string complaint(const HasMembers& rule, const json::value& instance);
std::string complaint(const HasMembersWith& rule, const json::value& instance);
std::string complaint(const HasUniqueItems& rule, const json::value& instance);

}  // namespace weir::wire::schema
