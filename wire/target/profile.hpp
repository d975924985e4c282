// A target profile: what is known of a deployed endpoint before it is asked. YAML; nothing but the URL is required.
// `${NAME}` is replaced from the environment, and its value becomes a secret that no output shows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "wire/auth/oauth_client.hpp"
#include "wire/http/http.hpp"
#include "wire/json/json.hpp"
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

/// With what a route of the front door is asked.
enum class Credentials { none, own, wrong };

/// What a route has to answer; what is absent is not asked about.
struct RouteExpectation {
  std::vector<int> statuses;  ///< Any of them; empty: any.
  std::string content_type;   ///< Media type, without parameters.
  std::optional<json::value> json_subset;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;  ///< Present, and with this value if any.
  std::vector<std::string> absent_headers;
  std::optional<std::string> body_contains;
  std::optional<std::string> first_event;  ///< Type of the first event of a stream: "endpoint", "error", "message".
  std::optional<double> heartbeat_s;       ///< A stream shows a comment at least so often.
  std::optional<int> max_latency_ms;       ///< To the response head.
};

/// One row of the front-door table: a request, and what the deployment has to answer.
struct FrontDoorRoute {
  std::string name;  ///< For verdicts; method and path where absent.
  std::string method = "GET";
  std::string path;  ///< A path on the target's origin, or an absolute URL.
  Credentials credentials = Credentials::own;
  Headers headers;
  std::string body;  ///< Its media type is in `headers`; JSON where that is absent.
  RouteExpectation expect;
  std::string hint;  ///< What a deviation usually means: one sentence of the profile's author, shown with the verdict.
};

/// A tool that must be offered. Schemas are compared as the tools lock does: what breaks callers is red.
struct ExpectedTool {
  std::string name;
  std::optional<json::value> input_schema;
  std::optional<json::value> output_schema;
};

/// What may happen to clients while a new version is deployed.
struct DeployExpectation {
  std::optional<double> drain_s;     ///< Streams that are open live on at least so long once the deploy has begun.
  std::optional<double> recovery_s;  ///< A new conversation succeeds again within so long.
  std::optional<int> lost_calls;     ///< Calls that got no answer, at most; 0 where absent.
};

/// Client credentials, and what the checks of tokens ask with besides. The target must refuse all of it, but another
/// user.
struct ProfileOAuth : OAuthClient {
  std::optional<OAuthGrant> other_audience;  ///< A token for somebody else.
  std::string other_audience_token;          ///< Secret. Such a token itself, where it cannot be asked for.
  std::string expired_token;                 ///< Secret. A right token of yesterday.
  std::optional<OAuthGrant> limited;         ///< A token with fewer scopes.
  std::optional<OAuthGrant> other_user;      ///< A right token of somebody else, who has sessions of their own.
  /// A call that the limited token may not make, or our own where there is no limited one. It is sent for real, in
  /// several shapes: name one only of a system that is yours.
  std::optional<SafeTool> denied_tool;
};

/// One more endpoint of the same deployment: what is said here stands in place of the target's own.
struct ProfileEndpoint {
  std::string name;
  std::string url;  ///< A path on the target's origin, or an absolute URL.
  std::optional<mcp::Era> era;
  std::optional<std::vector<ExpectedTool>> expected_tools;
  std::optional<std::vector<SafeTool>> safe_tools;
};

/// What may be asked of the target by a load, whoever starts it.
struct LoadAllowed {
  std::vector<std::string> hosts;          ///< In lower case, without brackets (load_permission.hpp).
  std::optional<std::int64_t> streams;     ///< At once, at most, all shards together; and so the others.
  std::optional<double> opens_per_second;  ///< Streams opened.
  std::optional<double> calls_per_second;
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
  std::vector<ExpectedTool> expected_tools;
  bool only_expected_tools = false;           ///< No others may be offered.
  std::optional<double> idle_budget_seconds;  ///< The smallest idle timeout on the way to the endpoint.
  std::optional<std::string> edge;            ///< What stands in front: "alb", "api-gateway", "nginx" ...
  std::vector<FrontDoorRoute> front_door;
  std::vector<ProfileEndpoint> endpoints;  ///< Besides `url`.
  std::optional<DeployExpectation> deploy;
  std::optional<LoadAllowed> load_allowed;
  std::optional<ProfileOAuth> oauth;
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
Result<Profile> parse_profile(std::string_view yaml, std::string_view file_name, const Lookup& lookup,
                              const std::string& environment = {});
/// Its ca_file is beside the profile, wherever Weir was started. Without a lookup: the process's own environment.
/// `environment` names one of the profile's `environments`, whose keys then stand in place of the others; "" for none.
Result<Profile> load_profile(const std::string& path);
Result<Profile> load_profile(const std::string& path, const Lookup& lookup, const std::string& environment = {});

}  // namespace weir::wire
