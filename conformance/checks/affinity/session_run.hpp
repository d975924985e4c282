// One conversation, each of whose requests goes over a new connection: what a client without affinity does behind a
// balancer. It survives what no good client would: a handshake half of whose messages are lost.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

inline constexpr int kFreshConnections = 20;  ///< Requests of one run, if time allows.
inline constexpr int kLeastConnections = 4;   ///< Fewer tell nothing.
inline constexpr std::chrono::milliseconds kFreshSpan{4000};

inline constexpr const char* kNoSessions = "the server issues no sessions: any replica may answer";

/// What cookies a client with a jar would send back; attributes are not looked at.
class CookieJar {
 public:
  void take(const wire::Headers& answer);
  bool empty() const { return cookies_.empty(); }
  std::string header() const;  ///< Value of `Cookie`.
  std::string names() const;   ///< "AWSALB, AWSALBCORS"
  bool has(std::string_view prefix) const;

 private:
  std::map<std::string, std::string> cookies_;
};

struct SessionRun {
  int served = 0;
  int lost = 0;          ///< Answered as for a session that is not known: 404, 400, or in http-sse not at all.
  int failed = 0;        ///< Any other trouble.
  int requests = 0;      ///< Of all, those behind the handshake.
  int asked_served = 0;  ///< Of these, the ones that were served.
  int heard = 0;         ///< http-sse: answers that came down the stream.
  std::map<std::string, int> refusals;  ///< "HTTP 404": how often.
  CookieJar cookies;                    ///< What was set on the way.

  int asked() const { return served + lost + failed; }
  bool only_silence() const;              ///< No status says that a request is lost.
  std::string describe_refusals() const;  ///< "9 x HTTP 404, 1 x no answer"
};

/// Opens a conversation and asks. An error: there is no conversation at all; a Finding otherwise says why there is
/// nothing to see: no session is issued. In http-sse the answer to a POST is waited for with this patience at least.
tl::expected<SessionRun, Finding> run_session(Probe& probe, bool with_cookies, std::chrono::milliseconds patience);

/// What affinity the endpoint needs.
struct AffinityVerdict {
  SessionRun bare;
  std::optional<SessionRun> with_cookies;  ///< Where the bare one lost requests, and cookies had been set.

  bool shared() const { return bare.lost == 0 && bare.failed == 0; }
  bool only_with_cookies() const { return bare.lost > 0 && with_cookies && with_cookies->lost == 0; }
};
tl::expected<AffinityVerdict, Finding> judge_affinity(Probe& probe);

/// The balancer's name, where cookies, headers or the profile tell it, else "load balancer".
std::string balancer_of(const Probe& probe, const SessionRun& run);

}  // namespace weir::conformance
