// What the lives of streams and of idle connections say about a cut-off. Pure: lives in, findings out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "loadgen/probe_idle/probe_idle.hpp"

namespace weir::loadgen::idle {

inline double seconds(wire::Clock::duration span) { return std::chrono::duration<double>(span).count(); }

/// One stream as it is known so far; all times in seconds.
struct StreamLife {
  double opened_s = 0;       ///< Since the start of the run.
  double age_s = 0;          ///< At its end, or so far.
  double silence_s = 0;      ///< Since its last byte, at its end or so far.
  double longest_gap_s = 0;  ///< Between two bytes: a silence that it lived through.
  wire::EndClass end = wire::EndClass::open;
  std::optional<std::uint64_t> retry_ms;
  double retry_at_s = -1;  ///< The age at which `retry` last came; -1: it did not.
  bool has_id = false;     ///< An event had one.
  bool busy = false;       ///< We caused traffic on it.

  bool open() const { return end == wire::EndClass::open; }
};

/// One connection without a request, after a first one.
struct IdleConnection {
  enum class State {
    waiting,   ///< Still open, as far as can be seen.
    closed,    ///< The peer closed it while it waited: `idle_s` is when.
    answered,  ///< It answered after `idle_s`.
    dead,      ///< It looked open, and the request after `idle_s` was not answered.
  };
  State state = State::waiting;
  double idle_s = 0;
  std::string end;  ///< For closed and dead: "FIN", "RST" ...
};

struct Judging {
  Precision precision;
  std::size_t wanted = 3;  ///< Streams (or connections) that have to agree; fewer where fewer were opened.
  double scale = 1;
};

StreamFinding judge_streams(const std::vector<StreamLife>& lives, const Judging& judging);
KeepAliveFinding judge_keep_alive(const std::vector<IdleConnection>& connections, const Judging& judging);

/// Whether more watching would not say more about the streams.
bool settled(const StreamFinding& finding, const std::vector<StreamLife>& lives, const Judging& judging);

}  // namespace weir::loadgen::idle
