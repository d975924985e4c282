#include <charconv>

#include "conformance/ask/passive.hpp"

namespace weir::conformance::http_length_reached {
namespace {

/// Empty where the body is as long as was said, and its coding whole.
std::string problem_of(const wire::Exchange& http) {
  const std::string_view length = http.head.headers.get("content-length");
  if (!length.empty() && http.end == wire::EndClass::fin_mid_chunk) {
    return fmt::format("Content-Length says {}, and the connection ended after {} bytes", wire::excerpt(length, 20),
                       http.body_bytes);
  }
  for (const auto& note : http.framing_notes) {
    const bool coding = note.what.starts_with("the content coding ends") && http.end == wire::EndClass::malformed;
    if (is_undecodable(note)) {
      return fmt::format("Content-Encoding says {}, and the body is none of it: {}",
                         wire::excerpt(http.head.headers.get("content-encoding"), 20), note.what);
    }
    if (coding || is_left_over(note)) { return note.what; }
  }
  return {};
}

/// Empty where an answer that nobody ended was not whole. Of one that was, clients wait for the rest until they give
/// up.
std::string kept_waiting(const Seen& seen) {
  const wire::Exchange& http = seen.http;
  const std::string_view length = http.head.headers.get("content-length");
  std::uint64_t said = 0;
  const auto read = std::from_chars(length.data(), length.data() + length.size(), said);
  if (read.ec != std::errc() || http.body_bytes >= said || seen.body_cut) { return {}; }
  if (!http.is_json() || !wire::parse_json(http.body)) { return {}; }
  return fmt::format("Content-Length says {}, and nothing came behind {} bytes, which are the whole answer", said,
                     http.body_bytes);
}

/// A client that has shut its own direction down may be taken for gone, and its answer cut: these do that.
constexpr std::string_view kHalfCloses = "reconnect.storm.survived";

Finding run(Probe& probe) {
  Places places;
  for (const auto& seen : seen_by(probe)) {
    const wire::Exchange& http = seen->http;
    if (http.head.status == 0 || http.end == wire::EndClass::closed_by_us || seen->by == kHalfCloses) { continue; }
    auto problem = http.end == wire::EndClass::open ? kept_waiting(*seen) : problem_of(http);
    if (http.end == wire::EndClass::open && problem.empty()) { continue; }
    places.looked();
    if (!problem.empty()) { places.broken(seen, std::move(problem)); }
  }
  auto finding = judged(probe, places, "bodies as long as their heads say", "answers", "no answer came to its end");
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  return std::move(finding).at("server, or what changes its answers",
                               "Count the bytes that are sent (not characters), after the last change of the body: "
                               "whatever rewrites it on the way writes Content-Length and Content-Encoding anew.");
}

const Registration kCheck{{
    .id = "http.length.reached",
    .title = "an answer is as long as its head says, and whole in the content coding that it names",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-8",
    .consequence = "Clients and proxies take the answer for incomplete and drop it, or read the rest as the next one.",
    .fix = "Count Content-Length in bytes after the last change of the body, and let a hop that rewrites or "
           "compresses it set Content-Length and Content-Encoding anew.",
    .faults = {"http.length-too-long", "http.length-waited-for", "http.gzip-cut", "http.gzip-in-name-only"},
    .fault_eras = {"streamable", "stateless"},
    .passive = true,
    .outside = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_length_reached
