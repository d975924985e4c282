#include "conformance/ask/control.hpp"

namespace weir::conformance::http_request_chunked {
namespace {

/// In two chunks, as a client sends that writes while it serializes.
void send_chunked(wire::Request& request) {
  const std::string_view body = request.body;
  const std::size_t half = body.size() / 2;
  std::string chunks;
  for (const auto part : {body.substr(0, half), body.substr(half)}) {
    chunks += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
  }
  request.headers.set("Transfer-Encoding", "chunked");
  request.body = chunks + "0\r\n\r\n";
}

Finding run(Probe& probe) {
  Finding finding = served_as_well(probe, send_chunked, "a chunked request body");
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  return std::move(finding).at("server, or the proxy before it",
                               "Read request bodies by Transfer-Encoding too, and not by Content-Length alone.");
}

const Registration kCheck{{
    .id = "http.request.chunked",
    .title = "a chunked request body is read",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-7.1",
    .consequence = "Clients that write while they serialize (.NET, Node's fetch with streams) get 400 for every call.",
    .fix = "Read request bodies by Transfer-Encoding too, not by Content-Length alone, or let the proxy collect "
           "them for a server that cannot (nginx: proxy_request_buffering on).",
    .faults = {"http.chunked-request-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_request_chunked
