#include "conformance/ask/common.hpp"

namespace weir::conformance::jsonrpc_id_zero {
namespace {

Finding run(Probe& probe) {
  const std::string expected = "an answer with the id 0";
  auto reply = probe.call(harmless_method(probe), nullptr, {.id = json::value(0)});
  if (reply && reply->response) { return pass("the id came back unchanged"); }
  if (!reply && reply.error().code != wire::ErrorCode::timeout) { return probe.broken(reply.error(), expected); }
  const std::string got = reply ? reply->describe() : reply.error().detail;
  const auto broken = probe.last_request();
  probe.spoil();
  auto control = probe.call(harmless_method(probe), nullptr, {.id = json::value(1'000'000)});
  if (broken) { probe.pin_request(*broken); }
  if (!control || !control->response) { return untestable(fmt::format("{}, and so with any other id", got)); }
  return fail(expected, got)
      .at("server", "Tell a request from a notification by whether `id` is there, not by its value.");
}

const Registration kCheck{{
    .id = "jsonrpc.id.zero",
    .title = "a request with the id 0 is a request",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.response-id-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Clients that count from 0, as the TypeScript SDK does, get no answer to their first request.",
    .fix = "Tell a request from a notification by whether the member id is there: a test like `if (id)` takes 0 "
           "for none.",
    .faults = {"jsonrpc.id-zero-null"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_id_zero
