#include "conformance/watch/watch.hpp"

#include <fmt/ranges.h>

#include <set>
#include <thread>
#include <utility>

#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

using reports::Results;

constexpr std::chrono::milliseconds kLook{50};  // For a signal, between runs.
constexpr std::size_t kNamed = 5;               // Checks in a line.

std::set<std::string> failed_ids(const Results& results) {
  std::set<std::string> failed;
  for (const auto& check : results.checks) {
    if (reports::is_failure(check, results.strict)) { failed.insert(check.id); }
  }
  return failed;
}

}  // namespace

wire::Clock::time_point next_run(wire::Clock::time_point begin, wire::Clock::time_point now,
                                 std::chrono::milliseconds every) {
  const auto periods = (now - begin) / every + 1;
  return begin + periods * every;
}

wire::Result<Results> watch(const Watching& watching) {
  std::optional<Results> last;
  for (;;) {
    const auto begin = wire::Clock::now();
    auto results = watching.ask();
    const bool cut_short = results && results->exit_code == reports::ExitCode::interrupted;
    if (cut_short && last) { return *std::move(last); }
    if (cut_short || (!results && !last)) { return results; }
    if (results) {
      watching.tell(*results);
      last = *std::move(results);
    } else {
      watching.complain(results.error());
    }
    const auto next = next_run(begin, wire::Clock::now(), watching.every);
    while (wire::Clock::now() < next) {
      if (watching.interrupted->load()) { return *std::move(last); }
      std::this_thread::sleep_for(std::min<wire::Clock::duration>(kLook, next - wire::Clock::now()));
    }
  }
}

std::string watch_line(const Results& results) {
  const auto failed = failed_ids(results);
  std::vector<std::string> named(failed.begin(), std::next(failed.begin(), std::min(failed.size(), kNamed)));
  if (failed.size() > named.size()) { named.push_back(fmt::format("{} more", failed.size() - named.size())); }
  std::string line = fmt::format("{} {} in {}", results.started_at, reports::headline(results.exit_code),
                                 wire::readable_time(results.duration_ms));
  if (!results.exit_reason.empty()) { line += ": " + results.exit_reason; }
  if (!named.empty()) { line += fmt::format(": {}", fmt::join(named, ", ")); }
  return wire::printable(line);
}

bool is_news(const Results& before, const Results& now) {
  return before.exit_code != now.exit_code || failed_ids(before) != failed_ids(now);
}

}  // namespace weir::conformance
