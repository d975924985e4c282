#include "conformance/ask/common.hpp"

namespace weir::conformance::http_length_told {
namespace {

constexpr std::chrono::milliseconds kPatience{1500};

struct Asked {
  std::string what;
  wire::Request request;
};

/// RFC 9112 section 6.3: without a length, and without chunks, the body lasts until the connection ends.
bool tells_length(const wire::ResponseHead& head) {
  constexpr int kFirstFinal = 200, kNoContent = 204, kNotModified = 304;
  return head.headers.has("Content-Length") || head.headers.has("Transfer-Encoding") || head.status < kFirstFinal ||
         head.status == kNoContent || head.status == kNotModified;
}

std::vector<Asked> short_answers(Probe& probe, const wire::mcp::Dialogue& dialogue) {
  std::vector<Asked> asked;
  asked.push_back({"a notification", dialogue.make_post(jsonrpc::notification("notifications/cancelled",
                                                                              {{"requestId", "weir-never-sent"}}))});
  asked.push_back({"a method that is not served", probe.request("PUT", probe.url())});
  return asked;
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  std::vector<std::string> ended;
  for (const auto& [what, request] : short_answers(probe, shared->get())) {
    probe.pin_request(request);
    // A client that asks for the end of its connection would get it.
    auto connection = probe.http().connect(request.url, probe.in(kPatience));
    if (!connection) { continue; }
    const auto answer = connection->exchange(request, probe.in(kPatience));
    if (!answer) { continue; }
    const wire::ResponseHead& head = answer->head;
    if (answer->is_event_stream() || answer->end != wire::EndClass::open || tells_length(head)) {
      ended.push_back(what);
      continue;
    }
    if (probe.out_of_time()) { return untestable("the run ended before the answer did"); }
    return fail(fmt::format("an answer to {} that says where it ends, or a connection that is closed behind it", what),
                fmt::format("HTTP {} with neither Content-Length nor Transfer-Encoding, and the connection is open "
                            "after {:.1f} s",
                            head.status, std::chrono::duration<double>(kPatience).count()))
        .at("server", "Send Content-Length: 0 with an answer that has no body.");
  }
  if (ended.empty()) { return untestable("neither a notification nor another method is answered"); }
  return pass(fmt::format("the answers to {} end", fmt::join(ended, " and ")));
}

const Registration kCheck{{
    .id = "http.length.told",
    .title = "an answer without a body says so, or closes its connection",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-6.3",
    .consequence = "Clients wait for a body until the connection is closed: each handshake hangs.",
    .fix = "Send `Content-Length: 0` with an answer that has no body, such as a 202 or a 405, or close the "
           "connection behind it.",
    .faults = {"http.length-unsaid"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_length_told
