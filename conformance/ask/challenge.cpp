#include "conformance/ask/challenge.hpp"

#include <fmt/format.h>

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

  /// Until a comma or a blank: what stands unquoted where no token can.
  std::string rest_of_value() {
    const std::string_view found = rest_.substr(0, std::min(rest_.find_first_of(" \t,"), rest_.size()));
    rest_.remove_prefix(found.size());
    return std::string(found);
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

namespace {

/// A value without quotes, as far as a lenient reader takes it.
std::string unquoted(Reader& reader, std::string_view name, std::vector<std::string>& problems) {
  std::string given(reader.word());
  given += reader.rest_of_value();
  const bool is_token = std::all_of(given.begin(), given.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (!is_token) { problems.push_back(fmt::format("the value of {} is not quoted, and no token", name)); }
  return given;
}

void add(Challenge& challenge, std::string name, std::string given, bool behind_comma, bool closed) {
  auto& problems = challenge.problems;
  if (closed && challenge.parameters.empty()) {
    problems.emplace_back("a comma stands between the scheme and its parameters");
  } else if (!challenge.parameters.empty() && !behind_comma) {
    problems.push_back(fmt::format("no comma stands before {}", name));
  }
  if (challenge.parameters.contains(name)) { problems.push_back(fmt::format("{} stands twice", name)); }
  challenge.parameters.emplace(std::move(name), std::move(given));
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view value) {
  std::vector<Challenge> challenges;
  bool closed = false;  // The last scheme was followed by a comma.
  Reader reader(value);
  while (true) {
    reader.skip_any(kBlank);
    const bool behind_comma = reader.at(',');
    reader.skip_any(" \t,");
    if (reader.done()) { return challenges; }
    const std::string_view word = reader.word();
    if (word.empty()) {
      reader.at('"') ? void(reader.quoted()) : reader.skip_one();  // Nothing that may stand here.
      continue;
    }
    reader.skip_any(kBlank);
    if (!reader.at('=')) {  // A name without a value begins a challenge.
      challenges.push_back({.scheme = wire::lower(word), .parameters = {}, .problems = {}});
      closed = reader.at(',');
      continue;
    }
    reader.skip_any("=");
    reader.skip_any(kBlank);
    std::vector<std::string> problems;
    const std::string name = wire::lower(word);
    std::string given = reader.at('"') ? reader.quoted() : unquoted(reader, name, problems);
    if (challenges.empty()) { continue; }
    add(challenges.back(), name, std::move(given), behind_comma, closed);
    auto& kept = challenges.back().problems;
    kept.insert(kept.end(), problems.begin(), problems.end());
  }
}

const Challenge* find_challenge(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](const Challenge& challenge) { return challenge.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

}  // namespace weir::conformance
