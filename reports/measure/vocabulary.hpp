// The words of a load run, one enumeration each: what was counted, what was timed, how streams ended, what became of
// calls. Prometheus, journal, JSON and thresholds all take their names from here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::reports::load {

/// How a held stream ended. `to_string` gives the label value: "clean_end".
enum class EndReason : std::uint8_t {
  clean_end,            ///< Last chunk, or Content-Length reached: the server ended it.
  fin_no_terminator,    ///< FIN between chunks.
  fin_mid_chunk,        ///< FIN inside a chunk.
  rst,                  ///< RST.
  close_delimited_eof,  ///< FIN where the end of the connection is the end of the body.
  goaway,               ///< Of HTTP/2; kept for the label set, never counted over HTTP/1.1.
  tls_close,            ///< close_notify, or a TLS connection that ends without one.
  idle_cut,             ///< Any end but a clean one after the longest silence of the stream, at least `idle_cut_after`.
  half_open,            ///< Nothing came for `silence_limit` although the stream should have been heard of; we gave up.
  malformed,            ///< The framing or the events did not decode, or grew beyond a limit.
  session_lost,         ///< What was held was a session without a stream, and the server knows it no more (404).
  completed,            ///< The stream of a call (streamable-post) that was answered: it did what it was opened for.
  polled,               ///< Ended by the server so that we come back for the rest (loadgen/stream/polled.hpp).
  worker_lost,          ///< Its worker died: ours.
  client,               ///< We closed it: churn, reconnect phase, end of the run.
};
inline constexpr std::size_t kEndReasons = 15;
/// Whether the target, or a hop before it, ended a stream that was to stay: a drop.
constexpr bool is_drop(EndReason reason) { return reason < EndReason::completed; }

/// Why an attempt to open a stream did not give a held stream.
enum class OpenFailure : std::uint8_t {
  dns,
  refused,
  unreachable,
  connect_timeout,
  tls,
  reset,         ///< Closed or reset before a whole response head.
  head_timeout,  ///< Connected, but no whole answer in time.
  http_3xx,      ///< A redirect: a login, or another address. It is not followed.
  http_401,
  http_403,
  http_404,
  http_429,
  http_4xx,  ///< Any other.
  http_502,
  http_503,
  http_504,
  http_5xx,      ///< Any other, and statuses that are neither 2xx, 3xx, 4xx nor 5xx.
  not_a_stream,  ///< 2xx, but not text/event-stream.
  handshake,     ///< No endpoint event, or initialize was not answered rightly.
  auth,          ///< No token could be had.
  unfinished,    ///< Given up with the end of the run, after a wait of a second at least, and longer than any that
                 ///< gave a stream.
  out_of_ports,  ///< EADDRNOTAVAIL: ours.
  out_of_files,  ///< EMFILE, ENFILE: ours.
};
inline constexpr std::size_t kOpenFailures = 23;

/// What became of one intended call.
enum class CallOutcome : std::uint8_t {
  ok,
  jsonrpc_error,
  tool_error,  ///< A result with isError.
  http_3xx,    ///< A redirect: a login, or another address.
  http_4xx,
  http_401,
  http_429,
  http_5xx,
  http_502,
  http_503,
  http_504,
  connect,        ///< No connection, or it broke before an answer.
  timeout,        ///< No answer in time; or none as the run ended, for twice as long as any answer took.
  lost,           ///< Accepted (202), its stream went on or ended, and the answer never came.
  duplicate,      ///< A second answer to the same id. Counted beside the outcome of the call itself.
  wrong_session,  ///< The answer came on somebody else's stream.
  malformed,
  unfinished,  ///< The run ended while it was merely under way. Says nothing of the target but how long it had not
               ///< answered.
};
inline constexpr std::size_t kCallOutcomes = 18;

/// Why an intended call was not sent: the generator's or the target's shortage, never silently.
enum class DropCause : std::uint8_t {
  no_stream,     ///< No stream of the population was open.
  in_flight,     ///< limits: too many calls in flight.
  end_of_phase,  ///< The run ended before it was due to be sent.
};
inline constexpr std::size_t kDropCauses = 3;

enum class ConnectPhase : std::uint8_t { dns, tcp, tls, headers, first_event, endpoint, initialize };
inline constexpr std::size_t kConnectPhases = 7;

