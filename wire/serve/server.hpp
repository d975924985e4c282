// Answers GET and HEAD for those who watch a run, in a thread of its own: to be started when no process is forked any
// more. Whoever holds a connection open, silent, half asked or half read, keeps nobody else from being served, and
// costs a bounded place that others may take.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "wire/base/lifetime.hpp"
#include "wire/http/http.hpp"
#include "wire/serve/event_feed.hpp"
#include "wire/serve/listen.hpp"

namespace weir::wire {

struct Asked {
  std::string method;  ///< GET or HEAD: others are answered 405.
  std::string path;    ///< "/metrics"
  std::string query;   ///< Without '?'.
  int version = 11;    ///< 10 or 11.
  Headers fields;
};

struct Served {
  std::string status = "200 OK";
  Headers fields;                           ///< Content-Type among them; framing and Connection are added.
  std::shared_ptr<const std::string> body;  ///< Shared by all that it is sent to; null: empty.
  std::shared_ptr<const EventFeed> feed;    ///< Instead of a body: a stream of its events, from `after` on.
  std::uint64_t after = 0;

  static Served of(std::string type, std::string body);
  static Served refusal(std::string status, std::string why);  ///< text/plain, one line.
};

/// Called in the server's thread. Nullopt: there is no answer yet; it is asked again at each wake(), and now and then.
using Answering = std::function<std::optional<Served>(const Asked& asked)>;

class Server {
 public:
  static Result<Server> start(Listener listener, Answering answering);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();

  /// "127.0.0.1:9464"
  const std::string& address() const WEIR_LIFETIME_BOUND;
  /// A feed has more, or whoever waits may be answered now. From any thread.
  void wake();
  std::size_t readers() const;  ///< Of feeds, at the moment.
  std::size_t guests() const;   ///< Connections, at the moment.

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Nullopt where the bytes are no whole request head; a head that is none has an empty method.
std::optional<Asked> read_asked(std::string_view bytes);

}  // namespace weir::wire
