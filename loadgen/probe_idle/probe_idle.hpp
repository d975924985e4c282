// After how much silence does something on the way to an endpoint cut a stream, and who? Several streams are held,
// opened one after another, and watched: what they lived through and how they ended gives the cut-off as a bracket.
// Beside them stand connections without a request, since a server that sends heartbeats never lets its streams be
// silent: those show after how long the edge gives up a kept-alive connection.
//
//   - silence or age: streams on which we cause traffic (http-sse: a ping, answered on the stream) or on which the
//     server sends outlive an idle cut, and die with the others of a limit on their age;
//   - all streams at one moment of the clock: a restart or a deploy, and no cut-off;
//   - a clean end: the server itself closes, and no idle cut is claimed. So where the end of the connection is the end
//     of the body, and the server asked to be polled just before (loadgen/stream/polled.hpp).
//
// One thread, one client. No exception leaves this interface. Times in the report are seconds as measured.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/probe_idle/bracket.hpp"
#include "loadgen/probe_idle/heartbeat.hpp"
#include "loadgen/probe_idle/known_hops.hpp"
#include "wire/http/http_client.hpp"
#include "wire/mcp/era.hpp"
#include "wire/target/profile.hpp"

namespace weir::loadgen {

inline constexpr int kProbeIdleSchemaVersion = 1;

/// Every `_s` is multiplied by `scale`, and so is the table of known hops: with 0.01 a minute takes 0.6 s.
struct ProbeIdleOptions {
  wire::Url url;
  wire::Headers headers;  ///< Credentials and whatever else every request carries.
  wire::ClientOptions client;
  std::optional<wire::mcp::Era> era;  ///< Absent: found by asking.
  std::string revision;               ///< Empty: the era's newest.
  /// What is asked for on kept-alive connections, on the URL's origin; empty: found by asking.
  std::string keep_alive_path;
  std::size_t streams = 24;  ///< At most limits::kStreams.
  std::size_t keep_alive_connections = 12;
  double longest_s = 390;  ///< The longest silence that is waited for: beyond the 350 s of an NLB.
  double resolution_s = 1;
  double stagger_s = 0.25;  ///< Between the openings of two streams.
  /// What has to be survived: the profile's idle budget. A cut below it makes the target fail.
  std::optional<double> budget_s;
  double scale = 1;
  std::chrono::milliseconds answer_timeout = wire::limits::kAnswerTimeout;  ///< Not scaled.
  std::vector<std::string> secrets;                                         ///< Never shown.
  std::optional<wire::LoadAllowed> load_allowed;                            ///< The profile's.
};

/// What a profile says of an endpoint; `bad_input` where its URL is none.
wire::Result<ProbeIdleOptions> probe_idle_options(const wire::Profile& profile);

enum class StreamOutcome {
  not_offered,      ///< The endpoint has no stream to hold.
  alive,            ///< Nothing was cut within the time given.
  idle_cut,         ///< Cut by silence.
  age_cut,          ///< Cut by age, whatever was sent.
  idle_or_age_cut,  ///< Nothing was sent that could tell the two apart.
  server_closes,    ///< The server ends them in good order: polling, not a cut.
  at_once,          ///< Every stream ended as soon as it was open.
  simultaneous,     ///< All at one moment: a restart or a deploy.
  irregular,        ///< They ended, with no time in common.
};
std::string_view to_string(StreamOutcome outcome);

struct StreamFinding {
  StreamOutcome outcome = StreamOutcome::not_offered;
  std::optional<Bracket> cut;             ///< Of silence or age; for server_closes when it does.
  double survived_s = 0;                  ///< The longest silence that a stream lived through.
  double oldest_s = 0;                    ///< The greatest age that a stream reached.
  std::size_t opened = 0;                 ///< Streams.
  std::size_t busy = 0;                   ///< Of these: on which we caused traffic.
  std::size_t confirmed_by = 0;           ///< Streams that ended within the bracket.
  std::size_t outlived_by = 0;            ///< Streams that lived through a longer silence than the cut.
  std::size_t deaf = 0;                   ///< Streams that look open and did not bring the answer to a last ping.
  std::map<std::string, int> ends;        ///< End classes of all streams, with their number.
  std::string end;                        ///< The most frequent class of those within the bracket.
  std::optional<std::uint64_t> retry_ms;  ///< What the server said about reconnecting.
  std::vector<KnownHop> hops;             ///< That match.
  /// Longer silences seemed to be lived through, on a way that drops connections without a word: not believed.
  bool unproven = false;
  std::string why_not;  ///< For not_offered: what was answered.
};

enum class KeepAliveOutcome {
  not_offered,  ///< No connection was kept open after a response.
  alive,        ///< Each answered after its wait.
  cut,
  unclear,  ///< Some were closed, with no time in common.
};
std::string_view to_string(KeepAliveOutcome outcome);

struct KeepAliveFinding {
  KeepAliveOutcome outcome = KeepAliveOutcome::not_offered;
  std::optional<Bracket> cut;
  double survived_s = 0;
  std::size_t opened = 0;
  std::size_t confirmed_by = 0;
  std::string request;  ///< "OPTIONS /mcp"
  std::string end;      ///< "FIN", "RST", "HTTP 408", "silently dropped"
  std::vector<KnownHop> hops;
};

struct ProbeIdleReport {
  std::string target;  ///< Without credentials.
  wire::mcp::Era era{};
  double scale = 1;
  double resolution_s = 1;
  double longest_s = 0;
  double duration_s = 0;
  std::optional<double> budget_s;
  bool interrupted = false;
  std::optional<wire::Error> unreachable;  ///< Why nothing could be probed; then nothing below is set.
  StreamFinding stream;
  KeepAliveFinding keep_alive;
  std::optional<Heartbeat> heartbeat;
  std::vector<std::string> notes;  ///< One sentence each.

  /// How much sooner than the cut the next heartbeat comes; negative: it is too late. Against the cut of streams; where
  /// none was seen against default_silence_s(), else the cut of connections, as long as no stream has outlived that.
  /// Absent where either is not known.
  std::optional<double> margin_s() const;
  /// The cut of silent streams as software that matches the cut of connections has it by default, in measured seconds.
  std::optional<double> default_silence_s() const;
};

struct ProbeIdleProgress {
  double elapsed_s = 0;
  double at_most_s = 0;
  std::size_t open = 0;
  std::size_t ended = 0;
  double silence_s = 0;  ///< The longest that a stream is living through.
  std::optional<Heartbeat> heartbeat;
};

/// Runs until the cut-off is known or the time is over. `stop` ends it early, with what is known. `bad_input` for
/// options that cannot be met; an endpoint that cannot be reached is a report. `progress` is called about once a second
/// (scaled), and may be empty.
wire::Result<ProbeIdleReport> probe_idle(const ProbeIdleOptions& options,
                                         const std::function<void(const ProbeIdleProgress&)>& progress,
                                         const std::atomic<bool>& stop);

/// 0: nothing cuts real streams, or the budget says that it is known and is kept. 1: real streams are cut: by silence
/// (no heartbeat comes in time), below the budget, by age, at once, or without a word. 3: unreachable. 4: inconclusive.
/// 130: interrupted.
int exit_code(const ProbeIdleReport& report);

/// One sentence with the answer.
std::string verdict(const ProbeIdleReport& report);
std::string console(const ProbeIdleReport& report);
std::string json(const ProbeIdleReport& report);

}  // namespace weir::loadgen
