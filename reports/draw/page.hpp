// One HTML file that needs nothing else: no network, no other file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/judge/exit_code.hpp"

namespace weir::reports {

/// Text for an element or a quoted attribute: nothing of it is markup, and no byte moves anything.
std::string html_escaped(std::string_view bytes);

/// Only what begins with https:// and holds nothing that could end an attribute is a link; else it is text.
std::string html_link(std::string_view url);

/// JSON for a <script> element: no text of an endpoint can end it.
std::string json_in_script(std::string_view json);

/// "good", "warn" or "bad", a class of page.css.
std::string_view class_of(ExitCode code);

/// Whom a page may ask, whatever stands in it.
enum class Requests { none, own_server };

/// The whole document. `body` is markup; `scripts` run at its end, in their order, after page.js.
std::string html_page(std::string_view title, std::string_view body, const std::vector<std::string_view>& styles = {},
                      const std::vector<std::string_view>& scripts = {}, Requests requests = Requests::none);

}  // namespace weir::reports
