// What the checks of event streams share: the streams that an era offers, and one way to judge them all.
#pragma once

#include <functional>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

struct SeenStream {
  std::string name;  ///< "the held stream", "the answer to ping", "the GET stream", "subscriptions/listen"
  wire::Exchange exchange;
};

/// One clause about a stream; nullopt where there is nothing to say.
using StreamClause = std::function<std::optional<std::string>(const SeenStream&)>;

struct StreamOptions {
  wire::Headers headers;          ///< Sent with every request besides the credentials.
  bool calls = false;             ///< Calls the tools that may be called, for streams with more in them.
  StreamClause unjudgeable = {};  ///< Why a stream cannot be judged. Untestable where that holds for all.
};

/// Opens the event streams that the era has (http-sse: the held one; streamable: those of answers and that of GET;
/// stateless: subscriptions/listen and those of answers) and judges each. Not applicable where there are none.
Finding judge_streams(Probe& probe, const StreamOptions& options, const std::string& expected,
                      const StreamClause& problem);

/// Fails for the first oddity of this kind in any stream, with its bytes.
Finding judge_oddity(Probe& probe, wire::SseOddityKind kind, const std::string& expected);

/// Whether Cache-Control has this directive (RFC 9111 section 5.2).
bool has_cache_directive(const wire::Headers& headers, std::string_view directive);

/// The content codings of a response, "" for none or `identity`.
std::string content_coding(const wire::Exchange& exchange);

/// Judges X-Accel-Buffering: no.
Finding judge_accel_buffering(Probe& probe);

/// Why the end of a stream cannot be judged: it was not seen, or was ours.
std::optional<std::string> end_unseen(const SeenStream& stream);

}  // namespace weir::conformance
