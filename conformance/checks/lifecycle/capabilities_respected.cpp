#include <algorithm>
#include <array>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::lifecycle_capabilities_respected {
namespace {

/// What a server may ask of clients that declared it. Weir declares none of it.
constexpr std::array<std::string_view, 3> kNeedsCapability = {"sampling/createMessage", "elicitation/create",
                                                              "roots/list"};
/// Where servers have a reason to ask something back.
constexpr std::array<std::string_view, 3> kOccasions = {"tools/call", "prompts/get", "resources/read"};

/// What a server may send of its own where it has declared this flag.
struct Announced {
  std::string_view method;
  std::string_view capability;
  std::string_view flag;
};
constexpr std::array kAnnounced = {Announced{"notifications/tools/list_changed", "tools", "listChanged"},
                                   Announced{"notifications/prompts/list_changed", "prompts", "listChanged"},
                                   Announced{"notifications/resources/list_changed", "resources", "listChanged"},
                                   Announced{"notifications/resources/updated", "resources", "subscribe"}};

/// The flag that the server lacks for what it sends; nullopt for all else.
std::optional<std::string> undeclared(const Survey& survey, const jsonrpc::Message& message) {
  if (message.kind != jsonrpc::Kind::notification) { return std::nullopt; }
  for (const Announced& one : kAnnounced) {
    if (message.method != one.method) { continue; }
    const json::value* capability = survey.capabilities.if_contains(one.capability);
    const json::value* flag = capability ? wire::find(*capability, one.flag) : nullptr;
    if (flag && flag->is_bool() && flag->get_bool()) { return std::nullopt; }
    return fmt::format("{} without {}.{}", one.method, one.capability, one.flag);
  }
  return std::nullopt;
}

template <std::size_t n>
bool has(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Finding run(Probe& probe) {
  const auto traffic = traffic_by(probe);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    const auto* request = heard.post ? heard.post->request() : nullptr;
    const bool served = request && heard.message.kind == wire::jsonrpc::Kind::response;
    if (served && has(kOccasions, request->method)) { places.looked(); }
    if (heard.message.kind == wire::jsonrpc::Kind::request && has(kNeedsCapability, heard.message.method)) {
      places.broken(heard.in, heard.message.method);
    }
    if (auto flag = undeclared(probe.survey(), heard.message)) { places.broken(heard.in, std::move(*flag)); }
  }
  return judged(probe, places, "nothing that needs a capability which the client or the server has not declared",
                "calls, reads and prompts that were served", "nothing was served in which a server asks back");
}

const Registration kCheck{{
    .id = "lifecycle.capabilities.respected",
    .title = "the server asks only what the client said that it can do, and announces only what it declared",
    .level = Level::must,
    .eras = kStreamable,
    .since = "2025-06-18",
    .requirements = {"lifecycle.negotiated-capabilities-only-strict"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#operation",
    .consequence =
        "Clients without the capability answer with an error, or not at all, and the call hangs; strict ones "
        "end at an announcement that nobody declared.",
    .fix = "Look for sampling, elicitation or roots in the client's capabilities before they are used, and declare "
           "listChanged or subscribe where such notifications are sent.",
    .faults = {"lifecycle.sampling-unasked", "lifecycle.list-changed-undeclared"},
    .fixture = "profile",
    .by_revision = true,
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_capabilities_respected
