// 2024-11-05: one held GET stream brings everything; messages to the server are POSTed where its `endpoint` event says.
#include <fmt/format.h>

#include <algorithm>

#include "wire/mcp/dialogue_impl.hpp"

namespace weir::wire::mcp {
namespace {

/// While both the POST and the stream may bring something, each is waited for so long in turn.
constexpr std::chrono::milliseconds kSlice{5};

std::string describe_stream_head(const Exchange& exchange) {
  const Headers& headers = exchange.head.headers;
  std::string text = fmt::format("HTTP {}", exchange.head.status);
  if (headers.has("www-authenticate")) { text += " with WWW-Authenticate"; }
  const std::string type = media_type(headers.get("content-type"));
  return text + (type.empty() ? ", no Content-Type" : fmt::format(", Content-Type {}", type));
}

Error headless_error(const Reply& reply) {
  const EndClass end = reply.http.end;
  if (end == EndClass::open || end == EndClass::closed_by_us) {
    return {ErrorCode::timeout,
            fmt::format("neither a response to the POST nor an answer on the stream within {:.3g} s",
                        std::chrono::duration<double>(reply.waited).count())};
  }
  return {end == EndClass::reset ? ErrorCode::reset : ErrorCode::closed,
          fmt::format("the POST's connection ended ({}) before a response", to_string(end))};
}

}  // namespace

/// The POST of one message: it may stay without a response while the stream brings the answer.
class Dialogue::Impl::PendingPost {
 public:
  explicit PendingPost(HttpStream stream) : stream_(std::move(stream)) {}

  void wait(Deadline until) {
    if (!done() && stream_.wait_for_head(until)) { stream_.read_to_end(until); }
  }
  bool done() const { return stream_.ended(); }
  int status() const { return stream_.exchange().head.status; }
  std::string_view body() const { return stream_.exchange().body; }
  Exchange finish() && { return std::move(stream_).finish(); }

 private:
  HttpStream stream_;
};

std::optional<Error> Dialogue::Impl::open_http_sse() {
  const Deadline until = deadline({});
  auto stream = client->open(get_request(), until);
  if (!stream) { return stream.error(); }
  if (!stream->exchange().ok() || !stream->exchange().is_event_stream()) {
    return Error{ErrorCode::rejected,
                 fmt::format("GET of the event stream was answered with {}", describe_stream_head(stream->exchange()))};
  }
  held = std::move(*stream);
  if (auto error = await_endpoint(until)) { return error; }
  const Url& base = held->exchange().request.url;  // Where same-origin redirects led.
  auto target = resolve(base, endpoint_event->data);
  if (!target) {
    return Error{ErrorCode::malformed_message, fmt::format("the endpoint event '{}' is no URI reference: {}",
                                                           text_excerpt(endpoint_event->data), target.error().detail)};
  }
  if (target->origin() != base.origin()) {
    return Error{ErrorCode::rejected,
                 fmt::format("the endpoint event of {} points to another origin, {}: credentials are not sent there",
                             base.origin(), target->origin())};
  }
  post_url = *std::move(target);
  return std::nullopt;
}

std::optional<Error> Dialogue::Impl::await_endpoint(Deadline until) {
  std::string first;
  while (const auto event = until.passed() && !first.empty() ? std::nullopt : held->next_event(until)) {
    if (event->type == "endpoint") {
      endpoint_event = *event;
      return std::nullopt;
    }
    if (first.empty()) { first = fmt::format("; the first event was '{}'", text_excerpt(event->type, 40)); }
  }
  if (held->ended()) {
    return Error{ErrorCode::closed, fmt::format("the stream ended ({}) without an endpoint event{}",
                                                to_string(held->exchange().end), first)};
  }
  return Error{ErrorCode::timeout, fmt::format("no endpoint event within {:.3g} s{}",
                                               std::chrono::duration<double>(options.timeout).count(), first)};
}

void Dialogue::Impl::read_stream(Collector& collector, Deadline until) {
  if (const auto item = held->next_item(until)) { collector.take(*item); }
}

Result<Reply> Dialogue::Impl::send_http_sse(const Request& request, Awaited awaited, Deadline deadline,
                                            std::chrono::milliseconds linger) {
  Reply reply;
  Collector collector(reply, std::move(awaited));
  auto begun = client->begin(request, deadline);
  if (!begun) { return tl::unexpected(begun.error()); }
  PendingPost post(*std::move(begun));
  await_both(post, collector, deadline);
  const bool headless = post.status() == 0;
  for (const Deadline tail = Deadline::in(linger); !tail.passed() && !held->ended();) { read_stream(collector, tail); }
  reply.http = std::move(post).finish();
  reply.stream_end = held->exchange().end;
  reply.waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - collector.started());
  if (headless && !(reply.answer_due && collector.answered())) { return tl::unexpected(headless_error(reply)); }
  return reply;
}

void Dialogue::Impl::await_both(PendingPost& post, Collector& collector, Deadline deadline) {
  Deadline until = deadline;
  bool shortened = false;
  const auto shorten = [&](std::chrono::milliseconds grace) {
    until = shortened ? until : until.or_sooner(Deadline::in(grace));
    shortened = true;
  };
  const Reply& reply = collector.reply();
  while (!until.passed() && !(post.done() && (collector.answered() || held->ended()))) {
    const bool stream_open = !collector.answered() && !held->ended();
    post.wait(stream_open ? until.or_sooner(Deadline::in(kSlice)) : until);
    if (!stream_open) { continue; }
    if (collector.refused() || post.status() >= 400 || (post.done() && body_answers(post.body(), reply.id))) {
      shorten(kRefusalGrace);
    }
    read_stream(collector, post.done() ? until : until.or_sooner(Deadline::in(kSlice)));
    answer_server(collector, until);
    if (collector.answered() && !post.done()) { shorten(kPostGrace); }
  }
}

std::vector<SeenMessage> Dialogue::drain(Deadline deadline) {
  Reply reply;
  if (!impl_->held) { return {}; }
  Collector collector(reply, {});
  while (!deadline.passed() && !impl_->held->ended()) {
    impl_->read_stream(collector, deadline);
    impl_->answer_server(collector, deadline);
  }
  return std::move(reply.messages);
}

}  // namespace weir::wire::mcp
