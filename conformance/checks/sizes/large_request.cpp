#include "conformance/checks/sizes/large_request.hpp"

#include "conformance/ask/stateless.hpp"

namespace weir::conformance {

namespace {

json::value id_of(std::size_t bytes) { return json::value(fmt::format("weir-large-{}", bytes)); }

bool is_served(const wire::Result<RawAnswer>& answer, std::size_t bytes) {
  return answer && std::any_of(answer->messages.begin(), answer->messages.end(), [&](const auto& message) {
           return message.kind == jsonrpc::Kind::response && message.answers(id_of(bytes));
         });
}

void ask_until_refused(Probe& probe, const std::array<std::size_t, 3>& sizes, LargeRequests& asked) {
  for (const std::size_t bytes : sizes) {
    auto answer = post_raw(probe, *asked.dialogue, large_request(probe, *asked.dialogue, bytes).body);
    if (is_served(answer, bytes)) {
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
  auto request = dialogue.make_post(call_body(probe, id_of(bytes), harmless_method(probe)));
  edit_body(request, [&](json::object& message) {
    json::value& params = message["params"];
    if (!params.is_object()) { params = json::object{}; }
    json::value& meta = params.get_object()["_meta"];
    if (!meta.is_object()) { meta = json::object{}; }
    meta.get_object()["weir/padding"] = std::string(bytes, 'x');
  });
  return request;
}

tl::expected<LargeRequests, Finding> ask_large_requests(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return tl::unexpected(probe.broken(shared.error(), "a conversation")); }
  wire::mcp::Dialogue& dialogue = shared->get();
  LargeRequests asked{.dialogue = &dialogue};
  constexpr std::size_t kLittle = 10;
  const auto control = post_raw(probe, dialogue, large_request(probe, dialogue, kLittle).body);
  if (!is_served(control, kLittle)) {
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
