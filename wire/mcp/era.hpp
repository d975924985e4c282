// Eras and revisions of the Model Context Protocol (https://modelcontextprotocol.io/specification).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::wire::mcp {

/// Which of the wire protocols an endpoint speaks; one URL may speak several.
enum class Era {
  none,        ///< HTTP or SSE that is not MCP.
  http_sse,    ///< 2024-11-05: GET stream with an `endpoint` event, POST beside it.
  streamable,  ///< 2025-03-26 to 2025-11-25: one endpoint, initialize, optional sessions.
  stateless,   ///< 2026-07-28: no handshake, no session, subscriptions/listen.
};
std::string_view to_string(Era era);  ///< "none", "http-sse", "streamable", "stateless"
std::optional<Era> parse_era(std::string_view text);

// Revisions are ISO dates, so they compare as text.
inline constexpr std::string_view k2024_11_05 = "2024-11-05";
inline constexpr std::string_view k2025_03_26 = "2025-03-26";
inline constexpr std::string_view k2025_06_18 = "2025-06-18";
inline constexpr std::string_view k2025_11_25 = "2025-11-25";
inline constexpr std::string_view k2026_07_28 = "2026-07-28";
inline constexpr std::array kRevisions = {k2024_11_05, k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28};

bool is_known_revision(std::string_view revision);
/// "2025-11-25" by its form: what does not look so cannot be compared with a revision.
bool is_revision_date(std::string_view text);
/// The revisions that the era's transport belongs to, oldest first.
std::span<const std::string_view> revisions_of(Era era);
/// The newest revision that the era's transport defines.
std::string_view newest_revision(Era era);

}  // namespace weir::wire::mcp
