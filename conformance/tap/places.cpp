#include "conformance/tap/places.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "wire/json/jsonrpc.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kPlacesNamed = 5;

}  // namespace

bool is_left_over(const wire::FramingNote& note) {
  return note.what.starts_with("bytes after the end of the response");
}

bool is_undecodable(const wire::FramingNote& note) {
  return note.what.starts_with("the content coding '") && note.what.find("does not decode") != std::string::npos;
}

std::string place_of(const Seen& seen) {
  const wire::Request& request = seen.http.request;
  std::string what = fmt::format("{} {}", request.method, wire::excerpt(std::string_view(request.url.path), 60));
  if (request.method == "POST") {
    const auto parsed = wire::jsonrpc::parse(request.body);
    if (parsed && parsed->messages.size() == 1 && !parsed->messages.front().method.empty()) {
      what = wire::excerpt(std::string_view(parsed->messages.front().method), 60);
    }
  }
  return fmt::format("{} ({})", what, seen.by);
}

void Places::broken(const SeenPtr& seen, std::string what) {
  if (!first_) { first_ = seen; }
  ++broken_;
  std::string line = fmt::format("{}: {}", place_of(*seen), what);
  if (lines_.size() < kPlacesNamed && std::find(lines_.begin(), lines_.end(), line) == lines_.end()) {
    lines_.push_back(std::move(line));
  }
}

Finding Places::finding(std::string expected, const char* looked_at, const char* nothing) const {
  if (broken_ > 0) {
    // One place may break a rule in several ways.
    const auto counted = broken_ > looked_ ? fmt::format("{} times otherwise in {} {}", broken_, looked_, looked_at)
                                           : fmt::format("{} of {} {} otherwise", broken_, looked_, looked_at);
    return fail(std::move(expected),
                fmt::format("{}: {}{}", counted, fmt::join(lines_, "; "), broken_ > lines_.size() ? "; ..." : ""));
  }
  if (looked_ == 0) { return untestable(nothing); }
  return pass(fmt::format("{} {}", looked_, looked_at));
}

}  // namespace weir::conformance
