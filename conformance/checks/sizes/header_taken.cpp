#include "conformance/ask/control.hpp"

namespace weir::conformance::sizes_header_taken {
namespace {

/// As long as a token with the groups of its user may be; the least of the common limits that servers come with, for
/// one field, is 8 KB.
constexpr std::size_t kHeaderBytes = 6'000;

Finding run(Probe& probe) {
  Finding finding = served_as_well(
      probe, [](wire::Request& request) { request.headers.set("X-Weir-Padding", std::string(kHeaderBytes, 'a')); },
      fmt::format("a field of {} bytes", kHeaderBytes));
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  return std::move(finding).at("server, or the proxy before it",
                               "Take header fields of 8 KB at least (nginx large_client_header_buffers, "
                               "max_header_size of the server).");
}

const Registration kCheck{{
    .id = "sizes.header.taken",
    .title = "a request with a header field as long as a large token is served",
    .level = Level::should,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-5.4",
    .consequence = "Users in many groups, whose tokens are long, get 431 or 400, and all others are served.",
    .fix = "Raise the limit of one header field to 8 KB or more in the proxy and the server (nginx: "
           "large_client_header_buffers; Node: --max-http-header-size).",
    .faults = {"sizes.header-431"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::sizes_header_taken
