// In which order the numbers of a snapshot stand. A journal says so in its head, word by word, so that a later Weir
// finds each number by its name, whatever has been added to vocabulary.hpp since or was put in another order.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "wire/base/lifetime.hpp"

namespace weir::reports::load {

/// The enumerations of vocabulary.hpp whose values are places in a snapshot.
enum class Words : std::uint8_t {
  worker_gauge,
  counter,
  gauge,
  open,
  end_reason,
  open_failure,
  connect_phase,
  timer,
  call_outcome,
  drop_cause,
};
inline constexpr std::size_t kWordLists = 10;

std::string_view to_string(Words);

class Wording {
 public:
  /// The words of each enumeration, in the order in which their numbers were written.
  using Lists = std::array<std::vector<std::string>, kWordLists>;

  Wording();  ///< This program's own.
  static const Wording& own();
  /// An error names a word that this program does not know, or that stands twice: its numbers would be lost.
  static tl::expected<Wording, std::string> of(const Lists& theirs);
  static Lists own_words();

  /// For each number as it was written, which of ours it is.
  const std::vector<std::uint16_t>& operator[](Words list) const WEIR_LIFETIME_BOUND {
    return places_[static_cast<std::size_t>(list)];
  }
  /// What the writer did not count yet: "counter stream_ms".
  const std::vector<std::string>& missing() const WEIR_LIFETIME_BOUND { return missing_; }
  bool operator==(const Wording&) const = default;

 private:
  std::array<std::vector<std::uint16_t>, kWordLists> places_;
  std::vector<std::string> missing_;
};

}  // namespace weir::reports::load
