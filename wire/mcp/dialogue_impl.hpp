// The inside of a Dialogue, shared by dialogue*.cpp; detect.cpp reads answers with it too.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "wire/mcp/collector.hpp"
#include "wire/mcp/dialogue.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::wire::mcp {

/// After its answer a stream may still end by itself, so that its end class is the server's; a server that keeps it
/// open costs no more than this.
inline constexpr std::chrono::milliseconds kEndGrace{20};
/// http-sse: how long a POST may stay without a response once the stream has brought the answer.
inline constexpr std::chrono::milliseconds kPostGrace{300};
/// How long an answer may still come after the server has refused the message.
inline constexpr std::chrono::milliseconds kRefusalGrace{250};
/// One answer to a server's request.
inline constexpr std::chrono::milliseconds kServerRequestTimeout{1000};

struct Dialogue::Impl {
  Impl(HttpClient& http_client, DialogueOptions dialogue_options);

  // dialogue.cpp
  std::optional<Error> initialize();
  std::optional<Error> take_initialize_result();
  std::optional<Error> discover();
  Request post_request(std::string body) const;
  Request get_request() const;
  /// What every request carries besides its media types: version, session, credentials.
  void add_common_headers(Request& request) const;
  Result<Reply> send(std::string body, Awaited awaited, const RequestOptions& request_options);
  /// Answers the server's requests met so far, so that a server which asks does not hang.
  void answer_server(Collector& collector, Deadline until);
  ClientIdentity identity() const { return {options.client_name, options.capabilities}; }
  Deadline deadline(const RequestOptions& request_options) const {
    return Deadline::in(request_options.timeout.value_or(options.timeout));
  }

  // dialogue_streamable.cpp: streamable and stateless alike
  Result<Reply> send_streamable(const Request& request, Awaited awaited, Deadline deadline,
                                std::chrono::milliseconds linger);
  void resume(Collector& collector, Deadline deadline, std::chrono::milliseconds linger);

  // dialogue_http_sse.cpp
  std::optional<Error> open_http_sse();
  std::optional<Error> await_endpoint(Deadline until);
  Result<Reply> send_http_sse(const Request& request, Awaited awaited, Deadline deadline,
                              std::chrono::milliseconds linger);
  class PendingPost;
  /// Reads the stream and the POST's response in turn until both have brought what they will.
  void await_both(PendingPost& post, Collector& collector, Deadline deadline);
  void read_stream(Collector& collector, Deadline until);

  HttpClient* client;
  DialogueOptions options;
  std::string revision;     ///< Asked for, then negotiated.
  bool negotiated = false;  ///< initialize has been answered.
  std::optional<std::string> session_id;
  std::optional<Url> post_url;
  std::optional<SseEvent> endpoint_event;
  std::optional<HttpStream> held;  ///< http-sse: the stream.
  Reply opening;
  std::int64_t next_id = options.first_id;
  std::map<std::string, int, std::less<>> named_ids;  ///< How often fresh_id() was asked for each name.
};

/// Reads what answers a POST, JSON or an event stream; `after_item` is called after each item of a stream and after a
/// body. Once everything awaited has come, a stream is read for `linger` more.
void read_answer(HttpStream& stream, Collector& collector, Deadline deadline, std::chrono::milliseconds linger,
                 const std::function<void()>& after_item);

}  // namespace weir::wire::mcp
