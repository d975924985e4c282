// The seconds of all workers put together. A second is whole when every worker that is alive has reported it; one that
// is late does not hold the others up, and nothing that it reports later is lost: it goes into the next second.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "reports/measure/snapshot.hpp"

namespace weir::loadgen {

class Seconds {
 public:
  Seconds(reports::load::Layout layout, std::size_t workers, std::int64_t second_ns);

  void report(std::size_t worker, reports::load::Snapshot snapshot);
  /// Finished, or dead: nothing more is expected of it, and its gauges are gone.
  void gone(std::size_t worker);
  /// As `gone`, and its streams are counted as lost with it: how many they were.
  std::int64_t lost(std::size_t worker);
  /// The supervisor's own numbers (look-ups, tokens); they go into the next second.
  reports::load::Snapshot& own() { return own_; }

  /// The next whole second; `now_ns` is counted from the start of the run. Nullopt: not yet.
  std::optional<reports::load::Snapshot> next(std::int64_t now_ns);
  /// At the end of the run: what is left, as one span.
  std::optional<reports::load::Snapshot> rest();
  /// How many seconds were given out.
  std::int64_t given() const { return given_; }

 private:
  struct Pending {
    reports::load::Snapshot sum;
    std::vector<bool> heard;
  };
  struct Member {
    bool alive = true;
    bool known = false;
    reports::load::Snapshot latest;  ///< Gauges alone.
  };
  Pending& pending(std::int64_t second);
  bool is_whole(std::int64_t second) const;
  reports::load::Snapshot finish(std::int64_t second);

  reports::load::Layout layout_;
  std::int64_t second_ns_;
  std::vector<Member> members_;
  std::map<std::int64_t, Pending> pending_;  ///< By the number of the second, the first being 1.
  reports::load::Snapshot own_;
  std::int64_t given_ = 0;
  std::int64_t given_ns_ = 0;
  std::uint32_t phase_ = 0;
};

}  // namespace weir::loadgen
