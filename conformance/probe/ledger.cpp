#include "conformance/probe/ledger.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <tuple>

#include "conformance/probe/status.hpp"
#include "wire/base/text.hpp"
#include "wire/http/name_lookup.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/mcp/era.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kEntries = 8192;
constexpr std::size_t kSuspects = 5;  ///< Named of those that were in flight at a collapse.

std::string gateway_of(const wire::Exchange& exchange) {
  if (const auto sign = wire::edge_sign(exchange)) { return std::string(sign->hop); }
  const int status = exchange.head.status;
  const auto server = exchange.head.headers.get("server");
  if (!server.empty()) { return wire::excerpt(server, 40); }
  return status == kBadGateway || status == kUnavailable || status == kGatewayTimeout ? "a gateway" : "the server";
}

bool is_loss(wire::ErrorCode code) {
  switch (code) {
    case wire::ErrorCode::connect_refused:
    case wire::ErrorCode::connect_timeout:
    case wire::ErrorCode::unreachable:
    case wire::ErrorCode::reset:
    case wire::ErrorCode::closed:
    case wire::ErrorCode::tls_untrusted:
    case wire::ErrorCode::tls_expired:
    case wire::ErrorCode::tls_name_mismatch:
      return true;
    default:
      return false;
  }
}

bool is_of_certificate(wire::ErrorCode code) {
  return code == wire::ErrorCode::tls_untrusted || code == wire::ErrorCode::tls_expired ||
         code == wire::ErrorCode::tls_name_mismatch;
}

/// As sentences about certificates name it.
std::string of_origin(const wire::Url& url) {
  return fmt::format(" of {} ", wire::SocketAddress{url.host, url.port}.text());
}

/// When it was known what became of a request; one that nobody waited for may have been in flight for a while.
wire::Clock::time_point end_of(const LedgerEntry& entry) {
  constexpr std::chrono::seconds kInFlight{5};
  return entry.answered.value_or(entry.failed.value_or(entry.sent + kInFlight));
}

bool is_served(const LedgerEntry& entry) { return entry.status != 0 && entry.status < kServerErrors; }

/// Whether all of these waited at one moment, and nobody was served in its second half: then everything stood still for
/// once, which the machine that asks does as well as the target.
bool is_one_standstill(const std::deque<LedgerEntry>& entries, const std::vector<const LedgerEntry*>& silent) {
  auto from = wire::Clock::time_point::min(), until = wire::Clock::time_point::max();
  for (const LedgerEntry* entry : silent) {
    from = std::max(from, entry->sent);
    until = std::min(until, end_of(*entry));
  }
  if (from >= until) { return false; }
  const auto middle = from + (until - from) / 2;
  return std::none_of(entries.begin(), entries.end(), [&](const LedgerEntry& entry) {
    return is_served(entry) && entry.sent >= middle && end_of(entry) <= until;
  });
}

struct Suspect {
  const LedgerEntry* entry = nullptr;
  bool left = false;  ///< Its client left before its answer.
};
using Suspects = std::vector<Suspect>;

/// What is known of the moment at which the service ended.
struct End {
  wire::Clock::time_point at;       ///< When the last request was sent that was served.
  wire::Clock::time_point noticed;  ///< When the first answer stayed out since.
  bool dead = false;                ///< Nothing listens any more.
};

End end_of(const std::deque<LedgerEntry>& entries, wire::Clock::time_point at) {
  End end{.at = at, .noticed = wire::Clock::time_point::max()};
  for (const auto& entry : entries) { end.dead = end.dead || entry.error == wire::ErrorCode::connect_refused; }
  for (const auto& entry : entries) {
    // A process that has died ends its connections; who only waited in vain may have done so before.
    const bool ended = end.dead ? entry.error && is_loss(*entry.error) : entry.answered || entry.failed;
    if (!is_served(entry) && ended && end_of(entry) >= at) { end.noticed = std::min(end.noticed, end_of(entry)); }
  }
  return end;
}

