#include "conformance/ask/challenge.hpp"

#include <algorithm>
#include <cctype>

#include "wire/base/text.hpp"

namespace weir::conformance {

namespace {

/// Reads from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
  void skip_one() { rest_.remove_prefix(1); }
  void skip_any(std::string_view which) { rest_.remove_prefix(std::min(rest_.find_first_not_of(which), rest_.size())); }

  /// token and token68 alike (RFC 9110 sections 5.6.2 and 11.2), without the "=" that may end the latter.
  std::string_view word() {
    const auto end = std::find_if(rest_.begin(), rest_.end(), [](unsigned char c) {
      return !std::isalnum(c) &&
             std::string_view("!#$%&'*+-.^_`|~/").find(static_cast<char>(c)) == std::string_view::npos;
    });
    const std::string_view found = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(found.size());
    return found;
  }

  /// quoted-string (RFC 9110 section 5.6.4); one that does not end goes to the end of the text.
  std::string quoted() {
    std::string text;
    skip_one();
    while (!done() && !at('"')) {
      if (at('\\') && rest_.size() > 1) { skip_one(); }
      text += rest_.front();
      skip_one();
    }
    if (!done()) { skip_one(); }
    return text;
  }

 private:
  std::string_view rest_;
};

constexpr std::string_view kBlank = " \t";

}  // namespace

std::string Challenge::parameter(std::string_view name) const {
  const auto found = parameters.find(std::string(name));
  return found == parameters.end() ? "" : found->second;
}

std::vector<Challenge> parse_challenges(std::string_view value) {
  std::vector<Challenge> challenges;
  Reader reader(value);
  while (true) {
    reader.skip_any(" \t,");
    if (reader.done()) { return challenges; }
    const std::string_view word = reader.word();
    if (word.empty()) {
      reader.at('"') ? void(reader.quoted()) : reader.skip_one();  // Nothing that may stand here.
      continue;
    }
    reader.skip_any(kBlank);
    if (!reader.at('=')) {  // A name without a value begins a challenge.
      challenges.push_back({.scheme = wire::lower(word), .parameters = {}});
      continue;
    }
    reader.skip_any("=");
    reader.skip_any(kBlank);
    std::string given = reader.at('"') ? reader.quoted() : std::string(reader.word());
    if (!challenges.empty()) { challenges.back().parameters.emplace(wire::lower(word), std::move(given)); }
  }
}

const Challenge* find_challenge(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](const Challenge& challenge) { return challenge.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

}  // namespace weir::conformance
