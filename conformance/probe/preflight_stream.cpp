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

/// There is a stream, and it wants something.
Cause refused(const Attempt& get, const Attempt& post) {
  return {.name = "stream-refused",
          .message = fmt::format("the path takes no POST ({}), and the stream is refused: {}: '{}'", said(post),
                                 said(get), wire::excerpt(get.exchange->body, 160)),
          .fix = "Read the error: it says what the stream wants; --header gives it one.",
          .telling = &get};
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
  const int status = get->exchange ? get->exchange->head.status : 0;
  if (status == kBadRequest || status == kUnprocessable) { return refused(*get, *post); }
  return std::nullopt;
}

}  // namespace weir::conformance
