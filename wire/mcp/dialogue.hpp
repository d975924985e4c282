// A conversation with an MCP server, the same to its user in every era: open, request, notify, close. It is a good
// client (headers, sessions, ids of its revision) unless it is told to be a bad one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"
#include "wire/http/http_client.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/mcp/era.hpp"

namespace weir::wire::mcp {

struct DialogueOptions {
  Url url;  ///< The MCP endpoint; for http-sse the stream's URL.
  Era era = Era::streamable;
  std::string revision;  ///< Empty: the era's newest.
  Headers headers;       ///< Credentials and whatever else every request carries.
  std::string client_name = "weir";
  json::object capabilities;  ///< Client capabilities; empty by default.
  std::chrono::milliseconds timeout = limits::kAnswerTimeout;
  std::optional<std::chrono::milliseconds> stream_timeout;  ///< For the head of a GET stream; else as any answer.
  std::int64_t first_id = 1;                                ///< Of the ids that the dialogue counts itself.
  bool send_initialized = true;                             ///< false: leave the handshake half done.
};

/// A JSON-RPC message as it came, with where it came from.
struct SeenMessage {
  jsonrpc::Message message;
  std::optional<SseEvent> event;  ///< The event that carried it; absent for a JSON body.
  bool batch = false;
  std::int64_t at_us = 0;  ///< After the request was sent (or the stream opened).
};

/// What came back for one POST.
struct Reply {
  Exchange http;                         ///< The POST's own exchange.
  std::optional<SeenMessage> response;   ///< The message that answers our id, wherever it came (stream or body).
  std::vector<SeenMessage> messages;     ///< Every message seen while waiting, the response included, in order.
  std::vector<std::string> undecodable;  ///< Event data or bodies that are no JSON-RPC, as excerpts.
  json::value id;                        ///< The id that was sent; null where none was, or several in a batch.
  bool answer_due = false;               ///< What was sent asks for an answer (a notification does not).
  std::chrono::milliseconds waited{0};   ///< From the sending until the waiting ended.
  /// The GETs that took up an answer's stream again after its server had closed it early (2025-11-25 transports,
  /// "Sending Messages to the Server", item 6; SEP-1699).
  std::vector<Exchange> resumed;
  std::optional<EndClass> stream_end;  ///< http-sse alone: how the held stream stood when the waiting ended.

  bool is_result() const { return response && response->message.kind == jsonrpc::Kind::response; }
  bool is_error() const { return response && response->message.kind == jsonrpc::Kind::error; }
  /// The result, or a null value.
  const json::value& result() const WEIR_LIFETIME_BOUND;
  /// The error that answers our id, else one without an id, by which a server refuses a message that it could not or
  /// would not attribute; nullptr where there is neither.
  const jsonrpc::Message* error_message() const;
  /// One line for a message: "HTTP 400, JSON-RPC error -32602 'bad'", "HTTP 202, no answer within 5 s".
  std::string describe() const;
};

struct RequestOptions {
  std::optional<json::value> id;                     ///< Default: 1, 2, 3 ... of this dialogue.
  std::optional<std::chrono::milliseconds> timeout;  ///< Default: the dialogue's.
  std::function<void(Request&)> edit;                ///< Last word about the HTTP request, body included.
  std::chrono::milliseconds linger{0};               ///< Keep listening so long after the answer (duplicates).
};

class Dialogue {
 public:
  /// Opens a conversation: nothing for stateless, initialize + initialized for streamable, GET + endpoint event +
  /// initialize + initialized for http-sse. `rejected` when the server answers with an error; the refusal is described.
  static Result<Dialogue> open(HttpClient& client, DialogueOptions options);
  Dialogue(Dialogue&&) noexcept;
  Dialogue& operator=(Dialogue&&) noexcept;
  ~Dialogue();  ///< Closes the streams; does not DELETE the session.

  /// Sends a request and waits for its answer. An Error means that no HTTP response came; a missing JSON-RPC answer is
  /// a Reply without `response`.
  Result<Reply> request(std::string_view method, json::value params = nullptr, RequestOptions options = {});
  Result<Reply> notify(std::string_view method, json::value params = nullptr, const RequestOptions& options = {});
  /// POSTs any body with the headers that a message of this dialogue would carry.
  Result<Reply> post(std::string body, RequestOptions options = {});

  /// The POST request for a body, as `post` would send it (for probes that send it themselves).
  Request make_post(std::string body) const;
  /// An id for such a body: this name where it was not handed out yet, else with a number. No id is used twice in a
  /// session, and a server may refuse one that is.
  std::string fresh_id(std::string_view name) const;
  /// streamable: the standalone GET stream. http-sse: an Error, there the stream is already open.
  Result<HttpStream> open_get_stream(const std::function<void(Request&)>& edit = {});
  /// stateless: POST subscriptions/listen with this `notifications` filter; the id that was used is returned through
  /// `id`.
  Result<HttpStream> listen(json::object filter, json::value* id = nullptr,
                            const std::function<void(Request&)>& edit = {});
  /// http-sse: waits for further messages on the held stream.
  std::vector<SeenMessage> drain(Deadline deadline);
  /// http-sse: the held stream (nullptr in other eras).
  HttpStream* stream();

  /// streamable: DELETE with the session id.
  Result<Exchange> delete_session();

  const DialogueOptions& options() const WEIR_LIFETIME_BOUND;
  Era era() const;
  const std::string& revision() const WEIR_LIFETIME_BOUND;                   ///< Negotiated.
  const std::optional<std::string>& session_id() const WEIR_LIFETIME_BOUND;  ///< streamable only.
  const std::optional<Url>& post_url() const WEIR_LIFETIME_BOUND;  ///< http-sse: where the endpoint event points.
  const std::optional<SseEvent>& endpoint_event() const WEIR_LIFETIME_BOUND;  ///< http-sse only.
  const Reply& opening() const
      WEIR_LIFETIME_BOUND;            ///< The answer to initialize (or server/discover, which stateless sends lazily).
  json::object capabilities() const;  ///< What the server declared.
  json::object server_info() const;

 private:
  struct Impl;
  explicit Dialogue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::wire::mcp
