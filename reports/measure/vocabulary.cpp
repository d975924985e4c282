#include "reports/measure/vocabulary.hpp"

#include <algorithm>

namespace weir::reports::load {
namespace {

// In the order of the enumerations; a name that is missing or too many does not compile.
constexpr std::array<std::string_view, kEndReasons> kEndReasonNames = {
    "clean_end",    "fin_no_terminator", "fin_mid_chunk", "rst",         "close_delimited_eof",
    "goaway",       "tls_close",         "idle_cut",      "half_open",   "malformed",
    "session_lost", "completed",         "polled",        "worker_lost", "client"};
constexpr std::array<std::string_view, kOpenFailures> kOpenFailureNames = {
    "dns",          "refused",  "unreachable", "connect_timeout", "tls",         "reset",
    "head_timeout", "http_3xx", "http_401",    "http_403",        "http_404",    "http_429",
    "http_4xx",     "http_502", "http_503",    "http_504",        "http_5xx",    "not_a_stream",
    "handshake",    "auth",     "unfinished",  "out_of_ports",    "out_of_files"};
constexpr std::array<std::string_view, kCallOutcomes> kCallOutcomeNames = {
    "ok",       "jsonrpc_error", "tool_error", "http_3xx",      "http_4xx",  "http_401",
    "http_429", "http_5xx",      "http_502",   "http_503",      "http_504",  "connect",
    "timeout",  "lost",          "duplicate",  "wrong_session", "malformed", "unfinished"};
constexpr std::array<std::string_view, kDropCauses> kDropCauseNames = {"no_stream", "in_flight", "end_of_phase"};
constexpr std::array<std::string_view, kConnectPhases> kConnectPhaseNames = {
    "dns", "tcp", "tls", "headers", "first_event", "endpoint", "initialize"};
constexpr std::array<std::string_view, kCounters> kCounterNames = {"opens_intended",
                                                                   "streams_opened",
                                                                   "reconnects_ok",
                                                                   "reconnects_failed",
                                                                   "reconnects_resumed",
                                                                   "reconnects_blind",
                                                                   "returns_waiting",
                                                                   "polls_resumed",
                                                                   "polls_failed",
                                                                   "polls_late",
                                                                   "sessions_opened",
                                                                   "sessions_lost",
                                                                   "events",
                                                                   "heartbeats",
                                                                   "streams_ceased",
                                                                   "events_ceased",
                                                                   "streams_mute",
                                                                   "bytes",
                                                                   "events_sequenced",
                                                                   "events_lost",
                                                                   "events_repeated",
                                                                   "events_out_of_order",
                                                                   "events_coalesced",
                                                                   "events_ahead",
                                                                   "server_requests",
                                                                   "tokens_refreshed",
                                                                   "retry_after_honoured",
                                                                   "invariant_broken",
                                                                   "calls_intended",
                                                                   "stream_ms"};
constexpr std::array<std::string_view, kGauges> kGaugeNames = {
    "streams_target",  "streams_open",       "streams_opening",    "streams_waiting",    "streams_polled",
    "calls_in_flight", "streams_silent_30s", "streams_silent_60s", "streams_silent_120s"};
constexpr std::array<std::string_view, kOpens> kOpenNames = {"heartbeat_gap", "byte_gap", "reconnect", "event_gap",
                                                             "poll_wait"};
constexpr std::array<std::string_view, kWorkerGauges> kWorkerGaugeNames = {"rss_bytes",   "heap_bytes",    "open_files",
                                                                           "cpu_user_ns", "cpu_system_ns", "alive"};
constexpr std::array<std::string_view, kTimers> kTimerNames = {"heartbeat_gap",  "byte_gap",   "reconnect_duration",
                                                               "delivery_delay", "client_lag", "schedule_lag",
                                                               "open_queue",     "event_gap"};

template <std::size_t kCount>
constexpr bool complete(const std::array<std::string_view, kCount>& names) {
  return std::ranges::none_of(names, &std::string_view::empty);
}
static_assert(complete(kEndReasonNames) && complete(kOpenFailureNames) && complete(kCallOutcomeNames));
static_assert(complete(kDropCauseNames) && complete(kConnectPhaseNames) && complete(kCounterNames));
static_assert(complete(kGaugeNames) && complete(kWorkerGaugeNames) && complete(kTimerNames) && complete(kOpenNames));

/// A value beyond the enumeration can only come from bytes that somebody changed.
template <class Enum, std::size_t kCount>
std::string_view name_of(Enum value, const std::array<std::string_view, kCount>& names) {
  const auto index = static_cast<std::size_t>(value);
  return index < kCount ? names[index] : "unknown";
}

}  // namespace

std::string_view to_string(EndReason value) { return name_of(value, kEndReasonNames); }
std::string_view to_string(OpenFailure value) { return name_of(value, kOpenFailureNames); }
std::string_view to_string(CallOutcome value) { return name_of(value, kCallOutcomeNames); }
std::string_view to_string(DropCause value) { return name_of(value, kDropCauseNames); }
std::string_view to_string(ConnectPhase value) { return name_of(value, kConnectPhaseNames); }
std::string_view to_string(Counter value) { return name_of(value, kCounterNames); }
std::string_view to_string(Gauge value) { return name_of(value, kGaugeNames); }
std::string_view to_string(Open value) { return name_of(value, kOpenNames); }
std::string_view to_string(WorkerGauge value) { return name_of(value, kWorkerGaugeNames); }
std::string_view to_string(Timer value) { return name_of(value, kTimerNames); }

}  // namespace weir::reports::load
