#include "wire/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "wire/limits.hpp"
#include "wire/nearest.hpp"
#include "wire/profile_yaml.hpp"
#include "wire/url.hpp"
#include "wire/yaml_reader.hpp"

namespace weir::wire {
namespace {

using yaml::Key;
using YAML::Node;
using yaml::Reader;

// Header fields whose value is a credential even where it is written into the file.
constexpr std::array<std::string_view, 6> kSecretHeaders = {
    "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool is_token(std::string_view text) {  // RFC 9110 section 5.6.2
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

/// A header value that can go on the wire; a newline at the end of a secret file is the usual reason why it cannot.
std::string header_value(Reader& in, std::string_view key, const Node& node) {
  std::string value = in.text(key, node);
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
  if (control) in.complain(node, fmt::format("'{}' holds a control character, perhaps a newline at its end", key));
  return value;
}

void read_headers(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.each_member(key, node, [&](std::string_view name, const Node& name_node, const Node& value_node) {
    const std::string where = fmt::format("{}.{}", key, name);
    std::string value = header_value(in, where, value_node);
    if (!is_token(name)) return in.complain(name_node, fmt::format("'{}' is no header field name", in.quoted(name)));
    if (profile.headers.has(name)) return in.complain(name_node, fmt::format("header '{}' is given twice", name));
    const std::string folded = lower(name);
    if (std::find(kSecretHeaders.begin(), kSecretHeaders.end(), folded) != kSecretHeaders.end()) {
      // "Bearer abc": the credential alone, so that it is found wherever it turns up.
      const bool has_scheme = folded.ends_with("authorization") && value.find(' ') != std::string::npos;
      in.keep_secret(has_scheme ? value.substr(value.find(' ') + 1) : value);
    }
    profile.headers.add(std::string(name), std::move(value));
  });
}

void read_url(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  profile.url = in.text(key, node);
  if (in.failed()) return;
  const auto url = parse_url(profile.url);
  if (!url) return in.complain(node, fmt::format("'{}': {}", key, url.error().detail));
  if (const auto colon = url->userinfo.find(':'); colon != std::string::npos) {
    in.keep_secret(url->userinfo.substr(colon + 1));
  }
}

void read_era(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  const std::string text = in.plain_text(key, node);
  profile.era = mcp::parse_era(text);
  if (profile.era) return;
  constexpr std::array<std::string_view, 4> kEras = {"none", "http-sse", "streamable", "stateless"};
  in.complain(node, fmt::format("'{}' must be one of {}, is '{}'{}", key, fmt::join(kEras, ", "), in.quoted(text),
                                did_you_mean(text, kEras)));
}

void read_revision(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  const std::string text = in.plain_text(key, node);
  profile.revision = text;
  if (mcp::is_known_revision(text)) return;
  in.complain(node,
              fmt::format("'{}' must be one of {}, is '{}'", key, fmt::join(mcp::kRevisions, ", "), in.quoted(text)));
}

constexpr std::array kApiKeyKeys = {
    Key<ApiKey>{"header",
                [](Reader& in, std::string_view key, const Node& node, ApiKey& api_key) {
                  api_key.header = in.text(key, node);
                  if (!is_token(api_key.header)) in.complain(node, fmt::format("'{}' is no header field name", key));
                }},
    Key<ApiKey>{"value",
                [](Reader& in, std::string_view key, const Node& node, ApiKey& api_key) {
                  api_key.value = header_value(in, key, node);
                  in.keep_secret(api_key.value);
                }},
};

void read_api_key(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.members(key, node, kApiKeyKeys, profile.api_key.emplace());
  if (profile.api_key->value.empty()) in.complain(node, fmt::format("'{}' has no 'value'", key));
}

void set_health_path(Reader& in, std::string_view key, const Node& node, HealthRoute& route) {
  route.path = in.text(key, node);
  const bool absolute = route.path.starts_with("http://") || route.path.starts_with("https://");
  if (route.path.starts_with('/') || absolute) return;
  in.complain(
      node, fmt::format("'{}' must be a path that begins with '/', or a URL, is '{}'", key, in.quoted(node.Scalar())));
}

constexpr std::array kHealthKeys = {
    Key<HealthRoute>{"path", set_health_path},
    Key<HealthRoute>{"status",
                     [](Reader& in, std::string_view key, const Node& node, HealthRoute& route) {
                       route.status = in.integer(key, node, 100, 599, "a status code from 100 to 599");
                     }},
    Key<HealthRoute>{"json_subset", [](Reader& in, std::string_view key, const Node& node,
                                       HealthRoute& route) { route.json_subset = in.json_value(key, node); }},
    Key<HealthRoute>{"max_latency_ms",
                     [](Reader& in, std::string_view key, const Node& node, HealthRoute& route) {
                       route.max_latency_ms = in.integer(key, node, 1, 3'600'000, "a whole number of milliseconds");
                     }},
};

void read_health(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    HealthRoute& route = profile.health.emplace_back();
    if (item.IsMap()) return in.members(where, item, kHealthKeys, route);
    set_health_path(in, where, item, route);
  });
}

constexpr std::array kToolKeys = {
    Key<SafeTool>{"name", [](Reader& in, std::string_view key, const Node& node,
                             SafeTool& tool) { tool.name = in.text(key, node); }},
    Key<SafeTool>{"arguments",
                  [](Reader& in, std::string_view key, const Node& node, SafeTool& tool) {
                    json::value value = in.json_value(key, node);
                    if (json::object* object = value.if_object())
                      tool.arguments = std::move(*object);
                    else
                      in.wrong_kind(key, node, "a map");
                  }},
};

void read_safe_tools(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.each_item(key, node, [&](std::string_view where, const Node& item) {
    SafeTool& tool = profile.safe_tools.emplace_back();
    if (!item.IsMap())
      tool.name = in.text(where, item);
    else
      in.members(where, item, kToolKeys, tool);
    if (tool.name.empty()) in.complain(item, fmt::format("'{}' has no 'name'", where));
  });
}

constexpr std::array kTlsKeys = {
    Key<Profile>{"ca_file", [](Reader& in, std::string_view key, const Node& node,
                               Profile& profile) { profile.ca_file = in.text(key, node); }},
    Key<Profile>{"insecure", [](Reader& in, std::string_view key, const Node& node,
                                Profile& profile) { profile.insecure = in.boolean(key, node); }},
};

constexpr std::array kProfileKeys = {
    Key<Profile>{"name", [](Reader& in, std::string_view key, const Node& node,
                            Profile& profile) { profile.name = in.text(key, node); }},
    Key<Profile>{"url", read_url},
    Key<Profile>{"era", read_era},
    Key<Profile>{"revision", read_revision},
    Key<Profile>{"headers", read_headers},
    Key<Profile>{"bearer",
                 [](Reader& in, std::string_view key, const Node& node, Profile& profile) {
                   profile.bearer = header_value(in, key, node);
                   in.keep_secret(profile.bearer);
                 }},
    Key<Profile>{"api_key", read_api_key},
    Key<Profile>{"health", read_health},
    Key<Profile>{"safe_tools", read_safe_tools},
    Key<Profile>{"call_read_only", [](Reader& in, std::string_view key, const Node& node,
                                      Profile& profile) { profile.call_read_only = in.boolean(key, node); }},
    Key<Profile>{"expected_tools",
                 [](Reader& in, std::string_view key, const Node& node, Profile& profile) {
                   in.each_item(key, node, [&](std::string_view where, const Node& item) {
                     profile.expected_tools.push_back({.name = in.text(where, item)});
                   });
                 }},
    Key<Profile>{"idle_budget",
                 [](Reader& in, std::string_view key, const Node& node, Profile& profile) {
                   profile.idle_budget_seconds = in.integer(key, node, 1, 86'400, "a whole number of seconds");
                 }},
    Key<Profile>{"tls", [](Reader& in, std::string_view key, const Node& node,
                           Profile& profile) { in.members(key, node, kTlsKeys, profile); }},
};

/// What no single key can know. `prefix` is "" or "target.".
void check_whole(Reader& in, std::string_view prefix, const Node& root, const Profile& profile) {
  if (profile.url.empty()) in.complain(root, fmt::format("'{}url' is missing", prefix));
  if (!profile.bearer.empty() && profile.headers.has("authorization")) {
    in.complain(root, fmt::format("'{0}bearer' and '{0}headers.Authorization' both name a credential: keep one of them",
                                  prefix));
  }
  if (profile.api_key && profile.headers.has(profile.api_key->header)) {
    in.complain(root, fmt::format("'{0}api_key' and '{0}headers.{1}' set the same header: keep one of them", prefix,
                                  profile.api_key->header));
  }
}

}  // namespace

void read_profile(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.members(key, node, kProfileKeys, profile);
  check_whole(in, key.empty() ? "" : fmt::format("{}.", key), node, profile);
  profile.secrets = in.secrets();
  profile.variables = in.variables();
}

void find_beside(const std::string& file, Profile& profile) {
  if (profile.ca_file.empty()) return;
  profile.ca_file = (std::filesystem::path(file).parent_path() / profile.ca_file).string();
}

Headers Profile::all_headers() const {
  Headers all = headers;
  if (!bearer.empty()) all.set("Authorization", "Bearer " + bearer);
  if (api_key) all.set(api_key->header, api_key->value);
  return all;
}

Result<Profile> parse_profile(std::string_view yaml, std::string_view file_name, const Lookup& lookup,
                              const std::string& /*environment*/) {
  Profile profile;
  Reader in(file_name, "a profile", lookup);
  in.read_document(yaml, limits::kProfileBytes, [&](const Node& root) { read_profile(in, "", root, profile); });
  if (in.failed()) return tl::unexpected(in.error());
  return profile;
}

Result<Profile> load_profile(const std::string& path) {
  return load_profile(path, [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

Result<Profile> load_profile(const std::string& path, const Lookup& lookup, const std::string& environment) {
  const auto text = yaml::read_text_file(path, limits::kProfileBytes);
  if (!text) return tl::unexpected(text.error());
  auto profile = parse_profile(*text, path, lookup, environment);
  if (profile) find_beside(path, *profile);
  return profile;
}

}  // namespace weir::wire
