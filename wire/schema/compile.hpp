// From the JSON text of a schema to the graph of model.hpp. Internal to the validator.
#pragma once

#include <deque>
#include <unordered_map>

#include "wire/schema/model.hpp"

namespace weir::wire::schema {

/// Thrown inside the compiler only; JsonSchema::compile turns it into an error.
struct CompileFailure {
  Error error;
  std::string pointer;  ///< Where in the schema.
};

using Documents = std::map<std::string, json::value>;

class Compiler {
 public:
  Compiler(Graph& into, const Documents& documents) : into_(into), documents_(documents) {}

  /// Compiles the schema and all that it refers to.
  void run(const json::value& schema, SchemaDialect fallback);

  /// What `$schema` says, else the fallback.
  SchemaDialect dialect_of(const json::value& schema, SchemaDialect fallback) const;

  // For the keywords (keywords.cpp).
  const Node* child(const Node& parent, const json::value& schema, std::string step);
  void refer(Node& from, std::string_view keyword, const json::value& reference);
  PatternPtr pattern(const Node& node, std::string_view keyword, std::string_view text);
  [[noreturn]] void broken(const Node& node, std::string_view keyword, std::string_view detail) const;

 private:
  struct Known {
    Node* node;
    Resource* resource;
  };
  struct Pending {
    Node* node;
    std::size_t keyword;
    std::string_view reference;
  };
  struct Meaning {
    SchemaDialect dialect;
    bool asserts;
  };

  const Node* load(const json::value& document, std::string_view uri, std::string_view label, Meaning inherited);
  Node* compile(const json::value& schema, const Node* parent, std::string step, Resource* resource);
  Resource* open(const json::value& root, std::string uri, Meaning inherited);
  Resource* identify(const Node& node, const json::value& schema, Resource* resource);
  void add_anchors(Node& node, const json::object& schema, Resource& resource);
  void add_anchor(Node& node, Resource& resource, std::string_view name, bool dynamic);
  void add_keywords(Node& node, const json::object& schema);
  Meaning meaning_of(const json::value& root, Meaning inherited, int hops = 0) const;

  void settle(const Pending& pending);
  Resource* find_resource(const std::string& uri, Meaning inherited);
  const Node* follow_pointer(const Resource& resource, std::string_view pointer);

  Graph& into_;
  const Documents& documents_;
  std::unordered_map<const json::value*, Known> known_;
  std::map<std::string, Resource*, std::less<>> by_uri_;
  std::map<std::string, PatternPtr, std::less<>> patterns_;
  std::size_t alternatives_ = 0;
  std::deque<Pending> pending_;
};

/// Adds the keywords of one schema object, in the order in which they are applied.
void compile_keywords(Compiler& compiler, Node& node, const json::object& schema);

/// A document that may be compiled: limit_exceeded where it is too deep or too long.
Result<void> check_size(const json::value& document);

}  // namespace weir::wire::schema
