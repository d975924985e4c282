#include "conformance/ask/ready.hpp"

#include "conformance/probe/status.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kLater{750};
/// So many in a row are served by chance in one of 64 sessions of two replicas, and never by turns.
constexpr int kAsksLater = 6;
constexpr int kConversations = 2;

}  // namespace

bool is_served_later(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view method) {
  probe.pause(kLater);
  for (int i = 0; i < kAsksLater; ++i) {
    const auto reply = probe.out_of_time() ? tl::unexpected(wire::Error{}) : dialogue.request(method);
    if (!reply || !reply->is_result()) { return false; }
  }
  return true;
}

std::optional<std::string> refused_at_first(Probe& probe) {
  const std::string_view method = method_of_session(probe);
  std::string refusal;
  for (int i = 0; i < kConversations; ++i) {
    auto dialogue = probe.dialogue();
    if (!dialogue) { return std::nullopt; }
    const auto first = dialogue->request(method);
    const bool refuses = first && (first->is_error() || is_client_error(first->http.head.status));
    if (!refuses || !is_served_later(probe, *dialogue, method)) { return std::nullopt; }
    refusal = fmt::format("{}: {}", method, first->describe());
  }
  return refusal;
}

std::string_view method_of_session(const Probe& probe) {
  const Survey& survey = probe.survey();
  return survey.declares("tools")       ? "tools/list"
         : survey.declares("resources") ? "resources/list"
         : survey.declares("prompts")   ? "prompts/list"
                                        : harmless_method(probe);
}

}  // namespace weir::conformance
