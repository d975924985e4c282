#include "conformance/ask/control.hpp"

#include <algorithm>

namespace weir::conformance {

bool has_result(const wire::Exchange& exchange) {
  const auto texts = message_texts(exchange);
  return exchange.ok() && std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
           const auto parsed = jsonrpc::parse(text);
           return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(),
                                        [](const auto& message) { return message.kind == jsonrpc::Kind::response; });
         });
}

std::optional<Finding> unless_empty_result(const wire::mcp::Reply& reply, std::string expected) {
  if (auto bad = unless_result(reply, expected)) { return bad; }
  const json::object* members = reply.result().if_object();
  const bool empty = members && std::all_of(members->begin(), members->end(), [](const auto& member) {
                       return member.key() == "_meta" || member.key() == "resultType";
                     });
  return empty ? std::nullopt : std::optional(fail(std::move(expected), wire::excerpt(reply.result(), 80)));
}

Finding beside(Probe& probe, const wire::Request& whole, Finding refusal) {
  if (refusal.verdict != reports::Verdict::pass) { return refusal; }
  const auto broken = probe.last_request();
  constexpr std::chrono::milliseconds kHeld{300};  // A stream that is served stays open: its head is enough.
  const bool stream = whole.method == "GET";
  const auto answer = stream ? probe.send(whole, probe.in(kHeld)) : probe.send(whole);
  if (broken) { probe.pin_request(*broken); }
  if (answer && (stream ? answer->ok() && answer->is_event_stream() : has_result(*answer))) { return refusal; }
  return untestable(fmt::format("refused ({}), but so is the same request unbroken: {}", refusal.message,
                                answer ? describe(*answer) : answer.error().detail));
}

Finding served_as_well(Probe& probe, const std::function<void(wire::Request&)>& change, std::string_view dress) {
  auto dialogue = probe.shared();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const auto ask = [&](const char* id, bool changed) {
    auto request =
        dialogue->get().make_post(call_body(probe, json::value(dialogue->get().fresh_id(id)), harmless_method(probe)));
    if (changed) { change(request); }
    return probe.send(request);
  };
  const auto control = ask("weir-plain", false);
  if (!control || !has_result(*control)) {
    return untestable(fmt::format("{} is not served as it is: {}", harmless_method(probe),
                                  control ? describe(*control) : control.error().detail));
  }
  const std::string expected = fmt::format("the same result for {}", dress);
  const auto answer = ask("weir-changed", true);
  if (!answer) { return probe.broken(answer.error(), expected); }
  if (!has_result(*answer)) { return fail(expected, describe(*answer)); }
  return pass(fmt::format("{} is served", dress));
}

Finding beside_a_call(Probe& probe, Finding refusal) {
  return beside_a_call(probe, std::move(refusal), harmless_method(probe));
}

Finding beside_a_call(Probe& probe, Finding refusal, std::string_view method, json::value params) {
  if (refusal.verdict != reports::Verdict::pass) { return refusal; }
  const auto broken = probe.last_request();
  const auto reply = probe.call(method, std::move(params));
  if (broken) { probe.pin_request(*broken); }
  if (reply && reply->is_result()) { return refusal; }
  return untestable(fmt::format("refused ({}), but so is {}: {}", refusal.message, method,
                                reply ? reply->describe() : reply.error().detail));
}

Finding where_served(Probe& probe, Finding failure, std::string_view method, json::value params) {
  const auto broken = probe.last_request();
  const auto reply = probe.call(method, std::move(params));
  if (broken) { probe.pin_request(*broken); }
  if (reply && reply->is_result()) { return failure; }
  return untestable(fmt::format("{}, and {} is not served either: {}", failure.got, method,
                                reply ? reply->describe() : reply.error().detail));
}

Finding while_it_lives(Probe& probe, wire::mcp::Dialogue& dialogue, Finding failure) {
  const auto broken = probe.last_request();
  const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  if (broken) { probe.pin_request(*broken); }
  if (reply && reply->is_result()) { return failure; }
  probe.spoil();
  return untestable(fmt::format("{}, and the conversation serves nothing any more: {}", failure.got,
                                reply ? reply->describe() : reply.error().detail));
}

Finding not_refused(Probe& probe, std::string expected, const wire::Exchange& answer) {
  if (!has_result(answer)) {
    wire::Request plain = answer.request;
    plain.headers.remove("Origin");
    const auto control = probe.send(plain);
    probe.pin_request(answer.request);
    if (!control || !has_result(*control)) {
      return untestable(fmt::format("{}, as without the Origin: {}", describe(answer),
                                    control ? describe(*control) : control.error().detail));
    }
    if (answer.ok() && wire::media_type(answer.head.headers.get("content-type")) == "text/html") {
      return untestable("a page came in place of a refusal, as from a hop that changes errors: " + describe(answer));
    }
  }
  return fail(std::move(expected), describe(answer));
}

}  // namespace weir::conformance
