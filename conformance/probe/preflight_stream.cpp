#include "conformance/probe/preflight_stream.hpp"

#include "conformance/probe/status.hpp"

namespace weir::conformance {

using wire::mcp::Attempt;
using wire::mcp::Era;

namespace {

/// Routes of one method answer another by 405, or as if they were not there.
bool takes_no_method(const Attempt& attempt) {
  constexpr int kMethodNotAllowed = 405;
  const int status = attempt.exchange ? attempt.exchange->head.status : 0;
  return status == kMethodNotAllowed || status == kNotFound;
}

/// What became of the POSTs of a path that takes none; nullptr where one got no answer at all, or another.
const Attempt* refused_post(const wire::mcp::Detection& detection) {
  const Attempt* first = nullptr;
  for (Era era : {Era::streamable, Era::stateless}) {
    const auto* post = detection.attempt(era);
    if (!post || !post->exchange) { continue; }
    if (!takes_no_method(*post)) { return nullptr; }
    if (!first) { first = post; }
  }
  return first;
}

/// nginx, by default, holds back all of a stream that fills no buffer.
Cause held_back(const Attempt& get, const Attempt& post, const CauseContext& context) {
  return {.name = "stream-held-back",
          .message = fmt::format("the path takes no POST ({}), and {} gets no answer for {}: a stream is held back",
                                 said(post), get.question, spelt(context.timeout)),
          .fix = "Switch off buffering in the proxy (nginx: proxy_buffering off); let the server flush the head.",
          .telling = &get,
          .wrong_path = post.exchange->head.status == kNotFound,
          .dead = true};
}

/// The head of a stream came, and nothing behind it: proxies with a buffer send the one and collect the other.
bool is_mute(const Attempt& get) {
  return get.exchange && get.exchange->ok() && get.exchange->is_event_stream() && get.exchange->body_bytes == 0;
}
Cause mute(const Attempt& get, const Attempt& post) {
  return {
      .name = "stream-held-back",
      .message = fmt::format("the path takes no POST ({}), and the event stream begins ({}) and brings not one byte",
                             said(post), said(get)),
      .fix =
          "Switch off buffering of the response in whatever stands before the server (nginx: proxy_buffering off, "
          "or X-Accel-Buffering: no); the server sends its `endpoint` event first, at once.",
      .telling = &get,
      .wrong_path = post.exchange->head.status == kNotFound,
      .dead = true};
}

/// There is a stream, and it wants something.
Cause refused(const Attempt& get, const Attempt& post) {
  return {.name = "stream-refused",
          .message = fmt::format("the path takes no POST ({}), and the stream is refused: {}: '{}'", said(post),
                                 said(get), wire::excerpt(get.exchange->body, 160)),
          .fix = "Read the error: it says what the stream wants; --header gives it one.",
          .telling = &get};
}

/// Of a stream whose first line has the type of an event where `event:` is due, which no client reads.
std::optional<StreamWords> words_of_field_as_event(const wire::Exchange& stream) {
  for (const auto& item : stream.items) {
    const auto* oddity = std::get_if<wire::SseOddity>(&item);
    if (!oddity || oddity->kind != wire::SseOddityKind::unknown_field) { continue; }
    if (!oddity->excerpt.starts_with("endpoint") && !oddity->excerpt.starts_with("message")) { continue; }
    return StreamWords{
        fmt::format("the stream has the line '{}', which is no field of an event: nobody reads it",
                    wire::excerpt(std::string_view(oddity->excerpt), 60)),
        "Write `event: endpoint` on a line, `data: ` with the URI on the next, and an empty line behind them."};
  }
  return std::nullopt;
}

}  // namespace

std::string said(const Attempt& attempt) {
  const auto& head = attempt.exchange->head;
  const auto server = head.headers.get("server");
  std::string text = fmt::format("{} gave {}", attempt.question, head.status);
  if (!head.reason.empty()) { text += " " + wire::excerpt(std::string_view(head.reason), 60); }
  if (!server.empty()) { text += " from " + wire::excerpt(server, 60); }
  return text;
}

std::string spelt(std::chrono::milliseconds span) {
  return span.count() % 1000 == 0 ? fmt::format("{} s", span.count() / 1000) : fmt::format("{} ms", span.count());
}

std::optional<Cause> cause_of_lone_stream(const wire::mcp::Detection& detection, const CauseContext& context) {
  constexpr int kUnprocessable = 422;
  const auto* get = detection.attempt(Era::http_sse);
  const auto* post = refused_post(detection);
  if (!get || !post) { return std::nullopt; }
  if (get->error && get->error->code == wire::ErrorCode::timeout) { return held_back(*get, *post, context); }
  if (is_mute(*get)) { return mute(*get, *post); }
  const int status = get->exchange ? get->exchange->head.status : 0;
  if (status == kBadRequest || status == kUnprocessable) { return refused(*get, *post); }
  return std::nullopt;
}

StreamWords words_of_bare_stream(const Attempt& a) {
  if (auto words = words_of_field_as_event(*a.exchange)) { return *std::move(words); }
  if (a.exchange->body_bytes == 0) {
    return {fmt::format("an event stream begins ({}), and not one byte comes on it", said(a)),
            "Send the `endpoint` event at once, and see that nothing on the way holds it back (nginx: proxy_buffering "
            "off); where this is no MCP endpoint, say era: none in a profile."};
  }
  std::string first = "no event came";
  for (const auto& item : a.exchange->items) {
    if (const auto* event = std::get_if<wire::SseEvent>(&item)) {
      first = fmt::format("the first event is '{}'", wire::excerpt(std::string_view(event->type), 40));
      break;
    }
  }
  return {fmt::format("the URL gives an event stream that is not MCP: no `endpoint` event opens it ({})", first),
          "Serve an MCP transport here, or test the stream alone; a bridge must send `endpoint` first."};
}

}  // namespace weir::conformance
