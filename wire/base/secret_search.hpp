// Where a text holds a secret, however it was disguised on its way. One search for all secrets; its time is linear in
// the text, which an endpoint may write that knows them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/disguise.hpp"
#include "wire/base/mask.hpp"

namespace weir::wire {

/// A text is read as it is and with up to kReadings layers of escapes undone (disguise.hpp), where there are
/// backslashes beside others also without the others, and the others without them. In each of these readings are found:
/// - any kRun characters in a row of a secret, in upper or lower case (of Latin, Greek and Cyrillic letters), with or
///   without blanks, line ends and marks without width between them, whichever Unicode has; so are those of its
///   hexadecimal and (at each of the three alignments, either alphabet) Base64 forms. What is left of a secret that was
///   cut is found by this as well.
/// - a secret of less than kRun characters as a whole; of less than kAnyCase in its own case only; of less than
///   kToken only as a word of its own, so that "a1" does not tear holes into every word.
/// - four or more characters of a secret's beginning where "..." follows.
class SecretSearch {
 public:
  static constexpr std::size_t kToken = 4;
  static constexpr std::size_t kAnyCase = 8;
  static constexpr std::size_t kRun = 12;
  static constexpr int kReadings = 3;

  void add(std::string_view secret);
  bool empty() const { return whole_.empty() && plain_.empty() && base64_.empty(); }

  /// Sets what has to be covered; `mask` is as long as the text.
  void mark(std::string_view text, Mask& mask) const;

 private:
  enum class Kind { any_case, own_case, word, base64 };
  struct Whole {
    std::string text;
    Kind kind;
    bool operator==(const Whole&) const = default;
  };
  /// All runs of kRun characters, and a sieve that lets few others through. Of each run its hash is kept and nothing
  /// else: a token of 64 KB has half a million of them. Two that share one would hide a harmless text.
  class Runs {
   public:
    void add(std::string_view text);
    bool empty() const { return count_ == 0; }
    std::vector<std::size_t> found_in(std::string_view text) const;

   private:
    std::size_t place_of(std::uint64_t hash) const;  ///< Where it stands, or would.
    void make_room();

    std::vector<std::uint64_t> table_;  ///< 0: nothing.
    std::size_t count_ = 0;
    std::vector<char> begins_ = std::vector<char>(256 * 256);  ///< Whether one begins with these two characters.
  };

  void add_form(std::string_view text);
  void add_base64(std::string_view secret);
  void add_beginning(std::string_view text);
  void add_whole(Whole whole);
  void mark_block(std::string_view text, std::size_t offset, Mask& mask) const;
  void mark_readings(const Reading& reading, int layers, Mask& mask) const;
  void mark_plain(const Reading& reading, Mask& mask) const;
  void mark_base64(const Reading& reading, Mask& mask) const;
  void mark_cut(const Reading& reading, Mask& mask) const;
  static void mark_cut(const Reading& reading, std::string_view lowered, std::size_t at, std::string_view beginning,
                       Mask& mask);

  std::vector<Whole> whole_;             ///< Forms that are shorter than a run.
  std::vector<std::string> beginnings_;  ///< Of every form in small letters, shorter than a run: what a cut may leave.
  Runs plain_, base64_;
  std::size_t longest_ = 0;  ///< Of the secrets.
};

}  // namespace weir::wire
