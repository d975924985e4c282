#include "wire/schema/compile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/base/limits.hpp"
#include "wire/schema/meta.hpp"
#include "wire/schema/uri.hpp"

namespace weir::wire::schema {
namespace {

constexpr int kMetaSchemaHops = 8;

std::string unescape_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      out.push_back(token[++i] == '0' ? '~' : '/');
    } else {
      out.push_back(token[i]);
    }
  }
  return out;
}

const json::value* step_into(const json::value& value, std::string_view token) {
  if (const auto* object = value.if_object()) { return object->if_contains(token); }
  const auto* array = value.if_array();
  if (array == nullptr || token.empty() || token.size() > 9) { return nullptr; }
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') { return nullptr; }
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index < array->size() ? &(*array)[index] : nullptr;
}

// Adds up roughly the bytes of the serialized value; false as soon as a limit is passed.
bool fits(const json::value& value, std::size_t depth, std::size_t& bytes) {
  if (depth > limits::kJsonDepth || bytes > limits::kSchemaBytes) { return false; }
  bytes += 2;
  if (const auto* text = value.if_string()) { bytes += text->size(); }
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      if (!fits(item, depth + 1, bytes)) { return false; }
    }
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      bytes += member.key().size() + 4;
      if (!fits(member.value(), depth + 1, bytes)) { return false; }
    }
  }
  return bytes <= limits::kSchemaBytes;
}

}  // namespace

Result<void> check_size(const json::value& document) {
  std::size_t bytes = 0;
  if (fits(document, 0, bytes)) { return {}; }
  return fail(ErrorCode::limit_exceeded, fmt::format("a schema is longer than {} bytes or nested deeper than {}",
                                                     limits::kSchemaBytes, limits::kJsonDepth));
}

void Compiler::run(const json::value& schema, SchemaDialect fallback) {
  into_.root = load(schema, kDefaultBase, "", {fallback, true});
  into_.dialect = into_.root->resource->dialect;
  while (!pending_.empty()) {
    const Pending next = pending_.front();
    pending_.pop_front();
    settle(next);
  }
}

void Compiler::broken(const Node& node, std::string_view keyword, std::string_view detail) const {
  std::string pointer = pointer_to(node, keyword);
  auto text = fmt::format("the schema is broken at \"{}\": {}", pointer, detail);
  throw CompileFailure{{ErrorCode::bad_input, std::move(text), 0}, std::move(pointer)};
}

SchemaDialect Compiler::dialect_of(const json::value& schema, SchemaDialect fallback) const {
  return meaning_of(schema, {fallback, true}).dialect;
}

// `$schema` (2020-12 section 8.1.1) and, for meta-schemas among the documents, `$vocabulary` (section 8.1.2).
Compiler::Meaning Compiler::meaning_of(const json::value& root, Meaning inherited, int hops) const {
  const auto* object = root.if_object();
  const auto* named = object == nullptr ? nullptr : object->if_contains("$schema");
  if (named == nullptr) { return inherited; }
  std::string_view uri = named->is_string() ? std::string_view(named->get_string()) : std::string_view{};
  if (uri.ends_with('#')) { uri.remove_suffix(1); }
  const auto same = [&](std::string_view known) {
    const auto host = [](std::string_view text) { return text.substr(std::min(text.find("://"), text.size())); };
    return (uri.starts_with("http://") || uri.starts_with("https://")) && host(uri) == host(known);
  };
  if (same(kDraft07Uri)) { return {SchemaDialect::draft_07, true}; }
  if (same(kDraft202012Uri)) { return {SchemaDialect::draft_2020_12, true}; }

  const auto meta = documents_.find(std::string(uri));
  if (meta == documents_.end() || hops == kMetaSchemaHops) {
    const std::string excerpt(uri.substr(0, 200));
    throw CompileFailure{
        {ErrorCode::bad_input,
         fmt::format("\"$schema\" names the dialect \"{}\"; only 2020-12 and draft-07 are known", excerpt), 0},
        "/$schema"};
  }
  Meaning meaning = meaning_of(meta->second, inherited, hops + 1);
  const auto* vocabularies = meta->second.is_object() ? meta->second.get_object().if_contains("$vocabulary") : nullptr;
  if (vocabularies != nullptr && vocabularies->is_object()) {
    meaning.asserts = vocabularies->get_object().contains("https://json-schema.org/draft/2020-12/vocab/validation");
  }
  return meaning;
}

