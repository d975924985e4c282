// The streams that are held and watched: opened in any era, read without waiting, kept alive as a good client does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/probe_idle/judge.hpp"
#include "loadgen/probe_idle/limits.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/http_client.hpp"
#include "wire/mcp/dialogue.hpp"

namespace weir::loadgen::idle {

struct OpenFailure {
  int status = 0;  ///< Of the response that refused; 0 where there was none.
  wire::Error error;
};

/// POSTs whose response nobody waits for.
class PostsUnderWay {
 public:
  /// Sends; beyond limits::kPostsUnderWay the oldest is given up.
  void send(wire::HttpClient& client, const wire::Request& request, wire::Deadline deadline);
  /// Forgets those that have ended or are overdue.
  void sweep();
  /// One that is under way, to wait on; nullptr where there is none.
  wire::HttpStream* any();

 private:
  struct Post {
    wire::HttpStream stream;
    wire::Deadline deadline;
  };
  std::vector<Post> posts_;
};

class HeldStreams {
 public:
  HeldStreams(const ProbeIdleOptions& options, wire::Clock::time_point start);

  /// Opens one more of this era; `busy`: traffic will be caused on it (http-sse alone can).
  std::optional<OpenFailure> open(wire::mcp::Era era, bool busy);
  /// Lets everything happen until `until`: bytes come, streams end.
  void pump(wire::Deadline until);
  /// Takes down what came since the last look, and answers the server's requests.
  void look();
  /// Sends a ping for each busy stream.
  void ping_busy();
  /// Pings every open stream of era http-sse, and counts the silent ones that do not bring the answer while busy ones
  /// do: they look open, and something on the way has forgotten them.
  std::size_t count_deaf(wire::Deadline deadline);
  /// Ends everything, and gives the sessions back.
  void say_goodbye();

  const std::vector<StreamLife>& lives() const WEIR_LIFETIME_BOUND { return lives_; }
  /// What is known of the server's heartbeat, by the last look.
  std::optional<Heartbeat> heartbeat() const;
  std::size_t open_count() const;
  /// Streams that were closed by us since they brought more than limits::kStreamBytes.
  std::size_t flooded() const { return flooded_; }
  wire::HttpClient& client() { return client_; }

 private:
  struct Held {
    std::optional<wire::mcp::Dialogue> dialogue;
    std::optional<wire::HttpStream> own;  ///< Absent for http-sse, whose dialogue holds it.
    wire::Clock::time_point opened;
    std::size_t items_seen = 0;
    std::size_t arrivals_seen = 0;
    std::int64_t last_byte_us = 0;

    wire::HttpStream* stream() { return own ? &*own : dialogue ? dialogue->stream() : nullptr; }
  };

  std::optional<OpenFailure> open_plain(Held& held);
  std::optional<OpenFailure> open_dialogue(Held& held, wire::mcp::Era era);
  OpenFailure failure(wire::Error error) const;
  void look_at(std::size_t index);
  void take_bytes(Held& held, const wire::Exchange& exchange, StreamLife& life) const;
  void take_items(std::size_t index, Held& held, const wire::Exchange& exchange);
  void answer(Held& held, const wire::SseEvent& event);
  bool ping(std::size_t index);

  const ProbeIdleOptions& options_;
  wire::Clock::time_point start_;
  wire::HttpClient client_;
  PostsUnderWay posts_;
  std::vector<Held> held_;
  std::vector<StreamLife> lives_;
  std::vector<Beat> beats_;
  std::size_t answered_ = 0;
  std::size_t flooded_ = 0;
  std::int64_t next_ping_ = 1;
  int last_status_ = 0;
};

}  // namespace weir::loadgen::idle
