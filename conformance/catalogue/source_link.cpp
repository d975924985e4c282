#include "conformance/catalogue/source_link.hpp"

#include <array>

#include "wire/mcp/era.hpp"

namespace weir::conformance {

namespace {

struct Moved {
  std::string_view revision;
  std::string_view from;
  std::string_view to;
};
/// Pages that a revision took apart or moved; the headings went with them.
constexpr std::array kMoved = {
    Moved{wire::mcp::k2026_07_28, "/basic/lifecycle#capability-negotiation", "/server/discover"},
    Moved{wire::mcp::k2026_07_28, "/basic/utilities/progress", "/basic/patterns/progress"},
    Moved{wire::mcp::k2026_07_28, "/basic/transports#security-warning", "/basic/transports/streamable-http"},
};

}  // namespace

std::string source_link(std::string source, std::string_view revision) {
  constexpr std::string_view kMark = "{revision}";
  const auto at = source.find(kMark);
  if (at == std::string::npos) { return source; }
  source.replace(at, kMark.size(), revision);
  const auto page = at + revision.size();
  for (const auto& moved : kMoved) {
    if (moved.revision == revision && std::string_view(source).substr(page) == moved.from) {
      source.replace(page, std::string::npos, moved.to);
      break;
    }
  }
  return source;
}

}  // namespace weir::conformance