/// Whether its client had left, not long before anybody noticed the end: its answer may have come in between. Of what
/// merely hangs, waiting is no cause.
bool has_left(const LedgerEntry& entry, const End& end) {
  constexpr std::chrono::seconds kAnswersComeWithin{10};
  const bool timed_out = end.dead && entry.error == wire::ErrorCode::timeout && !entry.request.body.empty();
  const auto when = entry.left ? entry.left : timed_out ? entry.failed : std::nullopt;
  return when && *when <= end.noticed && *when >= end.at - kAnswersComeWithin;
}

/// How little a request looks like one that ends a process: who leaves before the answer does what few do, and a call
/// is what others are for.
int harmlessness(const LedgerEntry& entry, const End& end) {
  constexpr std::array<std::string_view, 4> kContent = {"POST tools/call", "POST resources/read", "POST prompts/get",
                                                        "POST completion/complete"};
  const bool content = std::any_of(kContent.begin(), kContent.end(), [&](auto one) { return entry.what == one; });
  if (!content && !is_usual(entry)) { return 0; }
  if (has_left(entry, end)) { return 1; }
  return content ? 2 : 3;
}

/// Who may have ended the service, the likeliest first. `at`: when the last request was sent that was served.
Suspects suspects_of(const std::deque<LedgerEntry>& entries, wire::Clock::time_point at) {
  // From then on until the first answer stayed out, something happened: who was in flight may have done it.
  const End end = end_of(entries, at);
  std::vector<const LedgerEntry*> suspects;
  for (const auto& entry : entries) {
    const bool left = has_left(entry, end);
    const bool in_flight = (left || end_of(entry) >= at) && entry.sent <= end.noticed;
    const bool reached = entry.error != wire::ErrorCode::connect_refused && !entry.request.url.host.empty();
    // One that was served may have done it after its answer; one that every client sends hardly.
    if ((!is_served(entry) || !is_usual(entry) || left) && reached && in_flight) { suspects.push_back(&entry); }
  }
  for (const auto& entry : entries) {
    if (suspects.empty() && is_served(entry) && entry.sent == at) { suspects.push_back(&entry); }
  }
  // A connection that ended without an answer tells more than one that is merely open.
  const auto pending = [](const LedgerEntry& entry) { return !entry.answered && !entry.error; };
  std::sort(suspects.begin(), suspects.end(), [&](const auto* a, const auto* b) {
    return std::tuple(harmlessness(*a, end), is_served(*a), pending(*a), b->sent) <
           std::tuple(harmlessness(*b, end), is_served(*b), pending(*b), a->sent);
  });
  Suspects found;
  for (const auto* suspect : suspects) { found.push_back({suspect, has_left(*suspect, end)}); }
  return found;
}

/// "POST a batch of 2 (or POST tools/list or GET /mcp)"
std::string names_of(const Suspects& suspects) {
  std::vector<std::string> names;
  for (const auto& [entry, left] : suspects) {
    std::string name = entry->what + (left ? std::string(kWhoseClientLeft) : std::string());
    if (names.size() < kSuspects && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  const std::vector<std::string> others(names.begin() + 1, names.end());
  return others.empty() ? names.front() : fmt::format("{} (or {})", names.front(), fmt::join(others, " or "));
}

bool has_event(const wire::Exchange& exchange) {
  return std::any_of(exchange.items.begin(), exchange.items.end(), [](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event && !event->data.empty();
  });
}

bool opens_stream(const wire::Request& request) {
  return request.method == "GET" && request.headers.get("Accept").find("text/event-stream") != std::string_view::npos;
}

}  // namespace

bool is_usual(const LedgerEntry& entry) {
  constexpr std::array<std::string_view, 9> kUsual = {"POST initialize",
                                                      "POST ping",
                                                      "POST tools/list",
                                                      "POST resources/list",
                                                      "POST prompts/list",
                                                      "POST notifications/",
                                                      "POST server/discover",
                                                      "DELETE",
                                                      "GET"};
  return unusual_fields(entry.request).empty() &&
         std::any_of(kUsual.begin(), kUsual.end(), [&](auto usual) { return entry.what.starts_with(usual); });
}

std::optional<Trouble> LedgerEntry::trouble() const {
  if (status >= kServerErrors) { return Trouble::server_error; }
  if (status == kUnauthorized) { return Trouble::refused_credentials; }
  const bool of_session = request.method == "POST" || request.headers.has("Mcp-Session-Id");
  if (of_session && (status == 400 || status == 404 || status == 410)) { return Trouble::refused_session; }
  if (status != 0) { return std::nullopt; }
  if (error && is_loss(*error)) { return Trouble::loss; }
  if (error) { return *error == wire::ErrorCode::timeout ? std::optional(Trouble::silence) : std::nullopt; }
  return Trouble::silence;
}

std::uint64_t Ledger::next_asker() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1);
}

