#include "conformance/checks/sizes/large_request.hpp"

#include "conformance/ask/stateless.hpp"

namespace weir::conformance {

namespace {

struct Asked {
  json::value id;
  wire::Request request;
};

/// Each under an id of its own, as several checks ask in one conversation.
Asked make_large(const Probe& probe, const wire::mcp::Dialogue& dialogue, std::size_t bytes) {
  json::value id(dialogue.fresh_id(fmt::format("weir-large-{}", bytes)));
  auto request = dialogue.make_post(call_body(probe, id, harmless_method(probe)));
  edit_body(request, [&](json::object& message) {
    json::value& params = message["params"];
    if (!params.is_object()) { params = json::object{}; }
    json::value& meta = params.get_object()["_meta"];
    if (!meta.is_object()) { meta = json::object{}; }
    meta.get_object()["weir/padding"] = std::string(bytes, 'x');
  });
  return {std::move(id), std::move(request)};
}

bool is_served(const wire::Result<RawAnswer>& answer, const json::value& id) {
  return answer && std::any_of(answer->messages.begin(), answer->messages.end(), [&](const auto& message) {
           return message.kind == jsonrpc::Kind::response && message.answers(id);
         });
}

void ask_until_refused(Probe& probe, const std::array<std::size_t, 3>& sizes, LargeRequests& asked) {
  for (const std::size_t bytes : sizes) {
    const Asked large = make_large(probe, *asked.dialogue, bytes);
    auto answer = post_raw(probe, *asked.dialogue, large.request.body);
    if (is_served(answer, large.id)) {
      asked.served = bytes;
      continue;
    }
    asked.bytes = bytes;
    asked.answer = std::move(answer);
    return;
  }
}

}  // namespace

wire::Request large_request(const Probe& probe, const wire::mcp::Dialogue& dialogue, std::size_t bytes) {
  return make_large(probe, dialogue, bytes).request;
}

tl::expected<LargeRequests, Finding> ask_large_requests(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return tl::unexpected(probe.broken(shared.error(), "a conversation")); }
  wire::mcp::Dialogue& dialogue = shared->get();
  LargeRequests asked{.dialogue = &dialogue};
  constexpr std::size_t kLittle = 10;
  const Asked little = make_large(probe, dialogue, kLittle);
  const auto control = post_raw(probe, dialogue, little.request.body);
  if (!is_served(control, little.id)) {
    return tl::unexpected(
        untestable(fmt::format("{} with _meta is not served even where it is small: {}", harmless_method(probe),
                               control ? control->describe() : control.error().detail)));
  }
  ask_until_refused(probe, kRequestBytes, asked);
  const bool nothing_large = asked.bytes > 0 && asked.served == 0 && asked.answer && is_refusal(*asked.answer);
  if (nothing_large) { ask_until_refused(probe, kSmallRequestBytes, asked); }
  if (asked.bytes > 0 && (!asked.answer || !is_refusal(*asked.answer))) { probe.spoil(); }
  return asked;
}

wire::Result<wire::mcp::Reply> ask_after(Probe& probe, const LargeRequests& asked) {
  auto reply = asked.dialogue->request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  if (!reply || !reply->is_result()) { probe.spoil(); }
  return reply;
}

bool is_refusal(const RawAnswer& answer) { return answer.http_error() || answer.error() != nullptr; }

std::string limit_of(const LargeRequests& asked) {
  return asked.served == 0
             ? fmt::format("{} are refused", as_kilobytes(asked.bytes))
             : fmt::format("{} are refused, and {} served", as_kilobytes(asked.bytes), as_kilobytes(asked.served));
}

std::string as_kilobytes(std::size_t bytes) { return fmt::format("{} kB", bytes / 1000); }

}  // namespace weir::conformance
