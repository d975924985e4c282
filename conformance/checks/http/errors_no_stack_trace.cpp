#include <algorithm>
#include <array>

#include "conformance/ask/passive.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::http_errors_no_stack_trace {
namespace {

constexpr int kRefusals = 400;
constexpr std::size_t kLookedAt = 8 * 1024;

/// What runtimes write above or beside their frames.
constexpr std::array<std::string_view, 6> kMarks = {"Traceback (most recent call last)",
                                                    "\"stackTrace\":\"",
                                                    "\"stackTrace\":[{",
                                                    "Stack trace:\n#0",
                                                    "\tat java.",
                                                    "goroutine 1 [running]"};

/// "handle (/app/dist/index.js:12:7)", what follows the "at " of a frame: a place in brackets that ends with a line.
bool is_frame(std::string_view text) {
  const std::size_t end = std::min({text.find('\n'), text.find("\\n"), text.find("<br"), text.size()});
  text = text.substr(0, end);
  const std::size_t open = text.find('(');
  const std::size_t close = open == std::string_view::npos ? open : text.find(')', open);
  if (close == std::string_view::npos || close < 2 || !wire::is_digit(text[close - 1])) { return false; }
  const std::string_view place = text.substr(open, close - open);
  const std::size_t colon = place.rfind(':');
  return colon != std::string_view::npos &&
         std::all_of(place.begin() + static_cast<std::ptrdiff_t>(colon) + 1, place.end(), wire::is_digit);
}

/// The first sign of a stack trace; empty where there is none.
std::string_view trace_in(std::string_view body) {
  body = body.substr(0, kLookedAt);
  for (const std::string_view mark : kMarks) {
    if (const auto at = body.find(mark); at != std::string_view::npos) { return body.substr(at, 80); }
  }
  constexpr std::string_view kAt = "at ";
  for (auto at = body.find(kAt); at != std::string_view::npos; at = body.find(kAt, at + 1)) {
    const bool begins = at == 0 || !(wire::is_letter(body[at - 1]) || wire::is_digit(body[at - 1]));
    if (begins && is_frame(body.substr(at + kAt.size()))) { return body.substr(at, 80); }
  }
  return {};
}

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    if (seen->http.head.status < kRefusals || seen->http.body.empty()) { continue; }
    places.looked();
    if (const auto trace = trace_in(seen->http.body); !trace.empty()) {
      places.broken(seen, fmt::format("HTTP {}: {}", seen->http.head.status, wire::excerpt(trace, 80)));
    }
  }
  if (places.has_nothing()) { return not_applicable("nothing was refused by status with words"); }
  return judged(probe, places, "refusals that do not show the inside of the server", "refusals",
                "nothing was refused by status with words");
}

const Registration kCheck{{
    .id = "http.errors.no-stack-trace",
    .title = "what is refused by status is not answered by a stack trace",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://cwe.mitre.org/data/definitions/209.html",
    .consequence = "Paths, versions and names of the inside are shown to whoever sends a bad request.",
    .fix = "Switch the framework's debug pages off (NODE_ENV=production, DEBUG=False), and let an error handler "
           "log the trace and answer by one plain line.",
    .faults = {"http.error-stack-trace"},
    .green_may_be = "nothing was refused by status",
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_errors_no_stack_trace
