#include "conformance/probe/preflight_wanted.hpp"

#include <algorithm>
#include <array>

#include "conformance/probe/status.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kMostRead = 4096;  ///< Of a body: refusals are short.

struct Want {
  std::array<std::string_view, 3> names;  ///< One of them stands in the refusal; empty ones are none.
  std::string_view what;
  std::string_view fix;
};

constexpr std::array kWants = {
    Want{{"mcp-protocol-version", "protocol version header", "protocol-version header"},
         "MCP-Protocol-Version, which a client knows only when initialize is answered",
         "Ask for the header in later requests alone, and take those without it for 2025-03-26."},
    Want{{"session", "", ""},
         "a session, which initialize is to open",
         "Let initialize open the session. Where the server does so, something before it has read or changed the body, "
         "and initialize is not seen as such."},
};

/// Words of who misses something; one who found it wrong says so otherwise.
constexpr std::array<std::string_view, 9> kLack = {"missing", "required", "requires",     "must ",    "no valid ",
                                                   "without", "absent",   "not provided", "not found"};

bool has(std::string_view text, std::string_view part) {
  return !part.empty() && text.find(part) != std::string_view::npos;
}

}  // namespace

std::optional<WantedEarly> wanted_early(const wire::Exchange& exchange) {
  if (!is_client_error(exchange.head.status)) { return std::nullopt; }
  // A page may hold any of these words.
  if (wire::media_type(exchange.head.headers.get("content-type")) == "text/html") { return std::nullopt; }
  const std::string text = wire::lower(std::string_view(exchange.body).substr(0, kMostRead));
  if (std::none_of(kLack.begin(), kLack.end(), [&](auto word) { return has(text, word); })) { return std::nullopt; }
  for (const Want& want : kWants) {
    if (std::any_of(want.names.begin(), want.names.end(), [&](auto name) { return has(text, name); })) {
      return WantedEarly{std::string(want.what), std::string(want.fix)};
    }
  }
  return std::nullopt;
}

}  // namespace weir::conformance
