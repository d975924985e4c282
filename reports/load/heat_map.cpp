#include "reports/load/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "reports/judge/format.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

namespace json = boost::json;

using Cells = std::map<int, std::uint64_t>;  ///< Calls by row.

struct Column {
  double begin_seconds = 0, end_seconds = 0;
  Cells cells;
};

/// Of equally many points each, but for the last one.
std::vector<Column> columns_of(const std::vector<Point>& timeline) {
  const std::size_t together = (timeline.size() + kHeatColumns - 1) / kHeatColumns;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < timeline.size(); ++i) {
    if (i % together == 0) {
      const double before = columns.empty() ? 0 : columns.back().end_seconds;
      columns.push_back({.begin_seconds = before, .end_seconds = 0, .cells = {}});
    }
    columns.back().end_seconds = timeline[i].at_seconds;
    for (const LatencyCell& cell : timeline[i].latency) { columns.back().cells[cell.row] += cell.calls; }
  }
  return columns;
}

double seconds_of_row(int row) { return wire::seconds_of(std::exp2(static_cast<double>(row) / kLatencyRowsPerOctave)); }

/// Bounds for people: 1, 2 and 5 of each power of ten. A row belongs where its middle lies.
int band_of(int row) {
  const double middle = seconds_of_row(row) * std::exp2(0.5 / kLatencyRowsPerOctave);
  const double power = std::floor(std::log10(middle));
  const double digit = middle / std::pow(10, power);
  return 3 * static_cast<int>(power) + (digit >= 5 ? 2 : digit >= 2 ? 1 : 0);
}

double seconds_of_band(int band) {
  constexpr std::array kDigits = {1.0, 2.0, 5.0};
  const int power = static_cast<int>(std::floor(band / 3.0));
  return kDigits[static_cast<std::size_t>(band - 3 * power)] * std::pow(10, power);
}

struct Band {
  std::uint64_t calls = 0, most = 0;  ///< Of all columns, and of the one that has most.
  double most_at_seconds = 0;         ///< Its end.
  double first_seconds = 0, last_seconds = 0;
};

Table words_of(const std::vector<Column>& columns, std::uint64_t all) {
  std::map<int, Band> bands;
  for (const Column& column : columns) {
    std::map<int, std::uint64_t> here;
    for (const auto& [row, calls] : column.cells) { here[band_of(row)] += calls; }
    for (const auto& [band, calls] : here) {
      Band& seen = bands[band];
      if (seen.calls == 0) { seen.first_seconds = column.end_seconds; }
      seen.calls += calls;
      seen.last_seconds = column.end_seconds;
      if (calls > seen.most) {
        seen.most = calls;
        seen.most_at_seconds = column.end_seconds;
      }
    }
  }
  Table words;
  words.head = {"took", "calls", "share", "first", "most at", "last"};
  const auto at = [](double seconds) { return fmt::format("{:.0f} s", seconds); };
  for (const auto& [band, seen] : bands) {
    words.rows.push_back(
        {fmt::format("{} - {}", readable_seconds(seconds_of_band(band)), readable_seconds(seconds_of_band(band + 1))),
         wire::grouped(seen.calls),
         fmt::format("{:.3g} %", 100 * static_cast<double>(seen.calls) / static_cast<double>(all)),
         at(seen.first_seconds), at(seen.most_at_seconds), at(seen.last_seconds)});
  }
  return words;
}

}  // namespace

std::optional<Figure> latency_heat_map(const LoadResults& results) {
  const std::vector<Column> columns = columns_of(results.timeline);
  std::uint64_t most = 0, all = 0;
  int lowest = 0, highest = -1;
  json::array at, widths, cells;
  for (const Column& column : columns) {
    json::array flat;
    for (const auto& [row, calls] : column.cells) {
      lowest = highest < 0 ? row : std::min(lowest, row);
      highest = std::max(highest, row);
      most = std::max(most, calls);
      all += calls;
      flat.insert(flat.end(), {row, calls});
    }
    // To a tenth of a second, as all that is drawn over time.
    at.push_back(std::round(column.end_seconds * 10) / 10);
    widths.push_back(std::round((column.end_seconds - column.begin_seconds) * 10) / 10);
    cells.push_back(std::move(flat));
  }
  if (all == 0) { return std::nullopt; }
  Figure figure{"heat", "How long calls took over time, from the intended start", words_of(columns, all), {}};
  figure.note = fmt::format(
      "A cell is calls of one moment that took about as long. The fainter it is, the fewer they are, 1 to {}, by the "
      "logarithm.",
      wire::grouped(most));
  figure.drawing = {{"unit", "seconds"},
                    {"heat", json::object{{"at", std::move(at)},
                                          {"widths", std::move(widths)},
                                          {"columns", std::move(cells)},
                                          {"rows_per_octave", kLatencyRowsPerOctave},
                                          {"lowest", lowest},
                                          {"highest", highest},
                                          {"most", most}}},
                    {"marks", phase_marks(results)}};
  return figure;
}

}  // namespace weir::reports::load
