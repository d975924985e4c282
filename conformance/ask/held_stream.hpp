// What the checks of lost connections share: held streams of any era, ways to lose them, and answers that are resumed.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// How a client goes away. A server sees no difference between the first and the last until it writes.
enum class Loss { fin, rst, half_close };
inline constexpr std::array kLosses = {Loss::fin, Loss::rst, Loss::half_close};
std::string_view to_string(Loss loss);

/// A stream that stays open, with the conversation that it belongs to: the stream of http-sse, the GET stream of
/// streamable, subscriptions/listen of stateless.
class HeldStream {
 public:
  /// not_applicable where the server holds no stream of its own; what it answered instead is a fail.
  static tl::expected<HeldStream, Finding> open(Probe& probe);
  HeldStream(HeldStream&&) noexcept = default;
  HeldStream& operator=(HeldStream&&) noexcept = default;

  void lose(Loss loss);
  /// What came when the stream was opened again: status 200 for a stream, 404 for a session that is over.
  struct Reopened {
    bool good = false;
    bool session_over = false;
    int status = 0;  ///< 0 where no answer came.
    std::string text;
  };
  Reopened reopen(Probe& probe);
  wire::mcp::Dialogue& dialogue() { return dialogue_; }
  wire::HttpStream* stream() { return stream_ ? &*stream_ : dialogue_.stream(); }

 private:
  explicit HeldStream(wire::mcp::Dialogue dialogue) : dialogue_(std::move(dialogue)) {}

  wire::mcp::Dialogue dialogue_;
  std::optional<wire::HttpStream> stream_;  ///< In http-sse the dialogue has it.
  std::optional<wire::HttpStream> lost_;    ///< Half-closed, still open on our side.
};

/// A call whose answer came as events with ids, and was cut by us after the first of them.
struct CutAnswer {
  json::value id;  ///< Of the request.
  std::string last_event_id;
  bool answered = false;  ///< The event before the cut was the answer already.
};
/// Cuts an answer after its first event. Where that is the answer already, as it is before 2025-11-25, a call is looked
/// for that may be made and tells its progress first. not_applicable where answers are no streams or their events have
/// no ids, and those of calls neither.
tl::expected<CutAnswer, Finding> cut_answer(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& id);

struct Resumed {
  std::vector<jsonrpc::Message> replies;
  std::vector<std::string> ids;  ///< Of the events that carried them; "" for none.

  std::ptrdiff_t answers_to(const json::value& id) const;
  const jsonrpc::Message* answers_another(const json::value& id) const;
};
/// GET with Last-Event-ID, read until `wanted` has been answered (null: for as long as a replay may take), and a moment
/// longer; no longer than `patience`, or than any answer. not_applicable where the server resumes nothing.
tl::expected<Resumed, Finding> resume(Probe& probe, wire::mcp::Dialogue& dialogue, const std::string& last_event_id,
                                      const json::value& wanted,
                                      std::optional<std::chrono::milliseconds> patience = std::nullopt);

}  // namespace weir::conformance
