// What the finding of one check tells of others. Pure: ids, words and verdicts in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/check.hpp"

namespace weir::conformance {

bool was_red(const reports::CheckResult& result);

/// Whether a red of this check is why others met such a trouble.
bool explains(const CheckInfo& info, Trouble trouble);

/// The checks of which each says more of what may turn this one red as well. They do not go round in a circle.
std::vector<std::string_view> what_implies(std::string_view check);
/// Whether a red result is one of the fault that turned `by` red, and stands there. A warning takes no failure's place.
bool is_implied(const reports::CheckResult& result, const reports::CheckResult& by);

/// Whether what a check found may have cost others their answers.
bool loses_requests(const reports::CheckResult& result, const CheckInfo& info);

/// Whether what is amiss with the answers that this check got is what it is red for, or leaves to its neighbour: an
/// answer under the id that was sent wrongly, one in a session that does not exist, the answers to requests side by
/// side.
bool tells_what_it_saw(const reports::CheckResult& result);

/// Whether this check can tell that nothing is served at all.
bool refuses_everything(std::string_view check);

/// Whether what somebody got is the very JSON-RPC error that a reason quotes.
bool says_the_same(const std::string& reason, const std::string& got);

/// What gets no answer where this check waited for one in vain: others that wait are then kept waiting by the same, by
/// a server that lets fail without a word or by a list that takes too long. Empty for checks that tell nothing of that.
std::string what_is_withheld(std::string_view check);

}  // namespace weir::conformance