void Ledger::sent(std::uint64_t asker, const wire::Request& request) {
  LedgerEntry entry{.asker = asker, .request = request, .what = in_words(request), .sent = wire::Clock::now()};
  const std::lock_guard lock(mutex_);
  keep(std::move(entry));
}

void Ledger::keep(LedgerEntry entry) {
  entries_.push_back(std::move(entry));
  if (entries_.size() > kEntries) { entries_.pop_front(); }
}

void Ledger::answered(std::uint64_t asker, const wire::Exchange& exchange) {
  const int status = exchange.head.status;
  const std::lock_guard lock(mutex_);
  const auto entry = std::find_if(entries_.rbegin(), entries_.rend(), [&](const LedgerEntry& held) {
    return held.asker == asker && !held.answered && held.request.method == exchange.request.method &&
           held.request.body == exchange.request.body;
  });
  if (entry == entries_.rend()) { return; }
  entry->answered = wire::Clock::now();
  entry->status = status;
  if (entry->what == "POST initialize") { entry->issued = std::string(exchange.head.headers.get("Mcp-Session-Id")); }
  if (status >= kServerErrors) { entry->gateway = gateway_of(exchange); }
  if (status == kTooManyRequests || status == kUnavailable) { entry->retry_after = retry_after(exchange.head.headers); }
}

void Ledger::failed(std::uint64_t asker, const wire::Error& error) {
  const std::lock_guard lock(mutex_);
  const auto entry =
      std::find_if(entries_.rbegin(), entries_.rend(), [&](const LedgerEntry& held) { return held.asker == asker; });
  const auto now = wire::Clock::now();
  if (entry != entries_.rend() && !entry->answered && !entry->error) {
    entry->error = error.code;
    entry->failed = now;
    if (is_of_certificate(error.code)) { entry->certificate = error.detail; }
  } else if (is_loss(error.code)) {
    // It got no connection, so nothing was sent.
    keep({.asker = asker,
          .what = "a connection",
          .sent = now,
          .error = error.code,
          .failed = now,
          .certificate = is_of_certificate(error.code) ? error.detail : std::string()});
  }
}

void Ledger::over(std::uint64_t asker, const wire::Exchange& exchange) {
  if (exchange.request.method == "POST" && exchange.is_event_stream() && !has_event(exchange)) {
    return note_left(asker, exchange);  // The head alone is no answer.
  }
  if (exchange.head.status != 0) { return; }
  if (!opens_stream(exchange.request)) { return note_left(asker, exchange); }
  const std::lock_guard lock(mutex_);
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const LedgerEntry& held) {
    return held.asker == asker && !held.answered && !held.given_up && opens_stream(held.request);
  });
  if (entry != entries_.end()) { entry->given_up = wire::Clock::now(); }
}

void Ledger::note_left(std::uint64_t asker, const wire::Exchange& exchange) {
  if (exchange.end != wire::EndClass::open && exchange.end != wire::EndClass::closed_by_us) { return; }
  const std::lock_guard lock(mutex_);
  const auto entry = std::find_if(entries_.rbegin(), entries_.rend(), [&](const LedgerEntry& held) {
    return held.asker == asker && !held.error && !held.left && (exchange.head.status != 0 || !held.answered) &&
           held.request.method == exchange.request.method && held.request.body == exchange.request.body;
  });
  if (entry != entries_.rend()) { entry->left = wire::Clock::now(); }
}

