// What was asked of a target in a run, and what came of it: enough to tell when it stopped answering, after which
// request, and which checks met a trouble that is not theirs. Bounded; open to all threads of a run.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/check.hpp"
#include "wire/http/http.hpp"

namespace weir::conformance {

struct LedgerEntry {
  std::uint64_t asker = 0;  ///< Probe::number().
  wire::Request request;
  std::string what;  ///< "POST tools/list", "POST a batch of 2", "GET /mcp".
  wire::Clock::time_point sent;
  std::optional<wire::Clock::time_point> answered;  ///< When the head of its response came.
  int status = 0;                                   ///< 0: none.
  std::string gateway;                              ///< Of a 5xx: the hop that gave it, where it shows.
  std::chrono::seconds retry_after{0};              ///< Of a 429 or 503.
  std::optional<wire::ErrorCode> error;
  std::optional<wire::Clock::time_point> failed;    ///< When the error came.
  std::optional<wire::Clock::time_point> given_up;  ///< When the wait for its head was over.
  std::optional<wire::Clock::time_point> left;      ///< When the client left, before any answer to its POST.
  std::string certificate;                          ///< What is wrong with one that was refused.
  std::string issued;                               ///< The session that its answer opened.

  std::optional<Trouble> trouble() const;
};

/// The target served requests, and from some moment on none at all.
struct Collapse {
  std::string after;  ///< What was in flight at that moment, the likeliest first.
  std::string since;  ///< What it does now: "refuses connections", "answers 503".
  /// Of one that answers, and lets no new client in: what it says to `initialize`. Nothing is wrong with `after` then.
  std::string refusal;
  std::optional<wire::Request> suspect;
  bool left = false;           ///< The suspect's client left before its answer.
  bool ended = false;          ///< Nothing listens any more.
  bool first_alone = false;    ///< It lives, and has answered nobody but the first who asked.
  wire::Clock::time_point at;  ///< When the last request was sent that was served.
};

/// Whether it is what every client sends: that is seldom what ends a server, or is refused for what it says.
bool is_usual(const LedgerEntry& entry);

/// The sessions that the target gave out in a run.
struct SessionsSeen {
  std::size_t served = 0;  ///< In which something was answered 2xx.
  std::size_t lost = 0;    ///< Refused as unknown from some moment on, to what every client sends, and not ended by us.
  std::size_t clients = 0;  ///< Probes whose sessions were lost.
};

class Ledger {
 public:
  /// Numbers of probes are unique in a process.
  static std::uint64_t next_asker();

  void sent(std::uint64_t asker, const wire::Request& request);
  void answered(std::uint64_t asker, const wire::Exchange& exchange);
  void failed(std::uint64_t asker, const wire::Error& error);
  /// It is over, whatever became of it.
  void over(std::uint64_t asker, const wire::Exchange& exchange);
  /// A probe got the head of an answer, and in time nothing that answers its request.
  void unanswered(std::uint64_t asker);
  /// A probe was told by the error in an answer, whatever its status, that it asks too often.
  void limited(std::uint64_t asker);

  /// The check with this id is red for what it saw itself: those who judge what others saw leave that to it.
  void told_by(const std::string& check);
  bool is_told_by(const std::string& check) const;

  /// A call of this tool keeps everybody waiting while it runs: nobody else makes one.
  void note_stopper(const std::string& tool);
  bool stops_service(const std::string& tool) const;
  bool stops_service() const;  ///< Whether there is such a tool.

  /// The troubles that a probe met, each kind once, at or after a moment.
  std::vector<Trouble> troubles(std::uint64_t asker, wire::Clock::time_point since = {}) const;
  /// Whether GETs of a stream got no head in so long a time, more than once, and none got one.
  bool withholds_heads(std::chrono::milliseconds patience) const;
  /// A conversation was opened, or what opens it had no answer in time.
  void opened(bool answered);
  /// Whether several tries to open one had no answer in time, and none of the run had one.
  bool opens_in_vain() const;
  /// The longest Retry-After that a probe was told; nullopt where no answer was 429, nor its error said as much.
  std::optional<std::chrono::seconds> throttled(std::uint64_t asker) const;
  /// "4 of 120 requests were answered 502 by nginx"; empty where none was answered 5xx.
  std::string server_errors() const;
  /// Whether failures of the server come and go: of the latest answers some were 5xx, and some were no errors,
  /// and new clients are let in among them.
  bool flaps() const;
  /// "5 of 300 requests got no answer in time: POST ping, POST tools/list", where several checks met that with several
  /// requests which are served at other times, and not all in one moment in which nobody was served; else empty.
  std::string silences() const;
  /// The same of connections that ended before any answer, to requests as every client sends them.
  std::string losses() const;
  /// "5 of 300 connections and requests met another certificate: the certificate of a.example:443 expired at ...", of
  /// the target's own host and port, whose other certificates were taken, or there would be no run; else empty.
  std::string refused_certificates(const wire::Url& url) const;
  /// Whether what losses() or refused_certificates() tells is why a probe, which met these troubles, got what it says.
  bool lost_by_chance(const wire::Url& url, const std::vector<Trouble>& met, std::string_view got) const;
  SessionsSeen sessions() const;
  /// Whether a request of this probe was refused in a session that the target gave out, nobody ended, and nothing was
  /// served in since.
  bool met_lost_session(std::uint64_t asker) const;
  std::size_t requests() const;  ///< How many are on record.
  /// How many of them were an `initialize` that was answered, and not by an error status.
  std::size_t handshakes() const;

  /// What the entries tell of a target that answers nothing any more.
  Collapse collapse() const;
  /// Set once, by whoever found that the target answers no more.
  void note_collapse(Collapse collapse);
  std::optional<Collapse> noted_collapse() const;

 private:
  void keep(LedgerEntry entry);
  void note_left(std::uint64_t asker, const wire::Exchange& exchange);

  /// From how many checks and kinds of requests on it is told, and in which words.
  struct Chance {
    std::size_t askers;
    std::size_t kinds;
    std::string_view what;
  };
  std::string now_and_then(const Chance& chance, bool (*is_hit)(const LedgerEntry&)) const;

  mutable std::mutex mutex_;
  std::deque<LedgerEntry> entries_;
  std::set<std::uint64_t> unanswered_, limited_;  ///< Probes.
  std::set<std::string> told_by_;                 ///< Checks.
  std::set<std::string> stoppers_;                ///< Tools.
  std::optional<Collapse> collapse_;
  int opened_ = 0;
  int opened_in_vain_ = 0;
};

/// What is added in words to a request that nobody waited for.
inline constexpr std::string_view kWhoseClientLeft = " of a client that leaves before its answer";

/// One sentence for the head of a report.
std::string in_words(const Collapse& collapse);
/// In a few words what a request asks for, and by which fields it differs from what every client sends.
std::string in_words(const wire::Request& request);

/// The fields by which it differs: " with 'Origin: https://a.example'"; empty where there is none.
std::string unusual_fields(const wire::Request& request);

/// Whether an answer is a JSON-RPC error which says that its client asks too often; its status may be 200.
bool says_too_often(const wire::Exchange& exchange);

}  // namespace weir::conformance
