// Streamable HTTP: the answer comes in the POST's own response, as JSON or as an event stream. The stateless era uses
// the same transport without sessions and resumption.
#include <algorithm>

#include "wire/mcp/dialogue_impl.hpp"
#include "wire/mcp/polling.hpp"

namespace weir::wire::mcp {
namespace {

/// A server may ask for 0 ms; it is not to be flooded for that.
constexpr std::chrono::milliseconds kLeastRetry{10};

/// What has come when a deadline passes is still looked at; of a flood, no more than this.
constexpr int kLateItems = 256;

/// The next item until a deadline that a flood of them, buffered already, does not move.
std::optional<SseItem> next_item(HttpStream& stream, Deadline deadline, int& late) {
  if (deadline.passed() && ++late > kLateItems) { return std::nullopt; }
  return stream.next_item(deadline);
}

}  // namespace

void read_answer(HttpStream& stream, Collector& collector, Deadline deadline, std::chrono::milliseconds linger,
                 const std::function<void()>& after_item) {
  if (!stream.exchange().is_event_stream()) {
    stream.read_to_end(deadline);
    collector.take_body(stream.exchange().body);
    after_item();
    return;
  }
  int late = 0;
  while (!collector.answered()) {
    const auto item = next_item(stream, deadline, late);
    if (!item) { return; }
    collector.take(*item);
    after_item();
  }
  const Deadline tail = Deadline::in(std::max(linger, kEndGrace));
  while (const auto item = next_item(stream, tail, late)) { collector.take(*item); }
}

Result<Reply> Dialogue::Impl::send_streamable(const Request& request, Awaited awaited, Deadline deadline,
                                              std::chrono::milliseconds linger) {
  Reply reply;
  Collector collector(reply, std::move(awaited));
  auto stream = client->open(request, deadline);
  if (!stream) { return tl::unexpected(stream.error()); }
  read_answer(*stream, collector, deadline, linger, [&] { answer_server(collector, deadline); });
  const bool broken_off = stream->ended() && stream->exchange().is_event_stream() && !collector.answered();
  reply.http = std::move(*stream).finish();
  // 2025-11-25 transports, "Sending Messages to the Server", item 6: the server may close the connection once it has
  // sent an event id; the client then polls.
  if (broken_off && options.era == Era::streamable && revision >= k2025_11_25) { resume(collector, deadline, linger); }
  reply.waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - collector.started());
  return reply;
}

void Dialogue::Impl::resume(Collector& collector, Deadline deadline, std::chrono::milliseconds linger) {
  Reply& reply = collector.reply();
  auto patience = kMostPause;
  while (!collector.answered() && !collector.last_event_id().empty() && reply.resumed.size() < limits::kResumptions) {
    const auto pause = std::max(collector.retry().value_or(kDefaultRetry), kLeastRetry);
    if (pause > patience) { return; }
    // The server has asked for the pause: it is no part of the time in which the answer is due.
    patience -= pause;
    deadline.at += pause;
    client->options().run.pause(pause);
    Request request = get_request();
    request.headers.set("Last-Event-ID", std::string(collector.last_event_id()));
    auto stream = client->open(request, deadline);
    if (!stream) { return; }
    const bool is_stream = stream->exchange().ok() && stream->exchange().is_event_stream();
    if (is_stream) {
      read_answer(*stream, collector, deadline, linger, [&] { answer_server(collector, deadline); });
    } else {
      stream->read_to_end(deadline);
    }
    const bool ended = stream->ended();
    reply.resumed.push_back(std::move(*stream).finish());
    if (!is_stream || !ended) { return; }
  }
}

}  // namespace weir::wire::mcp
