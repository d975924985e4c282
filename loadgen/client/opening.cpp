#include "loadgen/client/opening.hpp"

namespace weir::loadgen {

using reports::load::OpenFailure;

bool is_sound(StreamKind kind, State state, const SlotResources& has) {
  if (is_opening(state)) {
    // The deadline is kept beside the exchange's own, so that a lost call-back costs time and not the slot.
    return has.deadline && (has_early_stream(kind, state) ? has.stream : has.exchange);
  }
  switch (state) {
    case State::held:
      return has.stream == has_stream(kind);
    case State::queued:
      return has.queued;
    case State::waiting:
    case State::token:
      return has.deadline;
    default:
      return true;
  }
}

State first_step(StreamKind kind, bool has_session) {
  return has_sessions(kind) && (!has_session || !has_stream(kind)) ? State::initialize : State::stream;
}

State next_step(StreamKind kind, State done) {
  switch (done) {
    case State::stream:
      return kind == StreamKind::http_sse_get ? State::endpoint
             : kind == StreamKind::listen     ? State::acknowledge
                                              : State::held;
    case State::endpoint:
      return State::initialize;
    case State::initialize:
      return State::announce;
    case State::announce:
      return has_sessions(kind) && has_stream(kind) ? State::stream : State::held;
    default:
      return State::held;
  }
}

namespace {

OpenFailure connect_failure(ConnectFailure failure) {
  switch (failure) {
    case ConnectFailure::refused:
      return OpenFailure::refused;
    case ConnectFailure::unreachable:
      return OpenFailure::unreachable;
    case ConnectFailure::timeout:
      return OpenFailure::connect_timeout;
    case ConnectFailure::tls:
      return OpenFailure::tls;
    case ConnectFailure::out_of_ports:
      return OpenFailure::out_of_ports;
    case ConnectFailure::out_of_files:
      return OpenFailure::out_of_files;
    case ConnectFailure::none:
    case ConnectFailure::reset:
      return OpenFailure::reset;
  }
  return OpenFailure::reset;
}

}  // namespace

std::optional<OpenFailure> exchange_failure(const Outcome& outcome) {
  switch (outcome.failed) {
    case Failed::no:
      return std::nullopt;
    case Failed::connect:
      return connect_failure(outcome.connect);
    case Failed::head_timeout:
      return OpenFailure::head_timeout;
    case Failed::closed:
    case Failed::reset:
      // A refusal counts as what its status says, even where its body was cut.
      return outcome.http.head.status >= 300 ? std::nullopt : std::optional(OpenFailure::reset);
    case Failed::body_timeout:
      return outcome.http.head.status >= 300 ? std::nullopt : std::optional(OpenFailure::head_timeout);
    case Failed::malformed:
    case Failed::too_big:
      return outcome.http.head.status >= 300 ? std::nullopt : std::optional(OpenFailure::not_a_stream);
  }
  return OpenFailure::reset;
}

OpenFailure status_failure(int status) {
  switch (status) {
    case 401:
      return OpenFailure::http_401;
    case 403:
      return OpenFailure::http_403;
    case 404:
      return OpenFailure::http_404;
    case 429:
      return OpenFailure::http_429;
    case 502:
      return OpenFailure::http_502;
    case 503:
      return OpenFailure::http_503;
    case 504:
      return OpenFailure::http_504;
    default:
      break;
  }
  if (status >= 200 && status < 300) { return OpenFailure::not_a_stream; }
  if (status >= 300 && status < 400) { return OpenFailure::http_3xx; }
  return status >= 400 && status < 500 ? OpenFailure::http_4xx : OpenFailure::http_5xx;
}

Verdict judge(StreamKind kind, State step, const Outcome& outcome, bool old_session, bool renewable) {
  using Next = Verdict::Next;
  const bool ours = has_sessions(kind) && step != State::initialize;
  if (const auto failure = exchange_failure(outcome)) {
    // Whether the server took a handshake that broke off in its middle cannot be known: it is begun anew.
    const bool reading = step == State::initialize && *failure == OpenFailure::not_a_stream;
    return {Next::fail, reading ? OpenFailure::handshake : *failure, ours && step == State::announce};
  }
  const int status = outcome.http.head.status;
  if (status >= 200 && status < 300) {
    // A stream would have been handed over instead of coming here.
    return step == State::stream ? Verdict{Next::fail, OpenFailure::not_a_stream} : Verdict{};
  }
  if (status == 401 && renewable) { return {Next::new_token, OpenFailure::http_401}; }
  if (step == State::stream && ours && old_session && status == 404) { return {Next::new_session}; }
  Verdict verdict{Next::fail, status_failure(status)};
  const bool final_refusal =
      status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 && status != 429;
  if (step == State::stream && kind == StreamKind::streamable_get && status == 405) {
    verdict.failure = OpenFailure::not_a_stream;
    verdict.no_stream_offered = true;
  } else {
    // Beside 404 there are servers that answer 400 for a session that they have forgotten; a new one does no harm.
    verdict.forget_session = ours && (step == State::announce || final_refusal);
  }
  // A plain endpoint that is gone for a while (404) may know the position once it is back.
  verdict.forget_position = verdict.forget_session || (final_refusal && status != 404);
  return verdict;
}

}  // namespace weir::loadgen
