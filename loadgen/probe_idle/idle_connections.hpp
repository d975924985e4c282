// Connections that are kept open after a response and wait without a request: after how long does the edge close them?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadgen/probe_idle/judge.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/http/http_client.hpp"

namespace weir::loadgen::idle {

/// The waits of the first round, ascending: just beyond each known cut-off, and `longest_s` for the others; the last
/// ones only wait, to confirm. `count` of them at most.
std::vector<double> first_waits(double longest_s, double scale, std::size_t count);

class IdleConnections {
 public:
  IdleConnections(wire::HttpClient& client, const ProbeIdleOptions& options);

  /// Finds a request after which the connection stays open; false where there is none. "OPTIONS /mcp" in request().
  bool choose_request();
  /// Opens one connection for each wait (in seconds, as they pass).
  void open(const std::vector<double>& waits);
  /// Notices what was closed, and asks on those whose wait is over. Call it often: it dates what it sees.
  void look();
  /// Asks on those that still wait, so that what was dropped in silence shows; a few are enough.
  void ask_waiting(std::size_t count);

  const std::vector<IdleConnection>& connections() const WEIR_LIFETIME_BOUND { return lives_; }
  std::size_t waiting() const;
  const std::string& request() const WEIR_LIFETIME_BOUND { return described_; }

 private:
  struct Kept {
    std::optional<wire::Connection> connection;
    double wait_s = 0;
    wire::Clock::time_point since;
  };
  std::vector<wire::Request> candidates() const;
  std::optional<Kept> keep(double wait_s);
  void end(std::size_t index, IdleConnection::State state, std::string how);
  /// "FIN", "RST", "HTTP 408": what a request finds on a connection that was closed; "" where it is answered.
  std::string ask(Kept& kept);

  wire::HttpClient& client_;
  const ProbeIdleOptions& options_;
  wire::Request request_;
  std::string described_;
  std::vector<Kept> kept_;
  std::vector<IdleConnection> lives_;
};

}  // namespace weir::loadgen::idle