void Ledger::unanswered(std::uint64_t asker) {
  const std::lock_guard lock(mutex_);
  unanswered_.insert(asker);
}

void Ledger::limited(std::uint64_t asker) {
  const std::lock_guard lock(mutex_);
  limited_.insert(asker);
}

bool Ledger::withholds_heads(std::chrono::milliseconds patience) const {
  constexpr int kEnough = 2;
  constexpr std::chrono::milliseconds kTimers{50};  // What a wait that was cut by its deadline may lack.
  int withheld = 0;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (!opens_stream(entry.request)) { continue; }
    if (entry.status != 0 && entry.status < kRedirects) { return false; }
    const bool silent = entry.trouble() == Trouble::silence && entry.given_up;
    if (silent && *entry.given_up - entry.sent >= patience - kTimers) { ++withheld; }
  }
  return withheld >= kEnough;
}

void Ledger::opened(bool answered) {
  const std::lock_guard lock(mutex_);
  ++(answered ? opened_ : opened_in_vain_);
}

bool Ledger::opens_in_vain() const {
  constexpr int kEnough = 4;
  const std::lock_guard lock(mutex_);
  return opened_ == 0 && opened_in_vain_ >= kEnough;
}

std::vector<Trouble> Ledger::troubles(std::uint64_t asker, wire::Clock::time_point since) const {
  std::vector<Trouble> met;
  const std::lock_guard lock(mutex_);
  if (unanswered_.contains(asker) && since == wire::Clock::time_point{}) { met.push_back(Trouble::silence); }
  for (const auto& entry : entries_) {
    if (entry.asker != asker) { continue; }
    const auto trouble = entry.trouble();
    const bool late = end_of(entry) >= since;
    if (trouble && late && std::find(met.begin(), met.end(), *trouble) == met.end()) { met.push_back(*trouble); }
    const bool withheld = trouble == Trouble::silence && opens_stream(entry.request) && late;
    if (withheld && std::find(met.begin(), met.end(), Trouble::withheld_stream) == met.end()) {
      met.push_back(Trouble::withheld_stream);
    }
  }
  return met;
}

std::optional<std::chrono::seconds> Ledger::throttled(std::uint64_t asker) const {
  std::optional<std::chrono::seconds> longest;
  const std::lock_guard lock(mutex_);
  if (limited_.contains(asker)) { longest = std::chrono::seconds(1); }
  for (const auto& entry : entries_) {
    if (entry.asker == asker && entry.status == kTooManyRequests) {
      longest = std::max(longest.value_or(std::chrono::seconds(0)), entry.retry_after);
    }
  }
  return longest;
}

std::size_t Ledger::requests() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t Ledger::handshakes() const {
  constexpr int kRefusals = 400;
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), [](const LedgerEntry& entry) {
    return entry.what == "POST initialize" && entry.status != 0 && entry.status < kRefusals;
  }));
}

std::string Ledger::server_errors() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  const LedgerEntry* example = nullptr;
  for (const auto& entry : entries_) {
    if (entry.status < kServerErrors) { continue; }
    ++count;
    example = &entry;
  }
  return example ? fmt::format("{} of {} requests were answered {} by {}", count, entries_.size(), example->status,
                               example->gateway)
                 : std::string();
}

bool Ledger::flaps() const {
  constexpr std::size_t kLatest = 10, kLatestOpenings = 4;
  std::vector<const LedgerEntry*> answers, openings;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (!entry.answered) { continue; }
    answers.push_back(&entry);
    if (entry.what == "POST initialize") { openings.push_back(&entry); }
  }
  const auto any_of_latest = [](std::vector<const LedgerEntry*>& of, std::size_t most, auto is_such) {
    const auto end = of.begin() + static_cast<std::ptrdiff_t>(std::min(most, of.size()));
    std::partial_sort(of.begin(), end, of.end(),
                      [](const auto* a, const auto* b) { return *a->answered > *b->answered; });
    return std::any_of(of.begin(), end, is_such);
  };
  const auto is_failed = [](const LedgerEntry* entry) { return entry->status >= kServerErrors; };
  const auto is_good = [](const LedgerEntry* entry) { return entry->status < kRedirects; };
  // Who lets nobody in any more serves its old sessions all the same.
  return any_of_latest(answers, kLatest, is_failed) && any_of_latest(answers, kLatest, is_good) &&
         (openings.empty() || any_of_latest(openings, kLatestOpenings, is_good));
}

