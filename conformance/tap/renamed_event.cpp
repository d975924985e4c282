#include "conformance/tap/renamed_event.hpp"

#include <fmt/format.h>

#include "wire/base/text.hpp"
#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

std::optional<std::string> renamed_event(const Seen& seen) {
  constexpr std::size_t kType = 40, kData = 60;
  for (const wire::SseItem& item : seen.http.items) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    if (!event || event->type == "message" || event->data.find("\"jsonrpc\"") == std::string::npos) { continue; }
    const auto parsed = wire::jsonrpc::parse(event->data);
    if (!parsed || parsed->messages.empty() || parsed->messages.front().kind == wire::jsonrpc::Kind::invalid) {
      continue;
    }
    return fmt::format("type '{}' for {}", wire::excerpt(std::string_view(event->type), kType),
                       wire::excerpt(std::string_view(event->data), kData));
  }
  return std::nullopt;
}

}  // namespace weir::conformance
