#include "conformance/ask/listen.hpp"

namespace weir::conformance {

json::object listen_filter(const Survey& survey) {
  const auto declares = [&](std::string_view capability, std::string_view flag) {
    const json::value* declared = survey.capabilities.if_contains(capability);
    const json::value* set = declared ? wire::find(*declared, flag) : nullptr;
    return set && set->is_bool() && set->get_bool();
  };
  for (const std::string_view capability : {"tools", "prompts", "resources"}) {
    if (declares(capability, "listChanged")) { return {{fmt::format("{}ListChanged", capability), true}}; }
  }
  if (declares("resources", "subscribe") && !survey.resources.empty()) {
    return {{"resourceSubscriptions", json::array{wire::string_or(survey.resources.front(), "uri", "")}}};
  }
  return {};
}

wire::Result<wire::HttpStream> open_listen(Probe& probe, json::value& id) {
  auto dialogue = probe.shared();
  if (!dialogue) { return tl::unexpected(dialogue.error()); }
  return dialogue->get().listen(listen_filter(probe.survey()), &id);
}

wire::Result<wire::HttpStream> open_listen_as(Probe& probe, const json::value& id) {
  wire::Request request =
      modern_request(probe, "subscriptions/listen", {{"notifications", listen_filter(probe.survey())}});
  edit_body(request, [&](json::object& message) { message["id"] = id; });
  return probe.http().open(request, probe.answer_deadline());
}

std::optional<jsonrpc::Message> next_message(Probe& probe, wire::HttpStream& stream) {
  const bool first = stream.exchange().timings.first_event_us < 0;
  const wire::Deadline deadline = first ? probe.answer_deadline() : probe.in(std::chrono::milliseconds(300));
  while (auto event = stream.next_event(deadline)) {
    if (event->type != "message") { continue; }
    auto parsed = jsonrpc::parse(event->data);
    if (parsed && !parsed->messages.empty()) { return std::move(parsed->messages.front()); }
  }
  return std::nullopt;
}

const json::value* subscription_id(const jsonrpc::Message& message) {
  return wire::find_pointer(message.params, "/_meta/io.modelcontextprotocol~1subscriptionId");
}

}  // namespace weir::conformance
