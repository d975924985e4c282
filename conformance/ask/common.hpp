// What checks of every area use to ask and to read answers.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/probe/probe.hpp"

namespace weir::conformance {

/// The finding when a request that must succeed did not: nullopt for a result, else a fail that quotes what came
/// instead.
std::optional<Finding> unless_result(const wire::mcp::Reply& reply, std::string expected);

/// The error code of a reply that is a JSON-RPC error, wherever it came; nullopt for anything else. An error without
/// the id of its request counts: that it lacks it is the finding of jsonrpc.error.id alone.
std::optional<std::int64_t> error_code(const wire::mcp::Reply& reply);

/// A method that every server of the probe's era answers with a result and without an effect.
std::string_view harmless_method(const Probe& probe);
/// The JSON text of a request as the probe's era wants it: in stateless with `_meta`.
std::string call_body(const Probe& probe, const json::value& id, std::string_view method, json::object params = {});
/// A method that no server has.
inline constexpr std::string_view kUnknownMethod = "weir/unknown-method";

/// A web origin that no server has a reason to trust.
inline constexpr const char* kForeignOrigin = "https://weir-foreign-origin.example";

/// The JSON-RPC texts of a body: the body itself, or the data of each event of a stream.
std::vector<std::string> message_texts(const wire::Exchange& exchange);

/// The finding of a check that has no era to ask in: where the profile says `era: none`, none is due.
Finding no_era(const Probe& probe);

/// What came back for bytes that no good client would send.
struct RawAnswer {
  wire::Exchange http;
  std::vector<jsonrpc::Message> messages;  ///< Of the body, and in http-sse the first of the stream after it.

  bool http_error() const { return http.head.status >= 400; }
  /// The first JSON-RPC error among the messages.
  const jsonrpc::Message* error() const;
  std::string describe() const;
};
/// POSTs `body` with the headers that a message of the conversation carries. In http-sse the stream is given 1.5 s.
wire::Result<RawAnswer> post_raw(Probe& probe, wire::mcp::Dialogue& dialogue, std::string body);

/// Holds a capability and its list method together: declared and answered, or nothing is listed.
Finding declared_both_ways(Probe& probe, std::string_view capability, std::string_view method, std::string_view items);

/// Whether the last page of this list that the survey got still names another one: pagination.list.ends says why.
bool is_endless(const Survey& survey, std::string_view items);

/// Asks for the values of the first prompt argument that the server lists, with an empty prefix; nullopt where none is
/// listed.
std::optional<wire::Result<wire::mcp::Reply>> complete_first_argument(Probe& probe);

/// Untestable where the server of 2026-07-28 asks for something before it answers a call, a read or a prompt: input
/// (patterns/mrtr), or a capability of the client that Weir does not have. nullopt for any other reply.
std::optional<Finding> if_asked_first(const wire::mcp::Reply& reply);

/// The JSON text of an item, or of a list of them, without their `_meta`: it may well tell of this one answer, so it is
/// no difference.
std::string canonical_without_meta(json::value value);

/// An absolute URI by the characters and the shape of RFC 3986.
bool is_uri(std::string_view text);

/// "HTTP 404 text/html" with an excerpt of the body; for findings about plain HTTP answers.
std::string describe(const wire::Exchange& exchange);
/// Reads on to the answer where the head of a POST's stream was all that was wanted: a client that leaves before it has
/// ended servers, and that is an experiment of its own (preflight.endpoint.stays-up).
void hear_out(const Probe& probe, wire::HttpStream& stream);
/// Whether the answer refuses: a 4xx status.
bool refused(const wire::Exchange& exchange);

/// A POST to `url` with a JSON body and the headers of a good client that belongs to no dialogue.
wire::Request json_post(const Probe& probe, const wire::Url& url, std::string body);
/// A GET of `url` that asks for an event stream.
wire::Request stream_get(const Probe& probe, const wire::Url& url);

}  // namespace weir::conformance
