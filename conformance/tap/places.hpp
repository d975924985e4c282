// One finding for a fault that was seen at many places.
#pragma once

#include <string>
#include <vector>

#include "conformance/check.hpp"
#include "conformance/tap/tap.hpp"

namespace weir::conformance {

/// Where a rule could have been broken, and where it was.
class Places {
 public:
  void looked() { ++looked_; }
  void broken(const SeenPtr& seen, std::string what);
  void broken_again() { ++broken_; }  ///< In a way that has been named.

  /// A fail that names the first places and counts the others; a pass for what was looked at; untestable for nothing.
  Finding finding(std::string expected, const char* looked_at, const char* nothing) const;
  bool has_nothing() const { return looked_ == 0 && broken_ == 0; }
  const SeenPtr& first() const { return first_; }  ///< Null where nothing is wrong.

 private:
  std::size_t looked_ = 0;
  std::size_t broken_ = 0;
  SeenPtr first_;
  std::vector<std::string> lines_;
};

/// Whether a body was not in the content coding that its head names: nothing of it could be read.
bool is_undecodable(const wire::FramingNote& note);

/// Whether there were bytes behind the end of an answer: of a body that is longer than its head says, mostly.
bool is_left_over(const wire::FramingNote& note);

/// "tools/call (tools.call.missing-name)": what was asked, and by whom.
std::string place_of(const Seen& seen);

}  // namespace weir::conformance
