#include <algorithm>
#include <cctype>

#include "conformance/ask/common.hpp"

namespace weir::conformance::meta_keys_valid {
namespace {

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_label(std::string_view label) {
  return !label.empty() && std::isalpha(static_cast<unsigned char>(label.front())) && is_alnum(label.back()) &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_meta_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash != key.npos) {
    std::string_view prefix = key.substr(0, slash);
    key.remove_prefix(slash + 1);
    while (true) {
      const std::size_t dot = prefix.find('.');
      if (!is_label(prefix.substr(0, dot))) { return false; }
      if (dot == prefix.npos) { break; }
      prefix.remove_prefix(dot + 1);
    }
  }
  return key.empty() ||
         (is_alnum(key.front()) && is_alnum(key.back()) &&
          std::all_of(key.begin(), key.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; }));
}

/// What a widespread host asks tools for under names that the grammar forbids, and reads under no other: their server
/// cannot give them better ones, and nobody is known to drop them.
bool is_of_a_host(std::string_view key) {
  return key == "openai/toolInvocation/invoking" || key == "openai/toolInvocation/invoked";
}

/// What is free within: a schema's own words, and the settings of what no revision defines.
bool is_free(std::string_view member) {
  return member == "inputSchema" || member == "outputSchema" || member == "experimental" || member == "extensions";
}

/// The first key below any `_meta` of the value that breaks the grammar; `keys` counts those that were read.
std::optional<std::string> bad_key(const json::value& value, int& keys) {
  if (const json::array* items = wire::as_array(&value)) {
    for (const json::value& item : *items) {
      if (auto bad = bad_key(item, keys)) { return bad; }
    }
  }
  const json::object* members = wire::as_object(&value);
  for (const auto& [name, member] : members ? *members : json::object{}) {
    if (is_free(name)) { continue; }
    if (name == "_meta" && member.is_object()) {
      for (const auto& entry : member.get_object()) {
        ++keys;
        if (!is_meta_key(entry.key()) && !is_of_a_host(entry.key())) { return std::string(entry.key()); }
      }
    } else if (auto bad = bad_key(member, keys)) {
      return bad;
    }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  auto dialogue = probe.shared();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  int keys = 0;
  std::vector<const wire::mcp::Reply*> replies{&dialogue->get().opening()};
  for (const auto& reply : probe.survey().list_replies) { replies.push_back(&reply); }
  for (const auto* reply : probe.in_time(replies)) {
    if (auto bad = bad_key(reply->result(), keys)) {
      return fail("keys like 'example.com/name'", fmt::format("'{}'", wire::excerpt(std::string_view(*bad), 80)));
    }
  }
  return keys == 0 ? not_applicable("the server sends no _meta") : pass(fmt::format("{} keys", keys));
}

const Registration kCheck{{
    .id = "meta.keys.valid",
    .title = "_meta keys follow their grammar",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .since = "2025-06-18",
    .requirements = {"meta.key-prefix-format", "meta.key-name-format"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#_meta",
    .consequence = "Gateways and typed clients drop the message, or the metadata.",
    .fix = "Name _meta keys like example.com/name: dotted labels that begin with a letter, one slash, and a name "
           "of letters, digits, hyphens, underscores and dots, without spaces.",
    .faults = {"meta.key-with-space"},
    .green_may_be = "sends no _meta",
    .by_revision = true,
    .run = run,
}};
const NotByCommand kNoCommand{"meta.keys.valid", "it is a matter of all answers, whatever was asked"};

}  // namespace
}  // namespace weir::conformance::meta_keys_valid