const Node* Compiler::load(const json::value& document, std::string_view uri, std::string_view label,
                           Meaning inherited) {
  if (auto fitting = check_size(document); !fitting) { throw CompileFailure{fitting.error(), ""}; }
  into_.documents.push_back(std::make_unique<json::value>(document));
  into_.document_uris.push_back(std::make_unique<std::string>(label));
  const json::value& root = *into_.documents.back();
  Resource* resource = open(root, std::string(uri), inherited);
  by_uri_[resource->uri] = resource;
  // The root's own `$id` opens the resource that the document's URI stands for too.
  Node* node = compile(root, nullptr, "", resource);
  by_uri_[std::string(uri)] = known_.at(&root).resource;
  return node;
}

Resource* Compiler::open(const json::value& root, std::string uri, Meaning inherited) {
  const Meaning meaning = meaning_of(root, inherited);
  into_.resources.push_back(std::make_unique<Resource>());
  Resource* resource = into_.resources.back().get();
  resource->uri = std::move(uri);
  resource->root = &root;
  resource->dialect = meaning.dialect;
  resource->asserts = meaning.asserts;
  return resource;
}

// The resource that the node belongs to: a new one where it has an `$id` that is more than a fragment.
Resource* Compiler::identify(const Node& node, const json::value& schema, Resource* resource) {
  const auto& object = schema.get_object();
  const auto* id = object.if_contains("$id");
  if (id == nullptr) { return resource; }
  if (!id->is_string()) { broken(node, "$id", "it must be a string"); }
  const auto [text, fragment] = split_fragment(id->get_string());
  if (text.empty()) { return resource; }
  auto uri = resolve_uri(resource->uri, text);
  if (uri.size() > limits::kSchemaUriBytes) { broken(node, "$id", "it is too long"); }
  Resource* opened = open(schema, uri, {resource->dialect, resource->asserts});
  const auto [at, inserted] = by_uri_.emplace(std::move(uri), opened);
  const bool same_document_root = at->second->root == &schema;
  if (same_document_root) { at->second = opened; }
  if (!inserted && !same_document_root && !json_equal(*at->second->root, schema)) {
    broken(node, "$id", fmt::format("\"{}\" identifies two different schemas", opened->uri));
  }
  return opened;
}

void Compiler::add_anchor(Node& node, Resource& resource, std::string_view name, bool dynamic) {
  const auto [at, inserted] = resource.anchors.emplace(name, &node);
  if (!inserted && at->second != &node) { broken(node, "", fmt::format("the anchor \"{}\" is used twice", name)); }
  if (dynamic) { resource.dynamic_anchors.emplace(name, &node); }
}

void Compiler::add_anchors(Node& node, const json::object& schema, Resource& resource) {
  if (resource.dialect == SchemaDialect::draft_07) {
    const auto* id = schema.if_contains("$id");
    if (id == nullptr || !id->is_string()) { return; }
    const auto fragment = split_fragment(id->get_string()).second;
    if (fragment && !fragment->empty() && !fragment->starts_with('/')) { add_anchor(node, resource, *fragment, false); }
    return;
  }
  for (const std::string_view keyword : {"$anchor", "$dynamicAnchor"}) {
    const auto* name = schema.if_contains(keyword);
    if (name == nullptr) { continue; }
    if (!name->is_string()) { broken(node, keyword, "it must be a string"); }
    add_anchor(node, resource, name->get_string(), keyword == "$dynamicAnchor");
  }
}

Node* Compiler::compile(const json::value& schema, const Node* parent, std::string step, Resource* resource) {
  if (const auto known = known_.find(&schema); known != known_.end()) { return known->second.node; }
  into_.nodes.push_back(std::make_unique<Node>());
  Node* node = into_.nodes.back().get();
  node->parent = parent;
  node->step = std::move(step);
  node->resource = resource;
  node->document = *into_.document_uris.back();
  if (parent != nullptr) { node->document = parent->document; }

  const auto* object = schema.if_object();
  if (object == nullptr) {
    if (!schema.is_bool()) { broken(*node, "", "a schema is an object or a boolean"); }
    node->never = !schema.get_bool();
    known_.emplace(&schema, Known{node, resource});
    return node;
  }
  // Draft-07 section 8.3: whatever stands beside a `$ref` is ignored.
  const bool only_refers = resource->dialect == SchemaDialect::draft_07 && object->contains("$ref");
  if (!only_refers) { resource = identify(*node, schema, resource); }
  node->resource = resource;
  known_.emplace(&schema, Known{node, resource});
  if (!only_refers) { add_anchors(*node, *object, *resource); }
  compile_keywords(*this, *node, *object);
  return node;
}

