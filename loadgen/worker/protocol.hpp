// What supervisor and worker say to each other over a socket pair: frames of u32 length, u8 kind, payload (little
// endian). Both ends are the same program of the same build, so the payloads are plain and unversioned; each is decoded
// strictly all the same, because a worker that was hit by an endpoint's bytes must not be able to hurt the supervisor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "loadgen/scenario/credentials.hpp"
#include "reports/measure/snapshot.hpp"

namespace weir::loadgen {

// Supervisor to worker ------------------------------------------------------------------------------------------------

/// What every population is to do from `at_ns` (CLOCK_MONOTONIC, the same in all processes of a host). Numbers are this
/// worker's own share already.
struct PhaseOrder {
  std::uint32_t phase = 0;
  std::int64_t at_ns = 0;
  std::int64_t over_ns = 0;              ///< The number of streams goes on a line to its goal over so long.
  std::vector<std::int64_t> streams;     ///< The goal of each population.
  std::vector<double> churn_per_second;  ///< Of each population.
  double call_scale = 1;
  std::int64_t run_end_ns = INT64_MAX;  ///< Of the whole run, CLOCK_MONOTONIC; INT64_MAX where a search decides.
  bool drop_all = false;                ///< Everybody drops at `at_ns` and comes back.
};
struct CredentialsOrder {
  Credentials credentials;
};
/// The addresses of destination `index`, one for each distinct host and port of the populations' URLs.
struct AddressesOrder {
  std::uint32_t destination = 0;
  std::vector<std::string> addresses;  ///< "203.0.113.7:443"
};
/// Close everything until `deadline_ns`, send the last snapshot and Finished, exit.
struct StopOrder {
  std::int64_t deadline_ns = 0;
};
using Order = std::variant<PhaseOrder, CredentialsOrder, AddressesOrder, StopOrder>;

// Worker to supervisor ------------------------------------------------------------------------------------------------

struct Started {};  ///< The loop runs.
/// Each second, aligned to the start of the run: the second's numbers.
struct SecondReport {
  std::string snapshot;  ///< encode_snapshot.
};
struct TokenRefused {
  std::uint64_t generation = 0;
};
/// Something for the incidents of the run; one sentence, bounded, redacted.
struct Note {
  std::string text;
};
struct Finished {};
using Report = std::variant<Started, SecondReport, TokenRefused, Note, Finished>;

std::string encode(const Order& order);
std::string encode(const Report& report);

/// Collects bytes and gives whole frames; an over-long or unknown frame is an error for good.
template <class Message>
class Frames {
 public:
  void feed(std::string_view bytes) { pending_.append(bytes); }
  /// nullopt: no whole frame yet, or broken().
  std::optional<Message> next();
  bool broken() const { return broken_; }

 private:
  std::string pending_;
  std::size_t taken_ = 0;
  bool broken_ = false;
};

}  // namespace weir::loadgen
