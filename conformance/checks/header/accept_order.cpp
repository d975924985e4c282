#include "conformance/ask/session.hpp"

namespace weir::conformance::header_accept_order {
namespace {

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  wire::Request request =
      dialogue->make_post(jsonrpc::request(json::value(dialogue->fresh_id("weir-header")), harmless_method(probe)));
  request.headers.set("Accept", "text/event-stream, application/json");
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "a result"); }
  if (!is_served(*answer)) {
    const auto usual = probe.send(dialogue->make_post(jsonrpc::request("weir-header-usual", harmless_method(probe))));
    if (!usual || !is_served(*usual)) {
      return untestable("not served in the usual order either: " + describe(*answer));
    }
    probe.pin_request(request);
    return fail("a result for the same types in another order", describe(*answer));
  }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "header.accept.any-order",
    .title = "the order of the media types in Accept does not matter",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1",
    .consequence = "Clients of some SDKs name the event stream first, and are refused.",
    .fix = "Split Accept at its commas and look for both media types, whatever their order, instead of comparing the "
           "whole header with one text.",
    .faults = {"header.accept-exact"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::header_accept_order
