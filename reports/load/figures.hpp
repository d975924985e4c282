// What the page of a load run draws, as the JSON that reports/draw/plots.js reads, and what each plot shows in words.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "reports/judge/results.hpp"
#include "reports/load/tables.hpp"

namespace weir::reports::load {

struct Figure {
  std::string name;   ///< Its key in the JSON, and its id in the page.
  std::string title;  ///< For people.
  Table words;        ///< The same numbers as a table.
  boost::json::object drawing;
  std::string note{};  ///< How to read the drawing, where that is not plain.
};

/// Where phases began, to be drawn in.
boost::json::array phase_marks(const LoadResults& results);

/// Those that have something to show.
std::vector<Figure> figures_of(const LoadResults& results);

/// The latest point of each line over time that is not 0: {"streams": {"open": 500}}.
boost::json::object latest_of(const Point& point, const RunInfo& run);

/// {"seconds": [...], "figures": {name: {unit, series, marks ...}}}
boost::json::object data_of(const LoadResults& results, const std::vector<Figure>& figures);

}  // namespace weir::reports::load
