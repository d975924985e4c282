#include "conformance/ask/session.hpp"

#include <algorithm>
#include <charconv>

namespace weir::conformance {

namespace {

/// The number that is left of an id without what it shares with the others; nullopt where that is no number.
std::optional<std::uint64_t> number_of(std::string_view id, std::size_t from, std::size_t shared_end, int base) {
  id.remove_suffix(shared_end);
  id.remove_prefix(std::min(from, id.size()));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number, base);
  if (error != std::errc() || end != id.data() + id.size()) { return std::nullopt; }
  return number;
}

/// Counters go in small steps; clocks, which have many digits, by what a minute is in their unit.
std::uint64_t longest_step(std::uint64_t number) {
  constexpr std::uint64_t kMilliseconds = 1'000'000'000'000;
  constexpr std::uint64_t kMicroseconds = kMilliseconds * 1000;
  constexpr std::uint64_t kMinute = 60'000;
  constexpr std::uint64_t kCounted = 1000;
  return number < kMilliseconds ? kCounted : number < kMicroseconds ? kMinute : kMinute * 1000;
}

bool counts_up(const std::vector<std::string>& ids, std::size_t from, std::size_t shared_end, int base) {
  std::optional<std::uint64_t> last;
  for (const auto& id : ids) {
    const auto number = number_of(id, from, shared_end, base);
    if (!number || (last && (*number <= *last || *number - *last > longest_step(*last)))) { return false; }
    last = number;
  }
  return true;
}

}  // namespace

wire::Result<wire::Exchange> ask_as(Probe& probe, const wire::mcp::Dialogue& dialogue, std::optional<std::string> id) {
  wire::Request request =
      dialogue.make_post(jsonrpc::request(json::value(dialogue.fresh_id("weir-session")), harmless_method(probe)));
  if (id) {
    request.headers.set("Mcp-Session-Id", *id);
  } else {
    request.headers.remove("Mcp-Session-Id");
  }
  return probe.send(request);
}

bool is_served(const wire::Exchange& exchange) {
  const auto texts = message_texts(exchange);
  return exchange.ok() && std::none_of(texts.begin(), texts.end(), [](const std::string& text) {
           const auto parsed = jsonrpc::parse(text);
           return parsed && !parsed->messages.empty() && parsed->messages.front().kind == jsonrpc::Kind::error;
         });
}

std::optional<Finding> unless_required(Probe& probe, const wire::mcp::Dialogue& dialogue) {
  const auto asked = probe.last_request();
  auto answer = ask_as(probe, dialogue, std::nullopt);
  if (asked) { probe.pin_request(*asked); }
  if (answer && is_served(*answer)) { return not_applicable("the server issues session ids, but requires none"); }
  return std::nullopt;
}

bool is_sequence(const std::vector<std::string>& ids) {
  constexpr std::size_t kFewest = 3;  // Two numbers are soon in order by chance.
  if (ids.size() < kFewest) { return false; }
  std::size_t from = ids.front().size();
  std::size_t shared_end = ids.front().size();
  for (const auto& id : ids) {
    from = std::min(from, common_prefix(ids.front(), id));
    shared_end = std::min(shared_end, common_prefix(std::string(ids.front().rbegin(), ids.front().rend()),
                                                    std::string(id.rbegin(), id.rend())));
  }
  // The digits that 10 and 11 share belong to the number.
  const auto begin_of_number = [&](std::string_view digits) {
    std::size_t begin = from;
    while (begin > 0 && digits.find(ids.front()[begin - 1]) != digits.npos) { --begin; }
    return begin;
  };
  const auto end_of_number = [&](std::string_view digits) {
    std::size_t end = shared_end;
    while (end > 0 && digits.find(ids.front()[ids.front().size() - end]) != digits.npos) { --end; }
    return end;
  };
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  return counts_up(ids, begin_of_number(kDigits.substr(0, 10)), end_of_number(kDigits.substr(0, 10)), 10) ||
         counts_up(ids, begin_of_number(kDigits), end_of_number(kDigits), 16);
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t shortest = std::min(a.size(), b.size());
  return std::mismatch(a.begin(), a.begin() + shortest, b.begin()).first - a.begin();
}

}  // namespace weir::conformance
