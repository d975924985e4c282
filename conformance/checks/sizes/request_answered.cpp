#include "conformance/ask/control.hpp"
#include "conformance/checks/sizes/large_request.hpp"
#include "conformance/probe/status.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance::sizes_request_answered {
namespace {

/// RFC 9112 section 9.3: who answers before the whole body was read reads on, or closes the connection; else the rest
/// of the body is taken for the next request. nullopt where all is well, or the connection is closed.
std::optional<Finding> spoilt_connection(Probe& probe, const LargeRequests& asked) {
  const auto large = large_request(probe, *asked.dialogue, asked.bytes);
  auto connection = probe.http().connect(large.url, probe.answer_deadline());
  if (!connection) { return std::nullopt; }
  const auto refusal = connection->exchange(large, probe.answer_deadline());
  if (!refusal || !connection->reusable()) { return std::nullopt; }
  const auto request = asked.dialogue->make_post(call_body(probe, "weir-after-large", harmless_method(probe)));
  const auto next = connection->exchange(request, probe.answer_deadline());
  const bool closed =
      !next && next.error().code != wire::ErrorCode::timeout && next.error().code != wire::ErrorCode::malformed_head;
  if (closed || (next && (has_result(*next) || (probe.is(Era::http_sse) && next->ok())))) { return std::nullopt; }
  return fail(fmt::format("after the refusal of {} the connection is closed, or carries the next request",
                          as_kilobytes(asked.bytes)),
              next ? describe(*next) : next.error().detail)
      .at("server, or the proxy before it",
          "Read the rest of a body that is refused, or close the connection after the answer.");
}

/// A whole body that is taken for broken JSON has lost its end on the way. Limits that are told so name the size.
bool is_taken_for_broken(const RawAnswer& answer) {
  constexpr int kTooLarge = 413;
  constexpr std::array<std::string_view, 5> kOfSize = {"large", "limit", "size", "exceed", "long"};
  const auto* error = answer.error();
  if (!error || error->error.code != jsonrpc::kParseError || answer.http.head.status == kTooLarge) { return false; }
  const std::string text = wire::lower(error->error.message + json::serialize(error->error.data));
  return std::none_of(kOfSize.begin(), kOfSize.end(),
                      [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

Finding run(Probe& probe) {
  auto asked = ask_large_requests(probe);
  if (!asked) { return asked.error(); }
  if (asked->bytes == 0) { return pass(fmt::format("up to {} are served", as_kilobytes(kRequestBytes.back()))); }
  const std::string size = as_kilobytes(asked->bytes);
  const std::string expected = fmt::format("a result for a body of {}, or its refusal", size);
  constexpr const char* kFix = "Answer a body that is too large by HTTP 413, as soon as its Content-Length is known.";
  const auto& answer = asked->answer;
  if (!answer) {
    Finding finding = probe.not_opened(answer.error(), expected);
    finding.got = finding.got.empty() ? finding.got : fmt::format("{}: {}", size, finding.got);
    return std::move(finding).at("server, or the proxy before it", kFix);
  }
  if (!is_refusal(*answer)) {
    if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
    return fail(expected, fmt::format("{}: {}, and no answer", size, answer->describe()))
        .at("server, or the proxy before it", kFix);
  }
  if (is_taken_for_broken(*answer)) {
    return fail(expected, fmt::format("{}: whole and valid, and taken for broken JSON: {}", size, answer->describe()))
        .at("server, or the proxy before it",
            "Read all of Content-Length before parsing; answer a body that is too large by HTTP 413.");
  }
  if (auto finding = spoilt_connection(probe, *asked)) { return *std::move(finding); }
  const auto after = ask_after(probe, *asked);
  if (!after || (!after->is_result() && after->http.head.status != kNotFound)) {
    return fail(fmt::format("a conversation that goes on after the refusal of {}", size),
                after ? after->describe() : after.error().detail)
        .at("server", "Refuse the one request, and keep session and process.");
  }
  return pass(fmt::format("{}, and the conversation goes on: {}", limit_of(*asked), answer->describe()));
}

const Registration kCheck{{
    .id = "sizes.request.answered",
    .title = "a large request is served or refused, and harms neither its connection nor its conversation",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3",
    .consequence = "A call with a document in its arguments hangs, or takes the whole session with it.",
    .fix = "Read a body to its Content-Length before parsing it, or answer 413, then drain or close that connection; "
           "let the refusal end neither the session nor the process.",
    .faults = {"sizes.large-request-hangs", "sizes.large-request-resets", "sizes.large-request-ends-sessions",
               "sizes.large-request-spoils-connection", "sizes.large-request-truncated"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_request_answered
