// The results of a conformance run as one value. Every report is a pure function of it: time, host and target are
// members. It is redacted when it is made, so no writer can leak a secret.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judge/exit_code.hpp"

namespace weir::reports {

inline constexpr int kResultsSchemaVersion = 1;

enum class Verdict { pass, fail, warn, not_applicable, untestable, error };
inline constexpr std::array kVerdicts = {Verdict::pass,           Verdict::fail,       Verdict::warn,
                                         Verdict::not_applicable, Verdict::untestable, Verdict::error};
std::string_view to_string(Verdict verdict);  ///< "not-applicable" for people and for JSON alike.
enum class Level { must, should, may };
std::string_view to_string(Level level);

/// Known failure, taken from a baseline.
struct Excused {
  std::string reason;
  std::string expires;  ///< ISO date, or empty.
  bool operator==(const Excused&) const = default;
};

struct CheckResult {
  std::string id;
  std::string title;
  std::string area;  ///< The first segment of the id.
  Level level = Level::must;
  std::string endpoint;                ///< Its name, where the target has several; empty for the target's own URL.
  std::string era;                     ///< "http-sse", ...; empty for checks of the target as a whole.
  std::string revision;                ///< The revision it was judged by; empty for checks of the target as a whole.
  std::vector<std::string> revisions;  ///< All in which the same was found, newest first; empty: `revision` alone.
  Verdict verdict = Verdict::error;
  std::string message;   ///< One line.
  std::string expected;  ///< Of a fail or warn.
  std::string got;
  std::string hop;                        ///< Of a fail or warn: where on the way it happened, if known ("ALB").
  std::string fix;                        ///< Of a fail or warn: what to change, in one sentence, if known.
  std::string consequence;                ///< Why it hurts.
  std::vector<std::string> requirements;  ///< Requirement ids.
  std::string source;                     ///< Link to the specification.
  std::vector<std::string> evidence;      ///< Lines of the redacted transcript.
  std::string curl;                       ///< A command that shows it again.
  std::optional<Excused> excused;
  std::int64_t duration_ms = 0;
  bool operator==(const CheckResult&) const = default;
};

struct EraFound {
  std::string era;
  std::string revision;
  std::string server_name;
  std::string server_version;
  std::vector<std::string> capabilities;
  std::int64_t tools = -1;                   ///< -1 where there are none to list.
  std::string endpoint;                      ///< As in CheckResult.
  std::vector<std::string> older_revisions;  ///< Agreed to and asked in as well, newest first.
  bool operator==(const EraFound&) const = default;
};

/// Why no check could run.
struct PreflightFailure {
  std::string cause;    ///< Stable name: "connect-refused", "tls-expired", "html-not-mcp", "no-healthy-target", ...
  std::string message;  ///< One sentence: what was seen.
  std::string fix;      ///< One sentence: what to do.
  std::vector<std::string> evidence;
  std::string curl;
  bool operator==(const PreflightFailure&) const = default;
};

struct ToolChange {
  std::string severity;  ///< "breaking", "risky", "additive"
  std::string tool;
  std::string pointer;  ///< Where in the tool, as a JSON pointer.
  std::string message;
  bool operator==(const ToolChange&) const = default;
};

struct ToolsLock {
  std::string path;
  bool written = false;  ///< The file was made or accepted in this run.
  std::string gate;      ///< The class from which on the run fails.
  std::vector<ToolChange> changes;
  bool operator==(const ToolsLock&) const = default;
};

struct Summary {
  int pass = 0, fail = 0, warn = 0, not_applicable = 0, untestable = 0, error = 0;
  int excused = 0;  ///< Of fail and warn, those in the baseline.
  bool operator==(const Summary&) const = default;
};

struct Results {
  std::string tool_version;
  std::string started_at;  ///< RFC 3339, UTC.
  std::int64_t duration_ms = 0;
  std::string target_name;
  std::string target_url;
  std::string checkset;  ///< The release whose checks were asked alone ("2026.1"); empty: all were.
  bool strict = false;
  bool tls_verified = true;  ///< false when --insecure switched it off.
  std::vector<EraFound> eras;
  std::optional<PreflightFailure> preflight;
  std::vector<CheckResult> checks;  ///< Sorted by id, then era, then revision.
  std::optional<ToolsLock> tools_lock;
  std::vector<std::string> problems;  ///< Of the run itself: stale baseline entries, exhausted budget, ...
  Summary summary;
  ExitCode exit_code = ExitCode::inconclusive;
  std::string exit_reason;  ///< One sentence.
  bool operator==(const Results&) const = default;
};

Summary summarize(const std::vector<CheckResult>& checks);

/// Counts against the target: a fail, or under `strict` a SHOULD that is not met, that no baseline excuses. A MAY never
/// does.
bool is_failure(const CheckResult& check, bool strict);
std::string_view label_of(const CheckResult& check);  ///< The verdict, or "excused" of what a baseline knows.

/// Those in which this was found, newest first; none of a check of the target as a whole.
std::vector<std::string> revisions_of(const CheckResult& check);

/// "streamable 2025-11-25, admin: stateless 2026-07-28": the endpoint's name stands first where there are several.
std::string describe_eras(const std::vector<EraFound>& eras);

/// Where and by what a check was judged: "streamable 2025-11-25", "admin: streamable 2025-11-25, 2025-06-18", or "" for
/// the target as a whole.
std::string judged_by(const CheckResult& check);

}  // namespace weir::reports
