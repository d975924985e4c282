// What became of each call, without a socket: it is told when a call was sent, what its POST came to, which answers
// came where, which streams were lost and what time it is, and gives each call exactly one outcome.
//
//   ok, jsonrpc_error, tool_error   the answer came for the call's own slot: in the POST's body, as an event of the
//                                   POST's response, or on the held stream, which may be before its 202
//   malformed                       a response, or an answer, that is no answer to this call
//   http_*                          by the status of the POST, or of the GET that took its stream up again; a 2xx is
//                                   none of them
//   connect                         no connection, or it broke before an answer
//   wrong_session                   the answer came for another slot. If the call had its answer already, it is counted
//                                   beside that call's outcome
//   lost                            accepted (2xx), but the answer never came: until the deadline, while the stream
//   that
//                                   it was to come on was heard of after that acceptance; or that stream ended
//   timeout                         no answer until the deadline, and no more is known; or none until the run ended,
//                                   after longer than a second and twice as long as any answer to its tool took
//   unfinished                      the run ended before that
//   duplicate                       a second answer within the window after the first, for the same slot; counted
//   beside
//                                   the call's outcome. An answer after its call was given up is its first
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "loadgen/client/actors.hpp"
#include "loadgen/net/wheel.hpp"
#include "reports/measure/snapshot.hpp"

namespace weir::loadgen {

/// A call as it is sent.
struct CallSent {
  std::uint32_t population = 0;  ///< Index into the snapshot.
  std::uint32_t tool = 0;        ///< Of the population.
  std::uint32_t slot = 0;
  std::int64_t intended_ns = 0;
  std::int64_t deadline_ns = 0;
  bool answered_on_stream = false;  ///< http-sse: the answer comes on the slot's held stream.
};

class CallLedger {
 public:
  static constexpr std::uint32_t kNoExchange = UINT32_MAX;

  CallLedger(reports::load::Snapshot& numbers, std::int64_t duplicate_window_ns, std::size_t in_flight_most);

  bool full() const { return in_flight_ >= in_flight_most_ || (free_.empty() && calls_.size() == kMostKnown); }
  std::size_t in_flight() const { return in_flight_; }

  /// The id that the call is to be sent with. Not to be called when full().
  std::uint64_t begin(const CallSent& sent);
  /// The exchange that carries it; its end is told with post_finished() or it is named by expire().
  void sent_by(std::uint64_t id, std::uint32_t exchange);

  /// An answer to `answer.id`, from wherever. One that belongs to no call that is known is nobody's.
  void answered(const CallAnswer& answer);
  /// The call has no outcome yet.
  bool waits(std::uint64_t id) const;
  /// The call's POST is over, and so is every GET that took its stream up again.
  void post_finished(std::uint64_t id, const Outcome& post, std::int64_t now_ns);
  /// A call that is answered by its response alone came to this; `now_ns` is 0 where nobody waited for a response.
  void concluded(std::uint64_t id, reports::load::CallOutcome outcome, std::int64_t now_ns);
  /// Population and tool of a call; nullopt where the id is not known any longer.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> tool_of(std::uint64_t id) const;
  /// Nothing more comes on the slot's stream.
  void slot_lost(std::uint32_t slot, std::int64_t now_ns);
  /// Gives up what is overdue. `heard_ns(slot)` says when the slot's stream last brought a byte, `cancel(id, exchange)`
  /// ends what nobody waits for any longer: that call, with its exchange or kNoExchange.
  template <class Heard, class Cancel>
  void expire(std::int64_t now_ns, const Heard& heard_ns, const Cancel& cancel) {
    due_.advance(now_ns, [&](std::uint32_t index) {
      const Call& call = calls_[index];
      const std::int64_t heard = call.open && call.on_stream && call.accepted ? heard_ns(call.slot) : INT64_MIN;
      cancel(call.id, call.exchange);
      fall_due(index, now_ns, heard);
    });
  }
  std::int64_t next_ns() const { return due_.next_ns(); }
  /// What is in flight stays unfinished: its time was not up. What waited twice as long as any answer took, and longer
  /// than a second, is a time-out all the same: a target that hangs until the end must not gain by it.
  template <class Cancel>
  void stop(std::int64_t now_ns, const Cancel& cancel) {
    for (std::uint32_t index = 0; index < calls_.size(); ++index) {
      if (calls_[index].id == 0) { continue; }
      cancel(calls_[index].id, calls_[index].exchange);
      if (calls_[index].open) { settle(index, outcome_at_stop(calls_[index], now_ns), now_ns); }
      release(index);
    }
  }
  /// The slot that a call was sent beside; UINT32_MAX where the id is not known any longer.
  std::uint32_t slot_of(std::uint64_t id) const;

 private:
  struct Call {
    std::uint64_t id = 0;  // 0: free.
    std::int64_t intended_ns = 0;
    std::int64_t accepted_ns = 0;
    std::uint32_t population = 0, tool = 0, slot = 0;
    std::uint32_t exchange = kNoExchange;
    std::uint32_t before = 0, after = 0;  // Of the open calls that are to be answered on the slot's stream.
    bool open = false;                    // Without an outcome.
    bool on_stream = false;
    bool accepted = false;
    bool had_answer = false;
    bool stream_gone = false;
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr unsigned kIndexBits = 20;  // Of an id above kFirstCallId; the rest counts how often it was given.
  static constexpr std::size_t kMostKnown = std::size_t{1} << kIndexBits;  // In flight, or in the duplicates' window.

  std::uint32_t index_of(std::uint64_t id) const;
  reports::load::ToolNumbers& tool(const Call& call) const;
  std::int64_t& slowest_of(const Call& call);
  reports::load::CallOutcome outcome_at_stop(const Call& call, std::int64_t now_ns);
  void settle(std::uint32_t index, reports::load::CallOutcome outcome, std::int64_t until_ns);
  void fall_due(std::uint32_t index, std::int64_t now_ns, std::int64_t heard_ns);
  void release(std::uint32_t index);
  void link(std::uint32_t index);
  void unlink(std::uint32_t index);

  reports::load::Snapshot& numbers_;
  std::int64_t duplicate_window_ns_;
  std::size_t in_flight_most_;
  std::size_t in_flight_ = 0;
  std::vector<Call> calls_;
  std::vector<std::vector<std::int64_t>> slowest_ns_;  // Answer, from the intended start; of each population's tools.
  std::vector<std::uint32_t> free_;
  std::uint64_t given_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> by_slot_;
  Wheel due_;
};

/// The outcome that a message is for the call that it answers.
reports::load::CallOutcome outcome_of(std::string_view message);
/// The outcome of a plain HTTP call: ok for the statuses that are expected, any 2xx where there are none.
reports::load::CallOutcome outcome_of(const Outcome& response, const std::vector<int>& expected);
/// Whether the exchange got an answer, or would have if it had come in time.
bool was_waited_for(const Outcome& response);
/// The outcome of a POST that did not get as far as an answer; nullopt for a 2xx.
std::optional<reports::load::CallOutcome> outcome_of(const Outcome& post);

}  // namespace weir::loadgen