const Node* Compiler::child(const Node& parent, const json::value& schema, std::string step) {
  return compile(schema, &parent, std::move(step), parent.resource);
}

void Compiler::refer(Node& from, std::string_view keyword, const json::value& reference) {
  if (!reference.is_string()) { broken(from, keyword, "it must be a string"); }
  pending_.push_back({&from, from.keywords.size(), reference.get_string()});
  from.keywords.push_back({keyword, Refers{}});
}

PatternPtr Compiler::pattern(const Node& node, std::string_view keyword, std::string_view text) {
  if (const auto known = patterns_.find(text); known != patterns_.end()) { return known->second; }
  alternatives_ += static_cast<std::size_t>(std::count(text.begin(), text.end(), '|'));
  if (patterns_.size() >= limits::kSchemaPatterns || alternatives_ > limits::kSchemaAlternatives) {
    throw CompileFailure{{ErrorCode::limit_exceeded,
                          fmt::format("a schema has more than {} patterns or {} alternatives in them",
                                      limits::kSchemaPatterns, limits::kSchemaAlternatives),
                          0},
                         pointer_to(node, keyword)};
  }
  auto compiled = Pattern::compile(text);
  if (!compiled && compiled.error().code != ErrorCode::bad_input) {
    throw CompileFailure{compiled.error(), pointer_to(node, keyword)};
  }
  if (!compiled) { broken(node, keyword, compiled.error().detail); }
  return patterns_.emplace(text, std::move(*compiled)).first->second;
}

void Compiler::settle(const Pending& pending) {
  Node& from = *pending.node;
  const std::string_view keyword = from.keywords[pending.keyword].name;
  const auto [text, raw_fragment] = split_fragment(pending.reference);
  const std::string uri = text.empty() ? from.resource->uri : resolve_uri(from.resource->uri, text);
  const std::string fragment = percent_decode(raw_fragment.value_or(""));
  const Resource* resource = find_resource(uri, {from.resource->dialect, from.resource->asserts});

  Refers refers;
  if (resource == nullptr) {
    refers.target = nullptr;
  } else if (fragment.empty()) {
    refers.target = known_.at(resource->root).node;
  } else if (fragment.starts_with('/')) {
    refers.target = follow_pointer(*resource, fragment);
  } else if (const auto anchor = resource->anchors.find(fragment); anchor != resource->anchors.end()) {
    refers.target = anchor->second;
  }
  if (refers.target == nullptr) {
    broken(from, keyword,
           fmt::format("\"{}\" \"{}\" refers to nothing in the schema (the network is never asked)", keyword,
                       pending.reference.substr(0, 300)));
  }
  if (keyword == "$dynamicRef") {
    const auto& dynamic = refers.target->resource->dynamic_anchors;
    const auto anchor = dynamic.find(fragment);
    if (anchor != dynamic.end() && anchor->second == refers.target) { refers.dynamic_anchor = anchor->first; }
  }
  from.keywords[pending.keyword].rule = refers;
}

Resource* Compiler::find_resource(const std::string& uri, Meaning inherited) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) { return known->second; }
  const json::value* document = find_meta_schema(uri);
  for (const auto& name : {uri, uri + '#'}) {
    if (const auto given = documents_.find(name); given != documents_.end()) { document = &given->second; }
  }
  if (document == nullptr) { return nullptr; }
  load(*document, uri, uri, inherited);
  return by_uri_.find(uri)->second;
}

// The target may stand where no keyword says that it is a schema; then it is compiled now.
const Node* Compiler::follow_pointer(const Resource& resource, std::string_view pointer) {
  const json::value* at = resource.root;
  Known nearest = known_.at(at);
  std::string step;
  while (!pointer.empty()) {
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    const std::string token = unescape_token(pointer.substr(1, end - 1));
    pointer.remove_prefix(end);
    at = step_into(*at, token);
    if (at == nullptr) { return nullptr; }
    step += pointer_token(token);
    if (const auto known = known_.find(at); known != known_.end()) {
      nearest = known->second;
      step.clear();
    }
  }
  return step.empty() ? nearest.node : compile(*at, nearest.node, std::move(step), nearest.resource);
}

}  // namespace weir::wire::schema
