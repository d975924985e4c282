// Sorts what a server sends after a POST into a Reply: the answer, everything else, and what is no JSON-RPC at all.
// Knows no socket; the dialogues feed it events and bodies.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "wire/base/lifetime.hpp"
#include "wire/mcp/dialogue.hpp"

namespace weir::wire::mcp {

/// What a body that is sent asks for.
struct Awaited {
  std::vector<json::value> ids;  ///< Of the requests in it.
  bool anything = false;         ///< It is no request and no notification, so any reply may be meant for it.

  bool nothing() const { return ids.empty() && !anything; }
};
Awaited awaited_by(std::string_view body);

class Collector {
 public:
  Collector(Reply& reply, Awaited awaited);

  /// Events of the type "message" carry messages; of others only a JSON-RPC message is worth a note. An event with
  /// empty data is there for its id.
  void take(const SseEvent& event);
  void take(const SseItem& item);
  void take_body(std::string_view body);

  /// Everything that was asked for has come (at once, where nothing was).
  bool answered() const;
  /// An error without an id came: the server will hardly say more.
  bool refused() const { return refused_; }
  /// The server's next request that nobody has answered yet.
  std::optional<jsonrpc::Message> next_server_request();

  std::string_view last_event_id() const WEIR_LIFETIME_BOUND { return last_event_id_; }
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  Reply& reply() { return reply_; }
  Clock::time_point started() const { return started_; }

 private:
  void add(std::string_view text, const SseEvent* event);
  void note_undecodable(std::string text);

  Reply& reply_;
  Awaited awaited_;
  std::vector<bool> came_;
  bool any_reply_ = false;
  bool refused_ = false;
  std::size_t server_requests_ = 0;
  std::deque<jsonrpc::Message> open_requests_;
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_;
  Clock::time_point started_ = Clock::now();
};

/// Whether a body holds the JSON-RPC answer to an id.
bool body_answers(std::string_view body, const json::value& id);

/// At most `max` bytes of a text, on one line and printable.
std::string text_excerpt(std::string_view text, std::size_t max = 160);

}  // namespace weir::wire::mcp
