// The failures that people really had with deployed endpoints, each with the check that shows it and the fault that
// proves so, or with the reason why no check can. The table conformance/catalogue/failure_modes.tsv is part of the
// program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"

namespace weir::conformance {

/// A check and a fault of the fixture that it names: the kill matrix turns the one red by the other.
struct Proof {
  std::string check;
  std::string fault;
};

struct FailureMode {
  std::string id;    ///< "FM-01"
  std::string name;  ///< A few words.
  std::vector<Proof> proofs;
  std::string reason;  ///< Where there is no proof: why.
};

/// The table's text, as it was when the program was built.
std::string_view failure_modes_tsv();

/// Columns: id, name, proofs as "check:fault" with blanks between, reason. Errors name the line.
wire::Result<std::vector<FailureMode>> parse_failure_modes(std::string_view tsv);

/// Without the proofs by other checks than these; a failure that is left without one says so.
void leave_proofs_by(const std::vector<std::string>& checks, std::vector<FailureMode>& modes);

/// The document conformance/catalogue/failure-modes.md.
std::string failure_modes_markdown(const std::vector<FailureMode>& modes);

}  // namespace weir::conformance
