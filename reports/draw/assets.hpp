// Files that are part of every page, embedded when the program is built.
#pragma once

#include <string_view>

namespace weir::reports {

std::string_view page_css();
std::string_view page_js();
std::string_view plots_js();
std::string_view live_js();

/// uPlot, from the npm packages of ci/node. Both are empty where it was not installed when the program was configured:
/// the page has its tables alone then.
std::string_view uplot_js();
std::string_view uplot_css();

}  // namespace weir::reports
