// What the ledger tells of sessions: which the target gave out, and which it forgot.
#include <algorithm>
#include <map>
#include <set>

#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance {

namespace {

struct SessionLife {
  wire::Clock::time_point ended = wire::Clock::time_point::max();   ///< When we asked for its end.
  wire::Clock::time_point served = wire::Clock::time_point::min();  ///< When the latest request was sent that was.
};
using SessionLives = std::map<std::string, SessionLife, std::less<>>;

SessionLife* life_of(SessionLives& lives, const LedgerEntry& entry) {
  const auto found = lives.find(entry.request.headers.get("Mcp-Session-Id"));
  return found == lives.end() ? nullptr : &found->second;
}

SessionLives lives_of(const std::deque<LedgerEntry>& entries) {
  SessionLives lives;
  for (const auto& entry : entries) {
    if (!entry.issued.empty()) { lives.try_emplace(entry.issued); }
  }
  for (const auto& entry : entries) {
    SessionLife* life = life_of(lives, entry);
    if (!life || is_client_error(entry.status) || entry.status >= kServerErrors) { continue; }
    if (entry.request.method == "DELETE") {
      life->ended = std::min(life->ended, entry.sent);
    } else if (entry.answered) {
      life->served = std::max(life->served, entry.sent);
    }
  }
  return lives;
}

/// A 400 may be about anything else in the request, unless that is as every client sends it.
bool refuses_session(const LedgerEntry& entry) {
  constexpr int kGone = 410;
  return entry.status == kNotFound || entry.status == kGone || (entry.status == kBadRequest && is_usual(entry));
}

bool is_lost_at(const LedgerEntry& entry, const SessionLife& life) {
  return refuses_session(entry) && entry.sent < life.ended && entry.sent > life.served;
}

}  // namespace

SessionsSeen Ledger::sessions() const {
  SessionsSeen seen;
  const std::lock_guard lock(mutex_);
  SessionLives lives = lives_of(entries_);
  for (const auto& [id, life] : lives) { seen.served += life.served != wire::Clock::time_point::min(); }
  std::set<std::string_view> lost;
  std::set<std::uint64_t> clients;
  for (const auto& entry : entries_) {
    const SessionLife* life = life_of(lives, entry);
    // A GET may be refused wherever there is no stream, and a DELETE wherever nobody may end a session.
    if (!life || entry.request.method != "POST" || !is_usual(entry) || !is_lost_at(entry, *life)) { continue; }
    lost.insert(entry.request.headers.get("Mcp-Session-Id"));
    clients.insert(entry.asker);
  }
  seen.lost = lost.size();
  seen.clients = clients.size();
  return seen;
}

bool Ledger::met_lost_session(std::uint64_t asker) const {
  const std::lock_guard lock(mutex_);
  SessionLives lives = lives_of(entries_);
  return std::any_of(entries_.begin(), entries_.end(), [&](const LedgerEntry& entry) {
    const SessionLife* life = entry.asker == asker ? life_of(lives, entry) : nullptr;
    return life && is_lost_at(entry, *life);
  });
}

}  // namespace weir::conformance