std::string Ledger::silences() const {
  constexpr std::size_t kAskers = 3, kKinds = 2;
  return now_and_then({.askers = kAskers, .kinds = kKinds, .what = "got no answer in time"},
                      [](const LedgerEntry& entry) { return entry.error == wire::ErrorCode::timeout; });
}

std::string Ledger::losses() const {
  constexpr std::size_t kAskers = 4, kKinds = 2, kSmallBody = 4096;
  return now_and_then(
      {.askers = kAskers, .kinds = kKinds, .what = "met the end of their connection instead of an answer"},
      [](const LedgerEntry& entry) {
        const bool ended = entry.error == wire::ErrorCode::reset || entry.error == wire::ErrorCode::closed;
        return ended && is_usual(entry) && entry.request.body.size() < kSmallBody;
      });
}

bool Ledger::lost_by_chance(const wire::Url& url, const std::vector<Trouble>& met, std::string_view got) const {
  const bool lost = std::find(met.begin(), met.end(), Trouble::loss) != met.end();
  const bool refused = !refused_certificates(url).empty();
  return (lost && (refused || !losses().empty())) || (refused && got.find(of_origin(url)) != std::string_view::npos);
}

std::string Ledger::refused_certificates(const wire::Url& url) const {
  const std::string of_target = of_origin(url);
  std::size_t refused = 0;
  const LedgerEntry* example = nullptr;
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (entry.certificate.find(of_target) == std::string::npos) { continue; }
    ++refused;
    example = &entry;
  }
  return example ? fmt::format("{} of {} connections and requests met another certificate: {}", refused,
                               entries_.size(), example->certificate)
                 : std::string();
}

std::string Ledger::now_and_then(const Chance& chance, bool (*is_hit)(const LedgerEntry&)) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> served, kinds;
  // What is refused at other times is no right request: nobody needs its answer, and its refusal may take a while.
  for (const auto& entry : entries_) {
    if (is_served(entry) && !is_client_error(entry.status)) { served.insert(entry.what); }
  }
  std::set<std::uint64_t> askers;
  std::vector<const LedgerEntry*> hit;
  for (const auto& entry : entries_) {
    if (!is_hit(entry) || !served.contains(entry.what)) { continue; }
    hit.push_back(&entry);
    askers.insert(entry.asker);
    kinds.insert(entry.what);
  }
  if (askers.size() < chance.askers || kinds.size() < chance.kinds || is_one_standstill(entries_, hit)) { return {}; }
  return fmt::format("{} of {} requests {}: {}, which are answered at other times", hit.size(), entries_.size(),
                     chance.what, fmt::join(kinds, ", "));
}

Collapse Ledger::collapse() const {
  const std::lock_guard lock(mutex_);
  Collapse found;
  found.after = "one of the questions that found its eras (POST server/discover, POST initialize, GET)";
  found.since = "answers nothing";
  for (const auto& entry : entries_) {
    if (is_served(entry)) { found.at = std::max(found.at, entry.sent); }
  }
  if (const auto suspects = suspects_of(entries_, found.at); !suspects.empty()) {
    found.suspect = suspects.front().entry->request;
    found.left = suspects.front().left;
    found.after = names_of(suspects);
  }
  for (const auto& entry : entries_) {
    if (entry.error == wire::ErrorCode::connect_refused) { found.since = "refuses connections"; }
    if (entry.status >= kServerErrors && entry.sent > found.at) {
      found.since = fmt::format("answers {} to everything", entry.status);
    }
  }
  return found;
}

}  // namespace weir::conformance
