#include <algorithm>

#include "conformance/ask/common.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::session_all_remembered {
namespace {

constexpr std::size_t kAlone = 60;    ///< Requests, where nobody else has asked before.
constexpr std::size_t kFewest = 100;  ///< ... and where sessions were lost before.
constexpr std::size_t kMost = 600;
constexpr std::size_t kManyRequests = 50;  ///< Of others: what they met tells.
constexpr std::chrono::milliseconds kSpan{5000};

/// How a request is refused in a conversation that is not known any more; nullopt where it is served, or not answered.
std::optional<std::string> forgotten(Probe& probe, wire::mcp::Dialogue& dialogue) {
  const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  if (!reply || reply->is_result() || !is_client_error(reply->http.head.status)) { return std::nullopt; }
  return reply->describe();
}

/// Behind a round robin without shared sessions a conversation comes and goes.
bool is_gone(Probe& probe, wire::mcp::Dialogue& dialogue) {
  constexpr int kTries = 6;
  for (int tries = 0; tries < kTries; ++tries) {
    if (!forgotten(probe, dialogue)) { return false; }
  }
  return !probe.throttled() && !probe.out_of_time();
}

bool both_served(Probe& probe, wire::mcp::Dialogue& first, wire::mcp::Dialogue& second) {
  return !forgotten(probe, first) && !forgotten(probe, second);
}

std::size_t most_requests(const Ledger* ledger, const SessionsSeen& seen) {
  constexpr std::size_t kSuspicious = 2;
  if (!ledger || ledger->requests() < kManyRequests) { return kAlone; }
  return seen.clients < kSuspicious ? 0 : std::clamp(ledger->requests(), kFewest, kMost);
}

Finding run(Probe& probe) {
  if (!probe.survey().sessions) { return not_applicable("no session id is issued"); }
  const auto& ledger = probe.target().ledger;
  const SessionsSeen seen = ledger ? ledger->sessions() : SessionsSeen{};
  const std::size_t most = most_requests(ledger.get(), seen);
  if (most == 0 && seen.served > 1) {
    return pass(fmt::format("{} sessions in {} requests", seen.served, ledger->requests()));
  }
  auto first = probe.dialogue();
  auto witness = first ? probe.dialogue() : tl::unexpected(first.error());
  // They may be forgotten in the very moment in which they are opened.
  constexpr int kTries = 4;
  for (int tries = 1; tries < kTries && !(witness && both_served(probe, *first, *witness)); ++tries) {
    first = probe.dialogue();
    witness = first ? probe.dialogue() : tl::unexpected(first.error());
  }
  if (!witness) { return untestable("no two conversations: " + witness.error().detail); }
  if (!both_served(probe, *first, *witness)) { return untestable("two sessions are not served side by side"); }
  const auto begin = wire::Clock::now();
  const wire::Deadline until = probe.in(kSpan);
  std::size_t asked = 0;
  std::optional<std::string> why;
  while (!why && asked < std::max(most, kAlone) && !until.passed() && !probe.throttled()) {
    why = forgotten(probe, *first);
    ++asked;
  }
  if (!why) {
    return seen.lost == 0 ? pass(fmt::format("{} requests in one session, and another one beside it", asked))
                          : untestable(fmt::format("{} sessions were lost before, and none in {} requests more",
                                                   seen.lost, asked));
  }
  const auto span = std::chrono::duration<double>(wire::Clock::now() - begin).count();
  // Where each session has an end of its own, or comes and goes, the one that nobody used is known.
  if (!is_gone(probe, *witness) || !is_gone(probe, *first)) {
    return untestable("a session is lost, and not all of them: " + *why);
  }
  std::string got =
      fmt::format("two sessions in which nothing but {} was asked are both unknown after {} requests ({:.1f} s)",
                  harmless_method(probe), asked, span);
  if (seen.lost > 0) { got += fmt::format(", as {} sessions before them", seen.lost); }
  return fail("sessions that are known until their clients end them", fmt::format("{}: {}", got, *why));
}

const Registration kCheck{{
    .id = "session.all.remembered",
    .title = "sessions are not forgotten all at once, whoever is using them",
    .level = Level::should,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#session-management",
    .consequence = "Every client loses its session in the middle of its work whenever a worker is replaced.",
    .fix = "Keep sessions where they outlive a worker, in a store that all of them share; else let one process serve "
           "them, and recycle it at deploys alone (gunicorn: max_requests).",
    .faults = {"session.all-forgotten-now-and-then"},
    .turn = Turn::last,
    .run = run,
}};
const NotByCommand kNoCommand{"session.all.remembered", "it takes many requests in one session, and a second one"};

}  // namespace
}  // namespace weir::conformance::session_all_remembered