enum class Counter : std::uint8_t {
  opens_intended,  ///< Streams that the schedule wanted opened, reconnects not included.
  streams_opened,  ///< Held streams that began, reconnects included.
  reconnects_ok,
  reconnects_failed,   ///< One for each failed attempt.
  reconnects_resumed,  ///< Of the good ones, those that sent Last-Event-ID.
  reconnects_blind,    ///< Of the good ones, those after which nothing tells what numbers were missed.
  returns_waiting,     ///< Given up with the end of the run while they waited to come back, for longer than any took.
  polls_resumed,       ///< Streams that ended as `polled`, and were taken up after their last id at the first attempt.
  polls_failed,        ///< Streams that ended as `polled` and were not: drops.
  polls_late,          ///< Streams that ended as `polled`, and that were to come back after the end of the run.
  sessions_opened,     ///< initialize was answered.
  sessions_lost,       ///< 404 for our session: initialised again.
  events,
  heartbeats,        ///< Comments, and ping requests of the server.
  streams_ceased,    ///< Streams that we closed, and that had fallen silent by then after a rhythm.
  events_ceased,     ///< Streams that we closed, whose events had ceased while heartbeats went on.
  streams_mute,      ///< Streams that we closed after some seconds, and that had not brought a byte.
  bytes,             ///< Body bytes of held streams, chunk framing included.
  events_sequenced,  ///< Events whose sequence number was known; where there is none, nothing is known of losses.
  events_lost,       ///< Sequence numbers that never came.
  events_repeated,
  events_out_of_order,
  events_coalesced,  ///< Came in one read with an earlier event although sent more than `coalesce_gap` apart.
  events_ahead,      ///< Sent later than they came, by their own time: that clock and ours differ.
  server_requests,   ///< Requests of the server that we answered (ping, roots/list ...).
  tokens_refreshed,
  retry_after_honoured,
  invariant_broken,  ///< Slots with neither a live socket nor a scheduled reconnect. Must stay 0.
  calls_intended,
  stream_ms,  ///< Milliseconds for which streams were held, of all of them together.
};
inline constexpr std::size_t kCounters = 30;

enum class Gauge : std::uint8_t {
  streams_target,  ///< What the scenario wants now.
  streams_open,
  streams_opening,  ///< Connecting or in the handshake.
  streams_waiting,  ///< For their time to reconnect.
  streams_polled,   ///< Ended as `polled`, and on their way back, to be there before the run ends.
  calls_in_flight,
  streams_silent_30s,  ///< Open, and without a byte for so long.
  streams_silent_60s,
  streams_silent_120s,
};
inline constexpr std::size_t kGauges = 9;
inline constexpr std::array kSilentStreams = {Gauge::streams_silent_30s, Gauge::streams_silent_60s,
                                              Gauge::streams_silent_120s};

/// What goes on at the end of a span, in nanoseconds: the longest of it, of all streams. What is over has a Timer.
enum class Open : std::uint8_t {
  heartbeat_gap,  ///< Since the latest heartbeat of a stream that is held, and had one.
  byte_gap,       ///< Since the latest byte of a stream that is held.
  reconnect,      ///< Since the end of a stream that is to come back, and has not yet.
  event_gap,      ///< Since the latest event of a stream that is held, and had one.
  poll_wait,      ///< That a stream was asked to stay away, of those that were to come back after the run.
};
inline constexpr std::size_t kOpens = 5;

/// Of one worker process, summed by the supervisor. `rss_bytes` is its share: a page of several processes counts once.
enum class WorkerGauge : std::uint8_t { rss_bytes, heap_bytes, open_files, cpu_user_ns, cpu_system_ns, alive };
inline constexpr std::size_t kWorkerGauges = 6;

/// Histograms in nanoseconds.
enum class Timer : std::uint8_t {
  heartbeat_gap,       ///< Between heartbeats of one stream.
  byte_gap,            ///< Between reads that brought bytes.
  reconnect_duration,  ///< End of a stream to the next held stream in its slot, waiting included.
  delivery_delay,      ///< Sent (a pointer into the event) to received (the kernel's stamp).
  client_lag,          ///< The kernel's stamp to our reading it: our own saturation.
  schedule_lag,        ///< Intended to actual start of opens and calls, less open_queue: our own saturation.
  open_queue,          ///< So long an open waited while opening_at_once were under way, which a slow target makes long.
  event_gap,           ///< Between events of one stream, the server's pings left out.
};
inline constexpr std::size_t kTimers = 8;

std::string_view to_string(EndReason);
std::string_view to_string(OpenFailure);
std::string_view to_string(CallOutcome);
std::string_view to_string(DropCause);
std::string_view to_string(ConnectPhase);
std::string_view to_string(Counter);
std::string_view to_string(Gauge);
std::string_view to_string(Open);
std::string_view to_string(WorkerGauge);
std::string_view to_string(Timer);

}  // namespace weir::reports::load
