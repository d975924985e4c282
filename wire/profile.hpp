// A target profile: what is known of a deployed endpoint before it is asked. YAML; nothing but the URL is required.
// `${NAME}` is replaced from the environment, and its value becomes a secret that no output shows.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/http.hpp"
#include "wire/json.hpp"
#include "wire/mcp/era.hpp"

namespace weir::wire {

struct HealthRoute {
  std::string path = "/health";  ///< A path on the target's origin, or an absolute URL.
  int status = 200;
  std::optional<json::value> json_subset;  ///< Members that the body must have.
  std::optional<int> max_latency_ms;
};

struct SafeTool {
  std::string name;
  json::object arguments;  ///< A call that may be made at any time.
};

struct ApiKey {
  std::string header = "X-API-Key";
  std::string value;  ///< Secret.
};

struct Profile {
  std::string name;  ///< For reports; the host where absent.
  std::string url;
  std::optional<mcp::Era> era;
  std::optional<std::string> revision;
  Headers headers;     ///< Sent with every request; values from the environment are secret.
  std::string bearer;  ///< Secret.
  std::optional<ApiKey> api_key;
  std::vector<HealthRoute> health;
  std::vector<SafeTool> safe_tools;
  bool call_read_only = false;  ///< Tools with readOnlyHint may be called.
  std::vector<std::string> expected_tools;
  std::optional<int> idle_budget_seconds;  ///< The smallest idle timeout on the way to the endpoint.
  std::string ca_file;
  bool insecure = false;
  std::vector<std::string> secrets;  ///< What came from the environment into a string, and every credential.
  std::map<std::string, std::string> variables;  ///< Of these, what came from the environment: value to name.

  /// `headers` with the bearer token and the API key added.
  Headers all_headers() const;
};

/// Reads one environment variable; absent is an error that names it.
using Lookup = std::function<std::optional<std::string>(const std::string&)>;

/// Errors name file, line, key and the nearest valid key: "target.yaml:7: unknown key 'sage_tools', did you mean
/// 'safe_tools'?".
Result<Profile> parse_profile(std::string_view yaml, std::string_view file_name, const Lookup& lookup);
/// Its ca_file is beside the profile, wherever Weir was started. Without a lookup: the process's own environment.
Result<Profile> load_profile(const std::string& path);
Result<Profile> load_profile(const std::string& path, const Lookup& lookup);

}  // namespace weir::wire
