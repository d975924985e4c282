#include <algorithm>
#include <array>

#include "conformance/ask/auth.hpp"

namespace weir::conformance::auth_metadata_shape {
namespace {

/// RFC 9728 section 2: what is a list of texts there.
constexpr std::array kLists = {"authorization_servers", "scopes_supported", "bearer_methods_supported",
                               "resource_signing_alg_values_supported"};
constexpr std::array kTexts = {"resource", "jwks_uri", "resource_name", "resource_documentation"};

bool is_text_list(const json::value& value) {
  const json::array* items = value.if_array();
  return items && std::all_of(items->begin(), items->end(), [](const json::value& one) { return one.is_string(); });
}

Finding run(Probe& probe) {
  if (!uses_bearer(probe)) { return not_applicable("no bearer token is configured"); }
  const auto found = find_metadata(probe);
  if (!found || !found->document.is_object()) {
    return untestable("there is no metadata, which auth.metadata.served says");
  }
  const char* const kFix = "Write members as RFC 9728 section 2 has them, and leave out those that have no value.";
  if (is_rpc_envelope(found->document)) {
    return fail("the document of RFC 9728 itself, with resource and authorization_servers at its top",
                "a JSON-RPC message in its place: " + wire::excerpt(found->document, 120))
        .at("server",
            "Answer the well-known path by the metadata as plain JSON, from a route of its own beside the MCP route: "
            "nothing of it belongs into a JSON-RPC envelope.");
  }
  if (!found->document.as_object().contains("resource")) {
    return fail("a text for resource, which every such document has", wire::excerpt(found->document, 80))
        .at("server", kFix);
  }
  for (const char* name : kLists) {
    const json::value* value = wire::find(found->document, name);
    if (value && !is_text_list(*value)) {
      return fail(fmt::format("a list of texts for {}, or no such member", name), wire::excerpt(*value, 80))
          .at("server", kFix);
    }
  }
  for (const char* name : kTexts) {
    const json::value* value = wire::find(found->document, name);
    if (value && !value->is_string()) {
      return fail(fmt::format("a text for {}, or no such member", name), wire::excerpt(*value, 80)).at("server", kFix);
    }
  }
  return pass(found->url);
}

const Registration kCheck{{
    .id = "auth.metadata.shape",
    .title = "the members of the resource metadata are of their kind",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .source = "https://www.rfc-editor.org/rfc/rfc9728#section-2",
    .consequence = "Clients drop the whole document where a member that they need is missing, null or no list.",
    .fix = "Write resource as text, authorization_servers and scopes_supported as arrays of texts, and leave out "
           "members without a value instead of writing null.",
    .faults = {"auth.metadata-scopes-text", "auth.metadata-in-envelope"},
    .fixture = "bearer",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::auth_metadata_shape
