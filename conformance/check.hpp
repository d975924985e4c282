// What a check is. One check is one file in checks/<area>/: its metadata, its faults, its code. Adding one edits
// nothing else.
//
//   const Registration kCheck{{
//       .id = "jsonrpc.id.echoed",
//       .title = "a response carries the id of its request, type included",
//       .level = Level::must,
//       .eras = kAllEras,
//       .requirements = {"jsonrpc.response-id-echo"},
//       .source = "https://modelcontextprotocol.io/specification/2025-11-25/basic#responses",
//       .consequence = "Clients match answers by id: an answer under another id is lost.",
//       .fix = "Keep the id of each request as it came, a number as a number, and answer under it.",
//       .faults = {"jsonrpc.id-stringified"},
//       .run = run}};
//
// `run` is a plain function of a Probe. It returns pass only for what it observed; what it could not provoke is
// untestable, and an error answer never satisfies a check for success.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/conformance/results.hpp"
#include "wire/mcp/era.hpp"

namespace weir::conformance {

using reports::Level;
using wire::mcp::Era;

class Probe;

/// What a check found. `fail` becomes `warn` where the check's level is SHOULD or MAY; the check need not know.
struct Finding {
  reports::Verdict verdict = reports::Verdict::error;
  std::string message;   ///< One line: what was seen.
  std::string expected;  ///< Of a fail: what the requirement asks for.
  std::string got;       ///< Of a fail: what came instead.
  std::string hop;       ///< Which part of the way it happened at, where that is known: "ALB", "nginx", "server".
  std::string fix;       ///< One sentence: what to change, and where.

  Finding at(std::string which_hop, std::string what_to_change) &&;
};
Finding pass(std::string message);
Finding fail(std::string expected, std::string got);
Finding not_applicable(std::string why);
Finding untestable(std::string why);

struct EraSet {
  bool http_sse = false, streamable = false, stateless = false;
  bool has(Era era) const;
  bool empty() const { return !http_sse && !streamable && !stateless; }
};
inline constexpr EraSet kAllEras{true, true, true};
inline constexpr EraSet kHttpSse{.http_sse = true};
inline constexpr EraSet kStreamable{.streamable = true};
inline constexpr EraSet kStateless{.stateless = true};
inline constexpr EraSet kSessionEras{.http_sse = true, .streamable = true};  ///< Those with initialize.
inline constexpr EraSet kSingleEndpoint{.streamable = true, .stateless = true};
inline constexpr EraSet kTarget{};  ///< Asked once of the target, whatever it speaks.

/// When a check is asked. One that tells why others may fail is asked alone, before all others or after them.
enum class Turn { first, any, last };

/// How a request came back with nothing that a check could judge.
enum class Trouble {
  silence,              ///< No answer in time.
  loss,                 ///< No connection, or one that ended without an answer.
  server_error,         ///< 5xx.
  refused_credentials,  ///< 401.
  refused_session,      ///< A POST, or any request of a session, was answered 404, 400 or 410.
  withheld_stream,      ///< No head came in time to the GET of a stream; silence as well.
};

/// A kill that no older revision can show.
struct ShownSince {
  std::string fault;     ///< One of the check's; empty: without a fault, where nothing can be a pass before.
  std::string revision;  ///< The first that shows it.
  std::string reason;    ///< Why none before does.
};

struct CheckInfo {
  std::string id;     ///< area.object.rule, kebab-case segments, never renumbered or reused
  std::string title;  ///< What is right, in one clause.
  Level level = Level::must;
  EraSet eras;
  std::string since;  ///< First and last revision it holds in; empty: unbounded.
  std::string until;
  std::string capability;  ///< Not applicable unless the server declares it: "tools", "resources", ...
  std::vector<std::string>
      requirements;                     ///< Ids of the requirement catalogue (conformance/catalogue/requirements.tsv).
  std::string source;                   ///< Link; "{revision}" stands for the negotiated revision.
  std::string consequence;              ///< Why it hurts, in one sentence.
  std::string fix;                      ///< What to change, in one sentence; a finding may say it more exactly.
  std::vector<std::string> faults;      ///< Fixture faults that turn it red, each of them in every era it runs in ...
  std::vector<std::string> fault_eras;  ///< ... unless only these eras can show them ("streamable").
  std::vector<ShownSince> shown_since;  ///< ... and unless only revisions from one on can show them.
  std::string fixture;  ///< Extra fixture set-up for its kills (conformance/matrix/kill_fixture_test.hpp), or empty.
  /// Where the right fixture cannot give a pass: words of the not-applicable or untestable message that it gives
  /// instead.
  std::string green_may_be;
  /// What it asks, or what is right, differs between the revisions of an era: it is asked in each that the server
  /// agrees to, not in the newest alone.
  bool by_revision = false;
  bool waits = false;  ///< Takes seconds by nature: started first.
  bool timed = false;  ///< Red by the clock: asked a second time, since a busy moment is late once and a fault always.
  /// Asks nothing, but judges all that was seen in its era (Probe::tap()): run when the others are done. A passive
  /// check that runs alone sees the survey and the exercise (conformance/exercise/exercise.hpp).
  bool passive = false;
  /// A passive check that holds of every HTTP answer: where the profile names a front door or health routes, or no era,
  /// it judges besides, as a result of the target, what was asked outside of all eras.
  bool outside = false;
  Turn turn = Turn::any;
  /// When it is red, checks that were red after such a trouble are untestable, and
  /// name it as the cause.
  std::vector<Trouble> explains;
  /// About how many requests it sends with credentials that are wrong or missing: such checks are asked last, and
  /// within --auth-attempts, as a server may lock out who guesses.
  int wrong_credentials = 0;
  Finding (*run)(Probe&) = nullptr;
};

/// Adds a check; an empty id, a second one of the same id, no source, no fault or no run stop the program and say so.
struct Registration {
  explicit Registration(CheckInfo info);
};

/// Beside a registration: why no single command can show the failure of this check (a matter of time, of several
/// connections ...), which is said in the place of the command. Of all other checks the command shows the failure: the
/// kill matrix holds it.
struct NotByCommand {
  NotByCommand(std::string id, std::string why);
};

/// Why a check could not be registered; empty when it can.
std::string why_invalid(const CheckInfo& info);

/// The revisions of the era that the check holds in, oldest first.
std::vector<std::string_view> revisions_of(const CheckInfo& info, Era era);

/// Every check, sorted by id.
const std::vector<CheckInfo>& catalogue();
const CheckInfo* find_check(std::string_view id);
/// The reasons of NotByCommand by the ids of their checks.
const std::map<std::string, std::string, std::less<>>& not_by_command();

}  // namespace weir::conformance
