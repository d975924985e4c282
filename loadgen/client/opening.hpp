// How a stream of each kind comes to be held: the steps of its handshake, what an answer to a step means, and which
// failure an attempt is counted as. Pure; actors.hpp does what is decided here.
#pragma once

#include "loadgen/net/exchange.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "reports/measure/vocabulary.hpp"

namespace weir::loadgen {

/// What a slot is at. Each has a live socket, a place in the queue or a deadline, but for the first and the last.
enum class State : std::uint8_t {
  unused,
  queued,       ///< To be opened when fewer than opening_at_once are under way.
  initialize,   ///< POST initialize is under way; http-sse: its answer is awaited on the stream.
  announce,     ///< POST notifications/initialized is under way.
  stream,       ///< The request whose response is the stream is under way.
  endpoint,     ///< http-sse: the stream is there, its endpoint event is not.
  acknowledge,  ///< listen: the stream is there, its acknowledgement is not.
  held,
  waiting,  ///< For its time to come back.
  token,    ///< For new credentials.
  retired,  ///< Its stream ended, and the scenario wants no reconnect.
};
inline constexpr std::size_t kStates = 11;

constexpr bool is_opening(State state) { return state >= State::initialize && state <= State::acknowledge; }
/// The slot owns a stream that is not held yet.
constexpr bool has_early_stream(StreamKind kind, State state) {
  return state == State::endpoint || state == State::acknowledge ||
         (kind == StreamKind::http_sse_get && (state == State::initialize || state == State::announce));
}
constexpr bool has_sessions(StreamKind kind) {
  return kind == StreamKind::streamable_get || kind == StreamKind::streamable_post || kind == StreamKind::session;
}
/// What a slot holds is a stream; else it is the session alone.
constexpr bool has_stream(StreamKind kind) { return kind != StreamKind::session; }
constexpr bool is_mcp(StreamKind kind) {
  return kind != StreamKind::plain_get && kind != StreamKind::automatic && kind != StreamKind::none;
}
/// Last-Event-ID: of EventSource, and of MCP from 2025-03-26 until 2025-11-25.
constexpr bool can_resume(StreamKind kind) {
  return kind == StreamKind::plain_get || (has_sessions(kind) && has_stream(kind));
}

/// The invariant of a slot, checked each second: whoever wants a stream has one, or something that leads to it.
struct SlotResources {
  bool stream = false;    ///< Streams holds one for the slot.
  bool exchange = false;  ///< A request is under way.
  bool deadline = false;  ///< The wheel will call.
  bool queued = false;    ///< It has its place in the queue of opens.
};
bool is_sound(StreamKind kind, State state, const SlotResources& has);

State first_step(StreamKind kind, bool has_session);
State next_step(StreamKind kind, State done);

/// The attempt's failure as far as the exchange itself failed; nullopt where a response came.
std::optional<reports::load::OpenFailure> exchange_failure(const Outcome& outcome);
/// Of a response that is no success; 2xx is not_a_stream.
reports::load::OpenFailure status_failure(int status);

/// What the answer to a step asks for.
struct Verdict {
  enum class Next : std::uint8_t {
    proceed,      ///< The step is done.
    new_session,  ///< Ours is gone: initialize, within the same attempt.
    new_token,    ///< The credentials were refused and can be renewed.
    fail,
  };
  Next next = Next::proceed;
  reports::load::OpenFailure failure = reports::load::OpenFailure::handshake;  ///< Of new_token and fail.
  bool forget_session = false;                                                 ///< The next attempt is to initialize.
  bool forget_position = false;                                                ///< The next attempt is not to resume.
  bool no_stream_offered = false;  ///< 405 to the GET of the streamable transport.
};
/// `old_session`: the session was not opened in this attempt. `renewable`: new credentials can be had.
Verdict judge(StreamKind kind, State step, const Outcome& outcome, bool old_session, bool renewable);

}  // namespace weir::loadgen
