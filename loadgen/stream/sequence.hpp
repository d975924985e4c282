// Whether the numbers of a stream's events come each once and in order, with sixteen bytes of memory per stream.
//
// The numbers are expected to grow by one. What became of a number is settled when it lies kWindow below the highest
// that came, or when the stream ends (settle):
//   - it came while no higher one had come: in order;
//   - it came after a higher one: out of order, whatever else; a gap that is filled like that was no loss;
//   - it came again: repeated, each time;
//   - it did not come: lost.
// The first number is taken as it comes: lower ones that follow within the window are out of order, and lower ones that
// never come are not lost. A number further below the highest than the window counts as repeated, because it can no
// longer be known. After a resume the numbers go on: what the server sent in between and does not send again is lost,
// what it sends again although we had it is repeated.
#pragma once

#include <cstdint>

namespace weir::loadgen {

class Sequence {
 public:
  static constexpr std::uint64_t kWindow = 56;

  struct Verdict {
    std::uint64_t lost = 0;  ///< Settled by this number; they lie at least kWindow below it.
    bool repeated = false;
    bool out_of_order = false;
  };
  Verdict see(std::int64_t number);
  /// The numbers that are still missing will not come: how many they are. Later numbers are judged as after a resume.
  std::uint64_t settle();

  /// As after a stream whose highest number was `last`: the next one is due.
  static Sequence resumed(std::int64_t last);
  /// INT64_MIN: none came yet.
  std::int64_t highest() const { return highest_; }

 private:
  std::uint64_t missing_within_known(std::uint64_t missing) const;

  std::int64_t highest_ = INT64_MIN;
  std::uint64_t missing_ : kWindow = 0;  // Bit i: highest_ - 1 - i has not come.
  std::uint64_t known_ : 8 = 0;  // So many numbers below highest_ belong to the stream; the rest lies before its first.
};
static_assert(sizeof(Sequence) == 16);

}  // namespace weir::loadgen
