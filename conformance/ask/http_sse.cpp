#include "conformance/ask/http_sse.hpp"

#include <algorithm>

#include "wire/base/text.hpp"

namespace weir::conformance {

wire::Result<wire::HttpStream> open_stream(Probe& probe) {
  return probe.http().open(stream_get(probe, probe.url()), probe.answer_deadline());
}

wire::Result<std::string> read_endpoint(Probe& probe, wire::HttpStream& stream) {
  const wire::Deadline deadline = probe.answer_deadline();
  while (auto event = stream.next_event(deadline)) {
    if (event->type == "endpoint") { return event->data; }
  }
  return wire::fail(wire::ErrorCode::malformed_message, "the stream announced no endpoint");
}

wire::Result<std::string> announced_endpoint(Probe& probe) {
  auto stream = open_stream(probe);
  if (!stream) { return tl::unexpected(stream.error()); }
  return read_endpoint(probe, *stream);
}

namespace {

/// Same length, same kinds of character, another value: what checks the form only must still refuse it.
std::string forged(std::string_view id) {
  std::string text(id);
  for (char& c : text) {
    if (c >= '0' && c <= '9') {
      c = static_cast<char>('0' + (c - '0' + 5) % 10);
    } else if (c >= 'a' && c <= 'f') {
      c = static_cast<char>('a' + (c - 'a' + 3) % 6);
    } else if (c >= 'A' && c <= 'F') {
      c = static_cast<char>('A' + (c - 'A' + 3) % 6);
    }
  }
  return text;
}

constexpr std::size_t kShortestId = 8;

/// Where an id stands in the text that it is a part of.
struct Place {
  std::size_t at = 0, size = 0;
};

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), wire::is_digit); }

/// How much a parameter looks like that of a session; 0: not at all. One that is named so comes before one that has a
/// digit, and the longer one first. What has a slash in it is a path or a URL.
std::size_t likeness(std::string_view name, std::string_view value) {
  constexpr std::size_t kNamed = 1'000'000, kDigit = 100'000;
  if (value.size() < kShortestId) { return 0; }
  const std::string called = wire::lower(name);
  const std::size_t length = std::min(value.size(), kDigit - 1);
  if (called.find("session") != std::string::npos || called == "sid") { return kNamed + length; }
  if (value.find('/') != std::string_view::npos || wire::lower(value).find("%2f") != std::string::npos) { return 0; }
  return length + (has_digit(value) ? kDigit : 0);
}

/// The parameter that looks most like it; of two alike the last one.
std::optional<Place> session_in(std::string_view query) {
  std::optional<Place> best;
  std::size_t most = 1;
  for (std::size_t begin = 0; begin <= query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::size_t equals = query.find('=', begin);
    if (equals < end) {
      const Place place{equals + 1, end - equals - 1};
      const auto like = likeness(query.substr(begin, equals - begin), query.substr(place.at, place.size));
      if (like >= most) {
        best = place;
        most = like;
      }
    }
    begin = end + 1;
  }
  return best;
}

/// The last segment of the path.
std::optional<Place> session_at_end(std::string_view path) {
  const std::size_t begin = path.rfind('/') + 1;
  const auto segment = path.substr(begin);
  if (segment.size() < kShortestId || !has_digit(segment)) { return std::nullopt; }
  return Place{begin, segment.size()};
}

}  // namespace

std::string announced_session(const wire::Url& url) {
  if (const auto place = session_in(url.query)) { return url.query.substr(place->at, place->size); }
  const auto place = session_at_end(url.path);
  return place ? url.path.substr(place->at, place->size) : std::string();
}

bool forge_session(wire::Url& url) {
  const auto in_query = session_in(url.query);
  const auto place = in_query ? in_query : session_at_end(url.path);
  if (!place) { return false; }
  std::string& text = in_query ? url.query : url.path;
  const std::string id = text.substr(place->at, place->size);
  text.replace(place->at, place->size, forged(id));
  return text.substr(place->at, place->size) != id;
}

Finding left_open(Finding finding) {
  if (finding.verdict == reports::Verdict::fail) { finding.verdict = reports::Verdict::warn; }
  return finding;
}

}  // namespace weir::conformance
