#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::lifecycle_capabilities_respected {
namespace {

/// What a server may ask of clients that declared it.
struct Asked {
  std::string_view method;
  std::string_view capability;
};
constexpr std::array kNeedsCapability = {Asked{"sampling/createMessage", "sampling"},
                                         Asked{"elicitation/create", "elicitation"}, Asked{"roots/list", "roots"}};
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

/// What each client said that it can do: by session, and by who asked where none was issued.
class Clients {
 public:
  explicit Clients(const Traffic& traffic) {
    for (const Sent& sent : traffic.sent) {
      const auto* request = sent.request();
      const auto* can =
          request && request->method == "initialize" ? wire::find(request->params, "capabilities") : nullptr;
      const auto* members = can ? can->if_object() : nullptr;
      if (!members) { continue; }
      auto& client = clients_[key_of(*sent.in)];
      for (const auto& member : *members) { client.insert(std::string(member.key())); }
    }
  }

  /// Whether it is a request of the server that takes a capability which the client that heard it has not declared.
  bool lacks_what_is_asked(const Heard& heard) const {
    if (heard.message.kind != jsonrpc::Kind::request) { return false; }
    const auto asked = std::find_if(kNeedsCapability.begin(), kNeedsCapability.end(),
                                    [&](const Asked& one) { return one.method == heard.message.method; });
    if (asked == kNeedsCapability.end()) { return false; }
    const auto client = clients_.find(key_of(*heard.in));
    return client == clients_.end() || !client->second.contains(asked->capability);
  }

 private:
  static std::string key_of(const Seen& seen) {
    for (const wire::Headers* headers : {&seen.http.request.headers, &seen.http.head.headers}) {
      if (const auto session = headers->find("Mcp-Session-Id")) { return "session " + std::string(*session); }
    }
    return seen.by;
  }

  std::map<std::string, std::set<std::string, std::less<>>> clients_;
};

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
  const Clients clients(*traffic);
  Places places;
  for (const auto& heard : probe.in_time(traffic->heard)) {
    const auto* request = heard.post ? heard.post->request() : nullptr;
    const bool served = request && heard.message.kind == wire::jsonrpc::Kind::response;
    if (served && has(kOccasions, request->method)) { places.looked(); }
    if (clients.lacks_what_is_asked(heard)) { places.broken(heard.in, heard.message.method); }
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
