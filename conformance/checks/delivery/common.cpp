#include "conformance/checks/delivery/common.hpp"

namespace weir::conformance {
namespace {

constexpr std::chrono::milliseconds kPrompt{2000};

wire::Result<wire::HttpStream> open_due_stream(Probe& probe, const std::function<void(wire::Request&)>& edit) {
  if (probe.is(Era::http_sse)) {
    wire::Request request = stream_get(probe, probe.url());
    edit(request);
    return probe.http().open(request, probe.answer_deadline());
  }
  const auto dialogue = probe.shared();
  if (!dialogue) { return tl::unexpected(dialogue.error()); }
  if (probe.is(Era::stateless)) { return dialogue->get().listen({{"toolsListChanged", true}}, nullptr, edit); }
  wire::Request request = dialogue->get().make_post(
      jsonrpc::request(json::value(dialogue->get().fresh_id("weir-first-event")), harmless_method(probe)));
  edit(request);
  return probe.http().open(request, probe.answer_deadline());
}

/// "Content-Encoding: gzip, 10 bytes of the body, 0 comments"
std::string what_came(const wire::Exchange& exchange) {
  const auto comments = std::count_if(exchange.items.begin(), exchange.items.end(), [](const wire::SseItem& item) {
    return std::holds_alternative<wire::SseComment>(item);
  });
  std::string text = fmt::format("{} bytes, {} comments", exchange.body.size(), comments);
  if (const std::string coding = exchange.head.headers.joined("content-encoding"); !coding.empty()) {
    text += ", Content-Encoding: " + coding;
  }
  return text;
}

/// "head after 3 ms, first byte 3 ms, first event 5 ms", counted from when the request had been sent.
std::string phases(const wire::Exchange& exchange) {
  const auto& timings = exchange.timings;
  const std::string coding = exchange.head.headers.joined("content-encoding");
  const auto ms = [&](std::int64_t us) { return (us - timings.sent_us) / 1000; };
  return fmt::format("head after {} ms, first byte {} ms, first event {} ms{}", ms(timings.head_us),
                     ms(timings.first_byte_us), ms(timings.first_event_us),
                     coding.empty() ? "" : ", Content-Encoding: " + coding);
}

}  // namespace

Finding first_event_in_time(Probe& probe, const std::string& accept_encoding) {
  auto stream = open_due_stream(probe, [&](wire::Request& request) {
    if (!accept_encoding.empty()) { request.headers.set("Accept-Encoding", accept_encoding); }
  });
  // The endpoint event and the acknowledgment are due at once; the answer to a request takes the server's own time.
  const auto patience = probe.is(Era::streamable) ? probe.target().answer_timeout : kPrompt;
  const std::string expected = fmt::format("an event within {} ms of the head", patience.count());
  if (!stream) { return probe.broken(stream.error(), expected); }
  if (!stream->exchange().ok() || !stream->exchange().is_event_stream()) {
    return not_applicable("the answer is no event stream: " + describe(stream->exchange()));
  }
  if (stream->next_event(probe.in(patience))) { return pass(phases(stream->exchange())); }
  if (stream->ended()) {
    return fail(expected,
                fmt::format("the end '{}' after {}", to_string(stream->exchange().end), what_came(stream->exchange())));
  }
  return probe.out_of_time() ? untestable("the run ended before an event came")
                             : fail(expected, what_came(stream->exchange()));
}

}  // namespace weir::conformance
