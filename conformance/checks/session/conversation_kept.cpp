#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/ask/ready.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::session_conversation_kept {
namespace {

constexpr int kAsks = 8;
constexpr std::chrono::milliseconds kPatience{1500};
constexpr std::chrono::milliseconds kManyClients{700};

/// Why a request in this conversation is not served; nullopt where it is.
std::optional<std::string> why_not(Probe& probe, wire::mcp::Dialogue& dialogue,
                                   const std::optional<json::value>& id = std::nullopt) {
  const auto reply =
      dialogue.request(harmless_method(probe), nullptr, {.id = id, .timeout = probe.in(kPatience).left()});
  if (!reply) { return reply.error().detail; }
  return reply->is_result() ? std::nullopt : std::optional(reply->describe());
}

/// Whether the conversation is gone for good: behind a round robin without shared sessions it comes and goes.
bool is_gone(Probe& probe, wire::mcp::Dialogue& dialogue) {
  constexpr int kTries = 6, kSilences = 2;
  for (int tries = 0, silences = 0; tries < kTries && silences < kSilences; ++tries) {
    const auto begin = wire::Clock::now();
    if (!why_not(probe, dialogue)) { return false; }
    silences += wire::Clock::now() - begin >= kPatience;
  }
  return !probe.out_of_time();
}

/// Further clients, as long as they cost little; how many came. Each of HTTP+SSE holds a stream, and with it a worker
/// of servers that have but few.
int add_clients(Probe& probe, std::vector<wire::mcp::Dialogue>& clients) {
  const std::size_t most = probe.is(Era::http_sse) ? 4 : 12;
  const wire::Deadline until = probe.in(kManyClients);
  while (clients.size() < most && !until.passed()) {
    auto another = probe.dialogue();
    if (!another) { break; }
    clients.push_back(std::move(*another));
  }
  return static_cast<int>(clients.size());
}

/// Whether one client more ends the oldest of the conversations that are left, and that one alone: so room is made.
/// A worker that was replaced has forgotten all of them at once.
bool makes_room(Probe& probe, wire::mcp::Dialogue& second, std::vector<wire::mcp::Dialogue>& others) {
  std::vector<wire::mcp::Dialogue*> clients = {&second};
  for (auto& other : others) { clients.push_back(&other); }
  std::size_t oldest = 0;
  while (oldest < clients.size() && why_not(probe, *clients[oldest])) { ++oldest; }
  if (oldest + 1 >= clients.size()) { return false; }
  const auto another = probe.dialogue();
  if (!another) { return true; }
  // Who was asked last may be taken for the newest.
  return why_not(probe, *clients[oldest]).has_value() != why_not(probe, *clients[oldest + 1]).has_value();
}

/// A second client that is refused, again and again, while the first one is served; nullopt where it is not. Of the
/// streams of HTTP+SSE http-sse.endpoint.distinct says so.
std::optional<Finding> one_client_alone(Probe& probe, wire::mcp::Dialogue& first, wire::Error refusal) {
  constexpr int kTries = 3;
  if (probe.is(Era::http_sse)) { return std::nullopt; }
  for (int tries = 1; tries < kTries && refusal.code == wire::ErrorCode::rejected; ++tries) {
    const auto again = probe.dialogue();
    if (again) { return std::nullopt; }
    refusal = again.error();
  }
  if (refusal.code != wire::ErrorCode::rejected || probe.throttled() || why_not(probe, first)) { return std::nullopt; }
  return fail("a second client to be let in beside the first", refusal.detail)
      .at("server", "Make a new server and transport for each session: one for the process serves one client.");
}

/// What a request is refused with, in the words of the answer; empty where it is served, or nothing is answered.
std::string refusal_of(Probe& probe, wire::mcp::Dialogue& dialogue, std::string_view method) {
  const auto reply = dialogue.request(method, nullptr, {.timeout = probe.in(kPatience).left()});
  if (!reply || reply->is_result() || reply->http.head.status >= kServerErrors) { return {}; }
  return reply->is_error() || is_client_error(reply->http.head.status) ? reply->describe() : std::string();
}

/// Where initialize is all that is served, each other check would say so again: whatever is asked is refused alike.
std::optional<Finding> nothing_served(Probe& probe, wire::mcp::Dialogue& dialogue) {
  std::vector<std::string_view> methods = {"ping"};
  for (const std::string_view list : {"tools", "resources", "prompts"}) {
    if (!probe.survey().declares(list)) { continue; }
    methods.push_back(list == "tools" ? "tools/list" : list == "resources" ? "resources/list" : "prompts/list");
  }
  std::string refusal;
  for (const auto method : methods) {
    std::string said = refusal_of(probe, dialogue, method);
    if (said.empty() || (!refusal.empty() && said != refusal)) { return std::nullopt; }
    refusal = std::move(said);
  }
  if (methods.size() < 2 || probe.throttled() || probe.out_of_time()) { return std::nullopt; }
  if (is_served_later(probe, dialogue, methods.back())) { return std::nullopt; }  // lifecycle.handshake.no-race
  const auto with_params = dialogue.request(methods.back(), json::object{});
  if (with_params && with_params->is_result()) {
    return fail("requests that are served without the member params, where they need none",
                fmt::format("{} is served with empty params, and refused without: {}", methods.back(), refusal))
        .at("server", "Take absent params for empty ones: the schema lets clients leave them out.");
  }
  return fail("requests that are served once initialize was",
              fmt::format("initialize is served, and every request after it is refused ({}): {}",
                          fmt::join(methods, ", "), refusal))
      .at("server, or the proxy before it",
          "Let path, session and credentials of a request lead where those of initialize do, and take the session for "
          "initialized once notifications/initialized was accepted.");
}

/// A server that is made anew for each request has seen no initialize: it refuses alike what exists and what does not,
/// and serves what needs no handshake.
std::optional<Finding> handshake_forgotten(Probe& probe, wire::mcp::Dialogue& dialogue) {
  const std::string_view list = method_of_session(probe);
  const std::string refusal = list == harmless_method(probe) ? "" : refusal_of(probe, dialogue, list);
  if (refusal.empty() || refusal_of(probe, dialogue, kUnknownMethod) != refusal) { return std::nullopt; }
  const auto again = dialogue.request(kUnknownMethod);
  const auto code = again ? error_code(*again) : std::nullopt;
  const bool may_be_told = code && *code != jsonrpc::kMethodNotFound && !probe.throttled() && !probe.out_of_time();
  if (!may_be_told || is_served_later(probe, dialogue, list)) { return std::nullopt; }
  return fail("requests that are served once initialize was",
              fmt::format(
                  "initialize and {} are served, and {} is refused as an unknown method is, as if there had been "
                  "no handshake: {}",
                  harmless_method(probe), list, refusal))
      .at("server",
          "Keep the server object of a session from one request to the next; a stateless one must serve requests "
          "without a handshake of its own.");
}

/// Whether the answer to this request of another client came on the stream of this one (HTTP+SSE).
bool brings_answer_to(Probe& probe, wire::mcp::Dialogue& dialogue, const json::value& id) {
  constexpr std::chrono::milliseconds kHeard{100};
  if (!probe.is(Era::http_sse)) { return false; }
  const auto seen = dialogue.drain(probe.in(kHeard));
  return std::any_of(seen.begin(), seen.end(), [&](const auto& one) { return one.message.answers(id); });
}

Finding ask_once(Probe& probe) {
  auto first = probe.dialogue();
  if (!first) {
    const auto held = probe.held();
    const auto alone = held ? one_client_alone(probe, *held, first.error()) : std::nullopt;
    return alone.value_or(untestable("no conversation: " + first.error().detail));
  }
  if (auto why = why_not(probe, *first)) {
    if (auto nothing = nothing_served(probe, *first)) { return *std::move(nothing); }
    return untestable("the first request is not served: " + *why);
  }
  if (auto forgotten = handshake_forgotten(probe, *first)) { return *std::move(forgotten); }
  for (int asked = 1; asked < kAsks; ++asked) {
    auto why = why_not(probe, *first);
    if (!why) { continue; }
    if (!is_gone(probe, *first)) { return untestable("not each request of a session is served: " + *why); }
    return fail(fmt::format("{} requests of one session to be served", kAsks),
                fmt::format("a session is lost after {} requests: {}", asked, *why))
        .at("server", "Keep a session until its client ends it, or has been silent for long.");
  }
  auto second = probe.dialogue();
  if (!second) {
    return one_client_alone(probe, *first, second.error())
        .value_or(untestable("no second conversation: " + second.error().detail));
  }
  if (auto why = why_not(probe, *second)) { return untestable("the second client is not served: " + *why); }
  const json::value id = "weir-first-client";
  auto why = why_not(probe, *first, id);
  if (why && brings_answer_to(probe, *second, id)) {
    return fail("the answers to a first client on its own stream, beside a second one",
                "the answer to the first client came on the stream of the second, which is shown what others ask for")
        .at("server", "Keep a transport for each session: one for the process writes to the client that came last.");
  }
  if (!why) {
    std::vector<wire::mcp::Dialogue> others;
    const int count = add_clients(probe, others);
    why = why_not(probe, *first);
    if (!why) { return pass(fmt::format("{} requests, and one more beside {} other clients", kAsks, count + 1)); }
    if (!is_gone(probe, *first)) { return untestable("not each request of a session is served: " + *why); }
    if (!others.empty() && why_not(probe, others.back())) {
      return untestable("the newest client is not served either, nor is the first: " + *why);
    }
    if (!makes_room(probe, *second, others)) {
      return untestable("sessions are lost beside others, and not to make room: " + *why);
    }
    return fail("a first client that is served beside others",
                fmt::format("its session is lost when {} others are begun: {}", count + 1, *why))
        .at("server", "Make room by ending sessions that have been silent for long, and not those that are in use.");
  }
  if (!is_gone(probe, *first) || why_not(probe, *second)) {
    return untestable("not each request of a session is served: " + *why);
  }
  return fail("a first client that is served beside a second one",
              fmt::format("a second client takes the place of the first: {}", *why))
      .at("server", "Keep a transport for each session: one for the process is overwritten by the next client.");
}

/// A server may end a session at any time; what it does each time is a fault of its own.
Finding run(Probe& probe) {
  Finding found = ask_once(probe);
  const auto& ledger = probe.target().ledger;
  const bool lost = ledger && ledger->met_lost_session(probe.number());
  if (found.verdict != reports::Verdict::fail || !lost) { return found; }
  Finding again = ask_once(probe);
  if (again.verdict == reports::Verdict::fail || probe.out_of_time()) { return found; }
  return untestable("a session was lost, and none when asked again: " + found.got);
}

const Registration kCheck{{
    .id = "session.conversation.kept",
    .title = "a conversation goes on, however often it asks and whoever else comes",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle",
    .consequence =
        "The service works for one user at a time, for a few calls or for the opening alone: the rest are errors.",
    .fix = "Keep a transport for each session in a map by session id, until its client ends it or is silent for long; "
           "one transport for the process serves one client.",
    .faults = {"session.newest-alone", "session.lost-after-four", "session.room-for-five",
               "session.nothing-after-initialize", "session.handshake-forgotten", "session.newest-hears-all"},
    .turn = Turn::first,
    .explains = {Trouble::refused_session, Trouble::silence, Trouble::server_error},
    .run = run,
}};
const NotByCommand kNoCommand{"session.conversation.kept",
                              "it takes several requests in one session, and a second client"};

}  // namespace
}  // namespace weir::conformance::session_conversation_kept
