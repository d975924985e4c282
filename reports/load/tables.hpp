// What the reports for people say, before it is laid out: the console and Markdown print the same words. Nothing is in
// it that was not measured.
#pragma once

#include <string>
#include <vector>

#include "reports/judge/results.hpp"

namespace weir::reports::load {

struct Table {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  ///< Empty: there is nothing to say.
};

std::string streams_title(const LoadResults& results);  ///< Of those facts: what was held.
std::vector<std::string> stream_facts(const LoadResults& results);
Table ends_table(const LoadResults& results);      ///< By end class, with age and silence.
Table failures_table(const LoadResults& results);  ///< Attempts that gave none.
Table times_table(const LoadResults& results);     ///< Connect phases, reconnects, gaps, delays.
std::vector<std::string> event_facts(const LoadResults& results);
Table calls_table(const LoadResults& results);
Table populations_table(const LoadResults& results);  ///< Where there are several.
Table phases_table(const LoadResults& results);

/// "idle cut at 60 s (57 streams, 59.9-60.2 s of silence): a 60 s hop: ALB idle_timeout, nginx proxy_read_timeout"
std::vector<std::string> describe_cuts(const LoadResults& results);
std::string describe_search(const LoadResults& results);  ///< Which has one.
/// What our own lag was, and how busy the workers were; "" where nothing is known.
std::string describe_validity(const LoadResults& results);
/// Which run it was, in one line: "run 4f2a91c05e6d, scenario 9b3c..., shard 1/4, weather 1.2.0 (2025-06-18), Weir ..."
std::string describe_identity(const RunInfo& run);
/// For a journal of an older Weir: what it did not count; empty otherwise.
std::string describe_not_counted(const LoadResults& results);
/// "5,000 streams held, 21 dropped, 30,000 calls (99.98 % ok), 10 min"
std::string summary_of(const LoadResults& results);

}  // namespace weir::reports::load
