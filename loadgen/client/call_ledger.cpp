#include "loadgen/client/call_ledger.hpp"

#include <algorithm>

namespace weir::loadgen {

using reports::load::CallOutcome;

namespace {

constexpr std::int64_t kTickNs = kMillisecond;
/// Whoever is given up sooner had no time to answer: the slowest of few answers is not the slowest that there may be.
constexpr Nanos kLeastAnswerWait = kSecond;
constexpr std::int64_t kSlowestAnswers = 2;

const wire::JsonPointer& is_error_pointer() {
  static const wire::JsonPointer kPointer = *wire::JsonPointer::parse("/isError");
  return kPointer;
}

CallOutcome outcome_of_status(int status) {
  switch (status) {
    case 401:
      return CallOutcome::http_401;
    case 429:
      return CallOutcome::http_429;
    case 502:
      return CallOutcome::http_502;
    case 503:
      return CallOutcome::http_503;
    case 504:
      return CallOutcome::http_504;
    default:
      break;
  }
  if (status >= 300 && status < 400) { return CallOutcome::http_3xx; }
  if (status >= 400 && status < 500) { return CallOutcome::http_4xx; }
  return status >= 500 && status < 600 ? CallOutcome::http_5xx : CallOutcome::malformed;
}

}  // namespace

CallOutcome outcome_of(std::string_view message) {
  const wire::RpcGlance glance = wire::glance(message);
  if (glance.kind == wire::RpcGlance::Kind::error) { return CallOutcome::jsonrpc_error; }
  if (glance.kind != wire::RpcGlance::Kind::result || !glance.result.starts_with('{')) {
    return CallOutcome::malformed;
  }
  const bool is_error = wire::find_raw(glance.result, is_error_pointer()) == "true";
  return is_error ? CallOutcome::tool_error : CallOutcome::ok;
}

std::optional<CallOutcome> outcome_of(const Outcome& post) {
  switch (post.failed) {
    case Failed::connect:
    case Failed::closed:
    case Failed::reset:
      return CallOutcome::connect;
    case Failed::head_timeout:
    case Failed::body_timeout:
      return CallOutcome::timeout;
    case Failed::malformed:
    case Failed::too_big:
      return CallOutcome::malformed;
    case Failed::no:
      break;
  }
  if (post.http.ok()) { return std::nullopt; }
  return outcome_of_status(post.http.head.status);
}

CallOutcome outcome_of(const Outcome& response, const std::vector<int>& expected) {
  if (response.failed != Failed::no) { return outcome_of(response).value_or(CallOutcome::malformed); }
  const int status = response.http.head.status;
  const bool due =
      expected.empty() ? response.http.ok() : std::find(expected.begin(), expected.end(), status) != expected.end();
  return due ? CallOutcome::ok : outcome_of_status(status);
}

bool was_waited_for(const Outcome& response) {
  return response.failed == Failed::no || outcome_of(response) == CallOutcome::timeout;
}

CallLedger::CallLedger(reports::load::Snapshot& numbers, std::int64_t duplicate_window_ns, std::size_t in_flight_most)
    : numbers_(numbers), duplicate_window_ns_(duplicate_window_ns), in_flight_most_(in_flight_most), due_(kTickNs) {}

reports::load::ToolNumbers& CallLedger::tool(const Call& call) const {
  return numbers_.populations[call.population].tools[call.tool];
}

std::uint32_t CallLedger::index_of(std::uint64_t id) const {
  if (id < kFirstCallId) { return kNone; }
  const auto index = static_cast<std::uint32_t>((id - kFirstCallId) & ((1U << kIndexBits) - 1));
  return index < calls_.size() && calls_[index].id == id ? index : kNone;
}

std::uint32_t CallLedger::slot_of(std::uint64_t id) const {
  const std::uint32_t index = index_of(id);
  return index == kNone ? UINT32_MAX : calls_[index].slot;
}

bool CallLedger::waits(std::uint64_t id) const {
  const std::uint32_t index = index_of(id);
  return index != kNone && calls_[index].open;
}

std::uint64_t CallLedger::begin(const CallSent& sent) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(calls_.size()));
    calls_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Call& call = calls_[index];
  call = {};
  call.id = kFirstCallId + (given_++ << kIndexBits) + index;
  call.intended_ns = sent.intended_ns;
  call.population = sent.population;
  call.tool = sent.tool;
  call.slot = sent.slot;
  call.open = true;
  call.on_stream = sent.answered_on_stream;
  if (call.on_stream) { link(index); }
  ++in_flight_;
  ++numbers_.populations[call.population][reports::load::Gauge::calls_in_flight];
  due_.set(index, sent.deadline_ns);
  return call.id;
}

void CallLedger::sent_by(std::uint64_t id, std::uint32_t exchange) {
  const std::uint32_t index = index_of(id);
  if (index != kNone) { calls_[index].exchange = exchange; }
}

void CallLedger::answered(const CallAnswer& answer) {
  const std::uint32_t index = index_of(answer.id);
  if (index == kNone) { return; }
  Call& call = calls_[index];
  const bool own = answer.slot == call.slot;
  if (call.open) {
    call.had_answer = true;
    settle(index, own ? outcome_of(answer.message) : CallOutcome::wrong_session, answer.arrived_ns);
    due_.set(index, answer.arrived_ns + duplicate_window_ns_);
  } else if (!std::exchange(call.had_answer, true)) {
    return;  // Late: given up already.
  } else {
    ++tool(call).outcomes[static_cast<std::size_t>(own ? CallOutcome::duplicate : CallOutcome::wrong_session)];
  }
}

