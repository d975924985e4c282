// What was kept of a run, as the commands of weir-report are given it.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "reports/measure/journal_bytes.hpp"

namespace weir::reports {

/// One of the two, by the first bytes.
struct KeptFile {
  std::optional<load::JournalBytes> journal;
  std::string text;  ///< A result as JSON; or whatever else stands there.
};

/// '-' is the standard input. The error is one sentence with the path.
tl::expected<KeptFile, std::string> read_kept(const std::string& path);

}  // namespace weir::reports
