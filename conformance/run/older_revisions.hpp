// The older revisions that a server agrees to beside the newest that it was judged by. A client that is not updated
// lives in one of them, and meets what the newest does not show.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// How much is asked in older revisions.
enum class Older {
  nothing,    ///< One revision was named (--revision 2025-06-18).
  differing,  ///< Checks that are marked so (CheckInfo::by_revision).
  everything  ///< Every check that holds there (--revision all).
};

/// What is asked in one older revision.
struct OlderQuestions {
  std::string revision;
  std::vector<std::string> checks;
};

/// Of `checks` those that are asked in the older revisions of the survey's era, newest first; revisions without any are
/// left out. Wrong credentials are sent in none: they are refused before anybody looks at a revision, and who guesses
/// again may be locked out.
std::vector<OlderQuestions> questions_of_older(const std::vector<std::string>& checks, const Survey& newest,
                                               Older older);

/// Whether the server agrees to this revision when it is asked for.
bool agrees_to(const Target& target, const Survey& newest, const std::string& revision, wire::Deadline deadline,
               const std::atomic<bool>* stop);

/// The same target before anybody looked at it: what was listed of it may be large, and is not copied.
Target unsurveyed(const Target& target);

/// The same target as clients of that revision meet it, with a survey and a tap of its own.
Target as_of(const Target& target, Era era, std::string revision, wire::Deadline deadline,
             const std::atomic<bool>* stop, std::vector<std::string>& problems);

/// The tools whose calls took longer than a second: a run of what differs in older revisions goes without them, as it
/// would be longer than that of all checks in the newest.
std::vector<std::string> slow_tools(const Target& target, Era era);

/// Adds what an older revision gave to what newer ones did. The same verdict is one result with all its revisions;
/// where a newer one could judge, it is no news that this one could not.
void join(std::vector<reports::CheckResult>& all, std::vector<reports::CheckResult> older);

}  // namespace weir::conformance
