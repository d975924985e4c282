// A load run as a value: who opens streams to what, in which phases, with which calls beside them, and what must hold.
// The same value comes from a YAML file and from the flags of `hold`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judge/results.hpp"
#include "wire/base/duration.hpp"
#include "wire/json/json_scan.hpp"
#include "wire/target/profile.hpp"

namespace weir::loadgen {

using Nanos = std::int64_t;
using wire::kMillisecond;
using wire::kSecond;

/// What is held open. `automatic` is resolved by asking the target once before the run.
enum class StreamKind : std::uint8_t {
  automatic,
  plain_get,        ///< era none: GET, text/event-stream, no MCP.
  http_sse_get,     ///< 2024-11-05: GET, endpoint event, initialize by POST.
  streamable_get,   ///< initialize, then the standalone GET stream.
  streamable_post,  ///< initialize, then a tools/call answered by a long stream (`stream_call`).
  listen,           ///< 2026-07-28: POST subscriptions/listen.
  session,          ///< initialize, and no stream: of servers that answer GET with 405. What is held is the session.
  none,             ///< Nothing: the population makes plain HTTP calls only.
};
/// "auto", "plain", "http-sse", "streamable-get", "streamable-post", "listen", "session", "none"
std::string_view to_string(StreamKind kind);

inline constexpr std::string_view kEventIds = "event-id";  ///< Population::sequence_of_ids, as `sequence` says it.

enum class Arrival : std::uint8_t { uniform, poisson };

/// A call that is no MCP: a request, and the statuses that answer it rightly.
struct HttpCall {
  std::string method = "GET";
  std::string path;                       ///< With its query, on the origin of the population's URL.
  wire::Headers headers;                  ///< Besides those of the target, or in their place.
  std::optional<wire::json::value> json;  ///< The body; strings may hold placeholders, as arguments do.
  std::string body;                       ///< Or the body as it is.
  std::vector<int> expect_statuses;       ///< Empty: any 2xx.
};

/// An open-loop stream of calls beside the held streams: due at its time whatever became of earlier ones.
struct CallPlan {
  std::string tool;              ///< Of a plain HTTP call: its name in reports and thresholds.
  wire::json::object arguments;  ///< Strings may hold {{uuid}}, {{seq}}, {{stream}}, {{now_ms}}, {{random N}}.
  double per_second = 1;         ///< Of the whole population, over all workers and shards.
  Arrival arrival = Arrival::uniform;
  Nanos timeout = 10 * kSecond;
  std::optional<HttpCall> http;  ///< In place of `tool` and `arguments`.
};

struct Reconnect {
  bool enabled = true;
  Nanos base = kSecond;  ///< Full jitter: uniform in [0, min(cap, base * 2^attempt)). The server's `retry` replaces
                         ///< base and is waited for first: it asks for at least so long.
  Nanos cap = 30 * kSecond;
  bool resume = true;  ///< Last-Event-ID where the revision has it.
};

struct Population {
  std::string name = "streams";
  double weight = 1;
  std::string url;  ///< Empty: the target's.
  StreamKind stream = StreamKind::automatic;
  std::string revision;  ///< Empty: the newest of its era.
  CallPlan stream_call;  ///< streamable_post: what is called to be answered by a stream.
  std::vector<std::string>
      listen_to;  ///< listen: notifications subscribed to ("toolsListChanged" ...); empty: all known.
  std::vector<CallPlan> calls;
  Reconnect reconnect;
  /// A number in each event's data that grows by one. Without it, and without sequence_of_ids, nothing is said of
  /// events that were lost or came twice: an event id is a cursor, and may be a time or count over all streams of a
  /// server.
  std::optional<wire::JsonPointer> sequence;
  bool sequence_of_ids = false;              ///< The event ids of a stream are such numbers.
  std::optional<wire::JsonPointer> sent_at;  ///< A time in each event's data (json_scan.hpp, raw_to_unix_ns).
  Nanos connect_timeout = 10 * kSecond;      ///< TCP and TLS.
  Nanos answer_timeout = 30 * kSecond;       ///< A request to its whole response head; the handshake's steps.
  Nanos idle_cut_after = 2 * kSecond;        ///< An end after at least so much silence is an idle cut (vocabulary.hpp).
  Nanos silence_limit = 0;                   ///< No byte for so long: half-open, give up. 0: never.
  Nanos coalesce_gap = 100 * kMillisecond;
};

struct Phase {
  enum class Kind : std::uint8_t { ramp, hold, churn, spike, reconnect, search };
  Kind kind = Kind::hold;
  std::string name;          ///< Unique.
  Nanos duration = 0;        ///< ramp: over how long; search: of each step.
  std::int64_t streams = 0;  ///< ramp, spike: to how many; search: the first step.
  double per_second = 0;     ///< churn: streams closed and opened anew.
  std::int64_t step = 0;     ///< search: added each step.
  std::int64_t most = 0;     ///< search: the last step.
  double call_scale = 1;     ///< Multiplies the rates of all calls.
};
std::string_view to_string(Phase::Kind kind);

struct OAuth : wire::OAuthClient {
  Nanos refresh_before = 30 * kSecond;  ///< So long before it expires; at most half of its life.
};

struct Scenario {
  std::string name;
  std::string file;          ///< "" for flags.
  std::string environment;   ///< Of the target's profile, where one was chosen.
  std::string profile_file;  ///< Of the target; "" where the scenario itself says all of it.
  wire::Profile target;      ///< Its `secrets` are those of the whole scenario.
  std::optional<OAuth> oauth;
  std::uint64_t seed = 1;
  std::vector<Population> populations;
  std::vector<Phase> phases;
  std::vector<reports::load::Threshold> thresholds;
  double opens_per_second = 0;  ///< A bound on the rate of opens, all workers together; 0: none.
  double lag_bound_seconds = 0.1;
  std::int64_t workers = 0;          ///< 0: as many as cores and descriptors ask for.
  std::vector<std::string> sources;  ///< Source addresses, ranges expanded. Empty: the kernel's choice.
  std::vector<std::string> resolve;  ///< "host:port:address[,address]" as curl has it; instead of DNS.
  Nanos resolve_every = 30 * kSecond;

  std::int64_t most_streams() const;  ///< The largest number that any phase asks for.
};

using Environment = std::function<std::optional<std::string>(const std::string&)>;
/// Errors: "soak.yaml:12: unknown key 'strems', did you mean 'streams'?". Paths in the file are relative to it.
wire::Result<Scenario> parse_scenario(std::string_view yaml, std::string_view file_name, const Environment& environment,
                                      const std::string& target_environment = {});
/// `target_environment` selects one of the environments of the target's profile; "" for none.
wire::Result<Scenario> load_scenario(const std::string& path, const Environment& environment,
                                     const std::string& target_environment = {});
/// The resolved scenario as YAML that parse_scenario takes again; credentials as ${NAME} or left out, never in clear.
std::string to_yaml(const Scenario& scenario);

/// What must not be shown of a run: of the target's profile, of every URL, and the client secret.
std::vector<std::string> secrets_of(const Scenario& scenario);

/// A profile may say how tokens are had as well as a scenario may; what the scenario says goes first, and so does a
/// token that the profile already has.
void take_oauth_of_profile(Scenario& scenario);

/// Every key of a scenario file with type, default and meaning, as `run --help-scenario` prints it.
std::string scenario_help();

/// "10m", "1.5s", "250ms", "1h30m", "90" (seconds).
wire::Result<Nanos> parse_duration(std::string_view text);

}  // namespace weir::loadgen