void CallLedger::post_finished(std::uint64_t id, const Outcome& post, std::int64_t now_ns) {
  const std::uint32_t index = index_of(id);
  if (index == kNone) { return; }
  Call& call = calls_[index];
  call.exchange = kNoExchange;
  if (!call.open) { return; }
  const std::optional<CallOutcome> outcome = outcome_of(post);
  if (outcome) {
    settle(index, *outcome, was_waited_for(post) ? now_ns : 0);
  } else if (call.on_stream || post.http.head.status == 202) {
    call.accepted = true;
    call.accepted_ns = now_ns;
    if (!call.stream_gone) { return; }
    settle(index, CallOutcome::lost, now_ns);
  } else if (post.http.is_event_stream()) {
    // The response that was to carry the answer came to its end without.
    const bool ended = post.http.end == wire::EndClass::clean;
    settle(index, ended ? CallOutcome::lost : CallOutcome::connect, ended ? now_ns : 0);
  } else {
    settle(index, CallOutcome::malformed, now_ns);
  }
  due_.set(index, now_ns + duplicate_window_ns_);
}

void CallLedger::concluded(std::uint64_t id, CallOutcome outcome, std::int64_t now_ns) {
  const std::uint32_t index = index_of(id);
  if (index == kNone) { return; }
  if (calls_[index].open) { settle(index, outcome, now_ns); }
  release(index);
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> CallLedger::tool_of(std::uint64_t id) const {
  const std::uint32_t index = index_of(id);
  if (index == kNone) { return std::nullopt; }
  return std::pair{calls_[index].population, calls_[index].tool};
}

void CallLedger::slot_lost(std::uint32_t slot, std::int64_t now_ns) {
  const auto found = by_slot_.find(slot);
  if (found == by_slot_.end()) { return; }
  for (std::uint32_t index = found->second; index != kNone;) {
    Call& call = calls_[index];
    const std::uint32_t next = call.after;
    call.stream_gone = true;
    if (call.accepted) { settle(index, CallOutcome::lost, now_ns); }
    index = next;
  }
}

/// The deadline of an open call, or the end of the window of one that has its outcome.
void CallLedger::fall_due(std::uint32_t index, std::int64_t now_ns, std::int64_t heard_ns) {
  Call& call = calls_[index];
  call.exchange = kNoExchange;
  if (!call.open) { return release(index); }
  const bool lost = call.accepted && heard_ns > call.accepted_ns;
  settle(index, lost ? CallOutcome::lost : CallOutcome::timeout, now_ns);
  due_.set(index, now_ns + duplicate_window_ns_);
}

std::int64_t& CallLedger::slowest_of(const Call& call) {
  if (slowest_ns_.size() <= call.population) { slowest_ns_.resize(call.population + std::size_t{1}); }
  std::vector<std::int64_t>& of_tools = slowest_ns_[call.population];
  if (of_tools.size() <= call.tool) { of_tools.resize(call.tool + std::size_t{1}); }
  return of_tools[call.tool];
}

CallOutcome CallLedger::outcome_at_stop(const Call& call, std::int64_t now_ns) {
  const bool hangs =
      now_ns - call.intended_ns > std::max<std::int64_t>(kLeastAnswerWait, kSlowestAnswers * slowest_of(call));
  return hangs ? CallOutcome::timeout : CallOutcome::unfinished;
}

/// `until_ns`: when the answer came, or it was given up: without the latter the slowest calls would be those of which
/// nothing is known. 0: there was no connection on which one could have waited.
void CallLedger::settle(std::uint32_t index, CallOutcome outcome, std::int64_t until_ns) {
  Call& call = calls_[index];
  if (call.on_stream) { unlink(index); }
  call.open = false;
  --in_flight_;
  --numbers_.populations[call.population][reports::load::Gauge::calls_in_flight];
  reports::load::ToolNumbers& numbers = tool(call);
  ++numbers.outcomes[static_cast<std::size_t>(outcome)];
  const bool is_answer = outcome != CallOutcome::timeout && outcome != CallOutcome::lost;
  if (until_ns != 0 && is_answer && outcome != CallOutcome::unfinished) {
    slowest_of(call) = std::max(slowest_of(call), until_ns - call.intended_ns);
  }
  if (until_ns != 0) {
    numbers.duration.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, until_ns - call.intended_ns)));
  }
}

void CallLedger::release(std::uint32_t index) {
  due_.cancel(index);
  calls_[index].id = 0;
  free_.push_back(index);
}

void CallLedger::link(std::uint32_t index) {
  Call& call = calls_[index];
  const auto [head, is_first] = by_slot_.try_emplace(call.slot, index);
  call.before = kNone;
  call.after = is_first ? kNone : head->second;
  if (!is_first) { calls_[call.after].before = index; }
  head->second = index;
}

void CallLedger::unlink(std::uint32_t index) {
  const Call& call = calls_[index];
  if (call.after != kNone) { calls_[call.after].before = call.before; }
  if (call.before != kNone) {
    calls_[call.before].after = call.after;
  } else if (call.after != kNone) {
    by_slot_[call.slot] = call.after;
  } else {
    by_slot_.erase(call.slot);
  }
}

}  // namespace weir::loadgen
