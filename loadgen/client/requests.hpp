// The requests of a population, byte by byte as its revision wants them. Everything that does not change from stream to
// stream is rendered once for each set of credentials; an open costs a copy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "loadgen/scenario/credentials.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "wire/http/url.hpp"

namespace weir::loadgen {

/// What differs from session to session; empty where the era has no such thing.
struct SessionWords {
  std::string_view id;        ///< Mcp-Session-Id.
  std::string_view revision;  ///< As negotiated.
  std::string_view target;    ///< http-sse: path and query of the endpoint event.
};

class Requests {
 public:
  Requests() = default;  ///< Renders nothing.
  /// `url` is the population's. Errors (a header that is no header) name the header, never its value.
  static wire::Result<Requests> make(const Population& plan, const wire::Url& url, const Credentials& credentials);

  /// The GET that is answered by the stream, or takes it up again after `last_event_id`.
  std::string stream(const SessionWords& session, std::string_view last_event_id) const;
  std::string initialize(const SessionWords& session) const;
  std::string initialized(const SessionWords& session) const;
  /// listen: POST subscriptions/listen.
  std::string listen(std::uint64_t id) const;
  /// streamable_post: the tools/call whose answer is the stream. `arguments`: a JSON object as text.
  std::string call(const SessionWords& session, std::uint64_t id, std::string_view arguments) const;
  /// Any message. `method` and `name` go into headers where the revision wants them there; a caller of 2026-07-28 puts
  /// `_meta` into the body (wire::mcp::stateless_params).
  std::string post(const SessionWords& session, std::string_view body, std::string_view method,
                   std::string_view name) const;
  std::string end_session(const SessionWords& session) const;

 private:
  /// What stands between the request target and the fields that differ.
  struct Head {
    std::string text;
    bool has_version = false;  ///< The user set the field: theirs stands.
    bool has_session = false;
  };
  static wire::Result<Head> render(const wire::Url& url, wire::Headers own, const Credentials& credentials);
  void begin(std::string& out, std::string_view method, const Head& head, const SessionWords& session) const;

  std::string target_;
  std::string revision_;  ///< Of the stateless era, where nothing is negotiated.
  bool stateless_ = false;
  Head get_, post_, delete_;
  std::string initialize_body_;
  std::string listen_params_;
  std::string call_name_;
};

}  // namespace weir::loadgen
