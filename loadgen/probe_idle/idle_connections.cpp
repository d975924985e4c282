#include "loadgen/probe_idle/idle_connections.hpp"

#include <algorithm>

#include "loadgen/probe_idle/known_hops.hpp"
#include "loadgen/probe_idle/limits.hpp"

namespace weir::loadgen::idle {
namespace {

using wire::Clock;
using wire::Deadline;
using State = IdleConnection::State;

/// Just beyond a known cut-off.
constexpr double kBeyond_s = 1;
/// Connections that wait for the longest time, whatever is known.
constexpr std::size_t kLongestWaiters = 3;
constexpr int kRequestTimeoutStatus = 408;

}  // namespace

std::vector<double> first_waits(double longest_s, double scale, std::size_t count) {
  std::vector<double> waits;
  for (const KnownHop& hop : known_hops()) {
    const double wait_s = (hop.seconds + kBeyond_s) * scale;
    if (wait_s < longest_s && (waits.empty() || wait_s > waits.back())) { waits.push_back(wait_s); }
  }
  const std::size_t longest = std::min(kLongestWaiters, count);
  if (waits.size() > count - longest) {
    // The longer ones matter more: a short cut-off is seen on every connection.
    waits.erase(waits.begin(), waits.end() - static_cast<std::ptrdiff_t>(count - longest));
  }
  waits.insert(waits.end(), longest, longest_s);
  return waits;
}

IdleConnections::IdleConnections(wire::HttpClient& client, const ProbeIdleOptions& options)
    : client_(client), options_(options) {}

std::vector<wire::Request> IdleConnections::candidates() const {
  wire::Request request;
  request.url = options_.url;
  request.headers = options_.headers;
  std::vector<wire::Request> all;
  if (!options_.keep_alive_path.empty()) {
    if (auto url = wire::resolve(options_.url, options_.keep_alive_path);
        url && url->origin() == request.url.origin()) {
      all.push_back(request);
      all.back().url = *url;
    }
  }
  // Neither of these opens a stream or a session, whatever serves the URL.
  request.method = "OPTIONS";
  all.push_back(request);
  request.method = "HEAD";
  request.url.path = "/";
  request.url.query.clear();
  request.url.has_query = false;
  all.push_back(request);
  return all;
}

bool IdleConnections::choose_request() {
  const auto all = candidates();
  const auto kept = std::ranges::find_if(all, [&](const wire::Request& candidate) {
    request_ = candidate;
    return keep(0).has_value();
  });
  if (kept == all.end()) { return false; }
  described_ = fmt::format("{} {}", kept->method, kept->url.path);
  return true;
}

std::optional<IdleConnections::Kept> IdleConnections::keep(double wait_s) {
  const Deadline deadline = Deadline::in(options_.answer_timeout);
  auto connection = client_.connect(request_.url, deadline);
  if (!connection || !connection->exchange(request_, deadline) || !connection->reusable()) { return std::nullopt; }
  return Kept{*std::move(connection), wait_s, Clock::now()};
}

void IdleConnections::open(const std::vector<double>& waits) {
  std::size_t failures = 0;
  for (const double wait_s : waits) {
    if (auto kept = keep(wait_s)) {
      kept_.push_back(*std::move(kept));
      lives_.emplace_back();
    } else if (++failures >= limits::kOpeningFailures) {
      return;
    }
  }
}

std::string IdleConnections::ask(Kept& kept) {
  const auto answer = kept.connection->exchange(request_, Deadline::in(options_.answer_timeout));
  if (answer && answer->head.status != kRequestTimeoutStatus) { return ""; }
  if (answer) { return fmt::format("HTTP {}", answer->head.status); }
  switch (answer.error().code) {
    case wire::ErrorCode::closed:
      return "FIN";
    case wire::ErrorCode::reset:
      return "RST";
    case wire::ErrorCode::timeout:
      return "silently dropped";
    default:
      return std::string(wire::to_string(answer.error().code));
  }
}

void IdleConnections::end(std::size_t index, State state, std::string how) {
  lives_[index].state = state;
  lives_[index].end = std::move(how);
  kept_[index].connection.reset();
}

void IdleConnections::look() {
  // First everything that is closed gets its date; asking takes time.
  std::vector<std::size_t> closed;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i].connection) { continue; }
    lives_[i].idle_s = seconds(Clock::now() - kept_[i].since);
    if (!kept_[i].connection->reusable()) { closed.push_back(i); }
  }
  for (const std::size_t i : closed) {
    const std::string how = ask(kept_[i]);
    end(i, State::closed, how.empty() ? "bytes without a request" : how);
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i].connection || lives_[i].idle_s < kept_[i].wait_s) { continue; }
    lives_[i].idle_s = seconds(Clock::now() - kept_[i].since);
    const std::string how = ask(kept_[i]);
    end(i, how.empty() ? State::answered : State::dead, how);
    if (!how.empty()) {
      return;  // It may have taken the whole answer timeout, and the caller has other things to look at.
    }
  }
}

void IdleConnections::ask_waiting(std::size_t count) {
  look();
  for (std::size_t i = kept_.size(); i-- > 0 && count > 0; look()) {
    if (kept_[i].connection) {
      kept_[i].wait_s = 0;
      --count;
    }
  }
}

std::size_t IdleConnections::waiting() const {
  return static_cast<std::size_t>(std::count_if(
      lives_.begin(), lives_.end(), [](const IdleConnection& life) { return life.state == State::waiting; }));
}

}  // namespace weir::loadgen::idle
