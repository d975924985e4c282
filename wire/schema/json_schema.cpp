#include "wire/schema/json_schema.hpp"

#include "wire/json/pointer.hpp"
#include "wire/schema/compile.hpp"
#include "wire/schema/meta.hpp"
#include "wire/schema/validate.hpp"

namespace weir::wire {
namespace schema {

std::string pointer_token(std::string_view text) { return "/" + escape_pointer_token(text); }

std::string pointer_to(const Node& node, std::string_view keyword) {
  std::vector<std::string_view> steps;
  for (const Node* at = &node; at != nullptr; at = at->parent) { steps.push_back(at->step); }
  std::string pointer(node.document);
  if (!pointer.empty()) { pointer += '#'; }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) { pointer += *step; }
  if (!keyword.empty()) { pointer += pointer_token(keyword); }
  return pointer;
}

namespace {

/// The meta-schema of the dialect, compiled once.
const JsonSchema* meta_schema_of(SchemaDialect dialect) {
  const auto compile = [](std::string_view uri) {
    auto compiled = JsonSchema::compile(*find_meta_schema(uri));
    return compiled ? std::make_unique<JsonSchema>(std::move(*compiled)) : nullptr;
  };
  static const auto kDraft07 = compile(kDraft07Uri);
  static const auto kDraft202012 = compile(kDraft202012Uri);
  return (dialect == SchemaDialect::draft_07 ? kDraft07 : kDraft202012).get();
}

}  // namespace
}  // namespace schema

struct JsonSchema::Impl {
  schema::Graph graph;
};

JsonSchema::JsonSchema(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::compile(const json::value& schema, SchemaDialect fallback,
                                       const std::map<std::string, json::value>& documents) {
  auto impl = std::make_unique<Impl>();
  try {
    schema::Compiler(impl->graph, documents).run(schema, fallback);
  } catch (schema::CompileFailure& failure) { return tl::unexpected<Error>(std::move(failure.error)); }
  return JsonSchema(std::move(impl));
}

SchemaDialect JsonSchema::dialect() const { return impl_->graph.dialect; }

Result<std::vector<SchemaProblem>> JsonSchema::validate(const json::value& instance, std::size_t max_problems) const {
  schema::Evaluation evaluation(max_problems);
  try {
    evaluation.apply(*impl_->graph.root, instance, nullptr);
  } catch (schema::LimitReached& limit) { return fail(ErrorCode::limit_exceeded, std::move(limit.detail)); }
  return evaluation.take_problems();
}

Result<std::vector<SchemaProblem>> check_schema(const json::value& schema, SchemaDialect fallback) {
  if (auto fitting = schema::check_size(schema); !fitting) { return tl::unexpected<Error>(fitting.error()); }
  schema::Graph graph;
  const schema::Documents none;
  schema::Compiler compiler(graph, none);
  try {
    const JsonSchema* meta = schema::meta_schema_of(compiler.dialect_of(schema, fallback));
    if (meta == nullptr) { return fail(ErrorCode::internal, "the embedded meta-schema does not compile"); }
    auto problems = meta->validate(schema);
    // Patterns and references are beyond what a meta-schema can say.
    if (problems && problems->empty()) { compiler.run(schema, fallback); }
    return problems;
  } catch (schema::CompileFailure& failure) {
    const bool about_schema = failure.error.code == ErrorCode::bad_input && failure.pointer != "/$schema";
    if (!about_schema) { return tl::unexpected<Error>(std::move(failure.error)); }
    return std::vector{SchemaProblem{std::move(failure.pointer), "", std::move(failure.error.detail)}};
  }
}

}  // namespace weir::wire
