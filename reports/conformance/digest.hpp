// A conformance run as people read it, the same in every report for people: what agrees in several eras is one row, the
// most serious cause stands first, and what was not verified is grouped by its reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/conformance/results.hpp"

namespace weir::reports {

/// Results of one check that found the same in several eras, revisions or endpoints.
struct Row {
  std::vector<const CheckResult*> results;  ///< At least one; they point into the Results.
  std::size_t explains = 0;                 ///< How many other results were not verified because of this check.

  const CheckResult& check() const { return *results.front(); }
  std::string judged_by() const;  ///< "stateless 2026-07-28; streamable 2025-11-25", "" for the target as a whole.
};

/// Why results were not verified. `changed_by` names what of the profile or the command line would change it, or is
/// empty where only the endpoint can.
struct Unverified {
  std::string reason;
  std::string changed_by;
  std::vector<const CheckResult*> results;
};

struct Digest {
  std::vector<Row> failures;  ///< What counts against the target.
  std::vector<Row> errors;    ///< Weir's own.
  std::vector<Row> warnings;  ///< That do not fail the run.
  std::vector<Row> excused;
  std::vector<Unverified> unverified;  ///< The reason that most results share comes first.
  std::size_t not_applicable = 0;
  std::size_t verified = 0;  ///< Pass, fail and warn.
  std::size_t failed = 0;    ///< Results, not rows.
};

Digest digest(const Results& results);

/// "FAIL 3 of 329: tools.call.served, jsonrpc.id.echoed (x2)"; names `names` checks at most.
std::string verdict_line(const Results& results, const Digest& digest, std::size_t names);

/// "334 passed, 4 failed, 1 warned, 37 not verified, 115 not applicable, in 25.8 s"
std::string counts_line(const Results& results);

/// Words of untestable messages, and what would change them; a test holds that checks still say these words.
struct Remedy {
  std::string_view words;
  std::string_view changed_by;
};
const std::vector<Remedy>& remedies();

}  // namespace weir::reports
