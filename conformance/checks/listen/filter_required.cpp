#include "conformance/ask/listen.hpp"

namespace weir::conformance::listen_filter_required {
namespace {

Finding run(Probe& probe) {
  if (listen_filter(probe.survey()).empty()) { return untestable(kNothingToListenTo); }
  auto answer = probe.send(modern_request(probe, "subscriptions/listen"), probe.in(std::chrono::milliseconds(1500)));
  if (!answer) { return probe.broken(answer.error(), "error -32602"); }
  const auto error = body_error(*answer);
  if (!error || error->error.code != jsonrpc::kInvalidParams) { return fail("error -32602", describe_error(*answer)); }
  json::value id;
  const auto whole = open_listen(probe, id);
  if (whole && whole->exchange().ok() && whole->exchange().is_event_stream()) { return pass("error -32602"); }
  return untestable("refused, but so is the same request with a filter: " +
                    (whole ? describe(whole->exchange()) : whole.error().detail));
}

const Registration kCheck{{
    .id = "listen.filter.required",
    .title = "a listen request without a filter is refused with -32602",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"subscriptions.filter-required"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions",
    .consequence = "A client with a typing error holds a stream that will never say anything.",
    .fix = "Check params.notifications before a listen stream is opened, and answer a request without it by error "
           "-32602.",
    .faults = {"listen.filter-optional"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::listen_filter_required
