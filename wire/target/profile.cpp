#include "wire/target/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "wire/base/credentials.hpp"
#include "wire/base/limits.hpp"
#include "wire/base/nearest.hpp"
#include "wire/base/text.hpp"
#include "wire/http/token.hpp"
#include "wire/http/url.hpp"
#include "wire/target/profile_keys.hpp"
#include "wire/target/profile_yaml.hpp"

namespace weir::wire {
namespace {

using namespace profile_keys;

// What may stand in front; what is none of these is "other".
constexpr std::array<std::string_view, 8> kEdges = {"alb",        "api-gateway", "api-gateway-http", "function-url",
                                                    "cloudfront", "nginx",       "haproxy",          "other"};

bool is_absolute(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

/// Whether a variable stands in `written` behind the host, where keys stand.
bool has_variable_in_path(std::string_view written) {
  const std::size_t scheme = written.find("://");
  const std::size_t path = written.find_first_of("/?", scheme == std::string_view::npos ? 0 : scheme + 3);
  return path != std::string_view::npos && written.find("${", path) != std::string_view::npos;
}

void read_revision(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  const std::string text = in.plain_text(key, node);
  profile.revision = text;
  if (mcp::is_known_revision(text)) { return; }
  in.complain(node, fmt::format("'{}' must be one of {}, is '{}'", key, fmt::join(mcp::kRevisions, ", "),
                                Reader::quoted(text)));
}

constexpr std::array kApiKeyKeys = {
    Key<ApiKey>{"header",
                [](Reader& in, std::string_view key, const Node& node, ApiKey& api_key) {
                  api_key.header = in.text(key, node);
                  if (!is_token(api_key.header)) {
                    in.complain(node, fmt::format("'{}' is no header field name", key));
                  }
                }},
    Key<ApiKey>{"value",
                [](Reader& in, std::string_view key, const Node& node, ApiKey& api_key) {
                  api_key.value = header_value(in, key, node);
                  in.keep_secret(api_key.value);
                }},
};

void read_api_key(Reader& in, std::string_view key, const Node& node, Profile& profile) {
  in.members(key, node, kApiKeyKeys, profile.api_key.emplace());
  if (profile.api_key->value.empty()) { in.complain(node, fmt::format("'{}' has no 'value'", key)); }
}

void set_health_path(Reader& in, std::string_view key, const Node& node, HealthRoute& route) {
  route.path = read_location(in, key, node, true);
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
    if (item.IsMap()) { return in.members(where, item, kHealthKeys, route); }
    set_health_path(in, where, item, route);
  });
}

constexpr std::array kTlsKeys = {
    Key<Profile>{"ca_file", [](Reader& in, std::string_view key, const Node& node,
                               Profile& profile) { profile.ca_file = in.text(key, node); }},
    Key<Profile>{"insecure", [](Reader& in, std::string_view key, const Node& node,
                                Profile& profile) { profile.insecure = in.boolean(key, node); }},
};

void check_environments(Reader& in, std::string_view key, const Node& node, Profile& profile);

constexpr std::array kProfileKeys = {
    Key<Profile>{"name", [](Reader& in, std::string_view key, const Node& node,
                            Profile& profile) { profile.name = in.text(key, node); }},
    Key<Profile>{"url", [](Reader& in, std::string_view key, const Node& node,
                           Profile& profile) { profile.url = read_location(in, key, node, false); }},
    Key<Profile>{"era", [](Reader& in, std::string_view key, const Node& node,
                           Profile& profile) { profile.era = read_era(in, key, node); }},
    Key<Profile>{"revision", read_revision},
    Key<Profile>{"headers", [](Reader& in, std::string_view key, const Node& node,
                               Profile& profile) { read_header_map(in, key, node, profile.headers); }},
    Key<Profile>{"bearer",
                 [](Reader& in, std::string_view key, const Node& node, Profile& profile) {
                   profile.bearer = header_value(in, key, node);
                   in.keep_secret(profile.bearer);
                 }},
    Key<Profile>{"api_key", read_api_key},
    Key<Profile>{"oauth", read_oauth},
    Key<Profile>{"health", read_health},
    Key<Profile>{"front_door", read_front_door},
    Key<Profile>{"safe_tools", [](Reader& in, std::string_view key, const Node& node,
                                  Profile& profile) { profile.safe_tools = read_safe_tools(in, key, node); }},
    Key<Profile>{"call_read_only", [](Reader& in, std::string_view key, const Node& node,
                                      Profile& profile) { profile.call_read_only = in.boolean(key, node); }},
    Key<Profile>{"expected_tools",
                 [](Reader& in, std::string_view key, const Node& node, Profile& profile) {
                   profile.expected_tools = read_expected_tools(in, key, node);
                 }},
    Key<Profile>{"only_expected_tools", [](Reader& in, std::string_view key, const Node& node,
                                           Profile& profile) { profile.only_expected_tools = in.boolean(key, node); }},
    Key<Profile>{"endpoints", read_endpoints},
    Key<Profile>{"edge", [](Reader& in, std::string_view key, const Node& node,
                            Profile& profile) { profile.edge = kEdges[in.word(key, node, kEdges)]; }},
    Key<Profile>{"idle_budget",
                 [](Reader& in, std::string_view key, const Node& node, Profile& profile) {
                   profile.idle_budget_seconds = in.number(key, node, 0.001, 86'400, "a number of seconds");
                 }},
    Key<Profile>{"deploy", read_deploy},
    Key<Profile>{"load_allowed", read_load_allowed},
    Key<Profile>{"tls", [](Reader& in, std::string_view key, const Node& node,
                           Profile& profile) { in.members(key, node, kTlsKeys, profile); }},
    Key<Profile>{"environments", check_environments},
};

/// Names of all environments and of their keys; the values of those that are not selected are not looked at.
void check_environments(Reader& in, std::string_view key, const Node& node, Profile& /*profile*/) {
  std::vector<std::string_view> valid;
  for (const auto& one : kProfileKeys) {
    if (one.name != "environments") { valid.push_back(one.name); }
  }
  std::size_t count = 0;
  in.each_member(key, node, [&](std::string_view name, const Node& name_node, const Node& overlay) {
    const std::string where = fmt::format("{}.{}", key, name);
    if (++count > kEnvironments) {
      return in.complain(name_node, fmt::format("'{}' has more than {} of them", key, std::size_t{kEnvironments}));
    }
    in.each_member(where, overlay, [&](std::string_view one, const Node& one_node, const Node&) {
      if (std::find(valid.begin(), valid.end(), one) == valid.end()) { in.unknown_key(where, one, one_node, valid); }
    });
  });
}

std::vector<std::string> environments_of(const Node& root) {
  std::vector<std::string> names;
  const Node all = root.IsMap() ? root["environments"] : Node();
  if (!all || !all.IsMap()) { return names; }
  for (const auto& one : all) {
    if (one.first.IsScalar()) { names.push_back(one.first.Scalar()); }
  }
  return names;
}

/// The keys of the environment that was asked for, or nothing.
Node overlay_of(Reader& in, const Node& root, const std::string& environment) {
  if (environment.empty()) { return {}; }
  const auto names = environments_of(root);
  if (std::find(names.begin(), names.end(), environment) != names.end()) { return root["environments"][environment]; }
  std::string hint = did_you_mean(environment, names);
  if (hint.empty()) {
    hint = names.empty() ? ": it has no 'environments'" : fmt::format(" (there are {})", fmt::join(names, ", "));
  }
  in.complain(root, fmt::format("the profile has no environment '{}'{}", Reader::quoted(environment), hint));
  return {};
}

/// What no single key can know. `prefix` is "" or "target.".
void check_whole(Reader& in, std::string_view prefix, const Node& root, const Profile& profile) {
  if (profile.url.empty()) {
    const auto names = environments_of(root);
    in.complain(root, fmt::format("'{}url' is missing{}", prefix,
                                  names.empty() ? "" : fmt::format("; choose --env {}", fmt::join(names, " or "))));
  }
  if (!profile.bearer.empty() && profile.headers.has("authorization")) {
    in.complain(root, fmt::format("'{0}bearer' and '{0}headers.Authorization' both name a credential: keep one of them",
                                  prefix));
  }
  if (profile.oauth && (!profile.bearer.empty() || profile.headers.has("authorization"))) {
    in.complain(root, fmt::format("'{0}oauth' and '{0}{1}' both name a credential: keep one of them", prefix,
                                  profile.bearer.empty() ? "headers.Authorization" : "bearer"));
  }
  if (profile.api_key && profile.headers.has(profile.api_key->header)) {
    in.complain(root, fmt::format("'{0}api_key' and '{0}headers.{1}' set the same header: keep one of them", prefix,
                                  profile.api_key->header));
  }
}

}  // namespace

namespace profile_keys {

std::string header_value(Reader& in, std::string_view key, const Node& node) {
  std::string value = in.text(key, node);
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
  if (control) { in.complain(node, fmt::format("'{}' holds a control character, perhaps a newline at its end", key)); }
  return value;
}

void read_header_map(Reader& in, std::string_view key, const Node& node, Headers& headers) {
  in.each_member(key, node, [&](std::string_view name, const Node& name_node, const Node& value_node) {
    const std::string where = fmt::format("{}.{}", key, name);
    std::string value = header_value(in, where, value_node);
    if (!is_token(name)) {
      return in.complain(name_node, fmt::format("'{}' is no header field name", Reader::quoted(name)));
    }
    if (headers.has(name)) { return in.complain(name_node, fmt::format("header '{}' is given twice", name)); }
    if (is_credential_name(name)) {
      const std::string folded = lower(name);
      // "Bearer abc": the credential alone, so that it is found wherever it turns up.
      const bool has_scheme = folded.ends_with("authorization") && value.find(' ') != std::string::npos;
      in.keep_secret(has_scheme ? value.substr(value.find(' ') + 1) : value);
    }
    headers.add(std::string(name), std::move(value));
  });
}

/// What the environment says of a query is a key by any name ("code", "sig", "s"); what stands in the file is none.
/// Words of less than kLeast characters would tear holes into every report.
void keep_query_secret(Reader& in, const Node& node, std::string_view query) {
  constexpr std::size_t kLeast = 4;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::string value(pair.substr(std::min(pair.size(), pair.find('=') + 1)));
    if (value.size() >= kLeast && node.Scalar().find(value) == std::string::npos) { in.keep_secret(value); }
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
}

std::string read_location(Reader& in, std::string_view key, const Node& node, bool or_path) {
  std::string text = read_url_text(in, key, node);
  if (in.failed()) { return {}; }
  if (or_path && text.starts_with('/')) { return text; }
  if (or_path && !is_absolute(text)) {
    in.complain(node, fmt::format("'{}' must be a path that begins with '/', or a URL, is '{}'", key,
                                  Reader::quoted(node.Scalar())));
    return {};
  }
  const auto url = parse_url(text);
  if (!url) {
    in.complain(node, fmt::format("'{}': {}", key, url.error().detail));
    return {};
  }
  keep_query_secret(in, node, url->query);
  return text;
}

std::optional<mcp::Era> read_era(Reader& in, std::string_view key, const Node& node) {
  constexpr std::array<std::string_view, 4> kEras = {"none", "http-sse", "streamable", "stateless"};
  return mcp::parse_era(kEras[in.word(key, node, kEras)]);
}

}  // namespace profile_keys

std::string read_url_text(Reader& in, std::string_view key, const Node& node) {
  const std::string written = node.IsScalar() ? node.Scalar() : "";
  const bool keyed = has_variable_in_path(written);
  const bool whole = written.starts_with("${") && written.find('/') == std::string::npos;
  std::string text = keyed ? in.text(key, node) : in.plain_text(key, node);
  if (in.failed()) { return {}; }
  if (const auto url = parse_url(text); url && !keyed && url->userinfo.find(':') != std::string::npos) {
    (void)in.text(key, node);  // Whatever came from the environment is secret with it.
  }
  for (const std::string& secret : credentials_in_url(text, whole)) { in.keep_secret(secret); }
  return text;
}

void read_profile(Reader& in, std::string_view key, const Node& node, Profile& profile,
                  const std::string& environment) {
  const Node overlay = overlay_of(in, node, environment);
  in.each_member(key, node, [&](std::string_view name, const Node& name_node, const Node& value) {
    // What the environment says instead is not read at all: its variables may be set elsewhere only.
    const bool replaced = overlay.IsMap() && overlay[std::string(name)];
    if (!replaced) { in.member(key, name, name_node, value, kProfileKeys, profile); }
  });
  const std::string within = fmt::format("{}environments.{}", key.empty() ? "" : fmt::format("{}.", key), environment);
  if (!environment.empty()) { in.members(within, overlay, kProfileKeys, profile); }
  check_whole(in, key.empty() ? "" : fmt::format("{}.", key), node, profile);
  profile.secrets = in.secrets();
  profile.variables = in.variables();
}

void find_beside(const std::string& file, Profile& profile) {
  if (profile.ca_file.empty()) { return; }
  profile.ca_file = (std::filesystem::path(file).parent_path() / profile.ca_file).string();
}

Headers Profile::all_headers() const {
  Headers all = headers;
  if (!bearer.empty()) { all.set("Authorization", "Bearer " + bearer); }
  if (api_key) { all.set(api_key->header, api_key->value); }
  return all;
}

Result<Profile> parse_profile(std::string_view yaml, std::string_view file_name, const Lookup& lookup,
                              const std::string& environment) {
  Profile profile;
  Reader in(file_name, "a profile", lookup);
  in.read_document(yaml, limits::kProfileBytes,
                   [&](const Node& root) { read_profile(in, "", root, profile, environment); });
  if (in.failed()) { return tl::unexpected(in.error()); }
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
  if (!text) { return tl::unexpected(text.error()); }
  auto profile = parse_profile(*text, path, lookup, environment);
  if (profile) { find_beside(path, *profile); }
  return profile;
}

}  // namespace weir::wire
