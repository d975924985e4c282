#include <algorithm>

#include "conformance/ask/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::streamable_posts_concurrent {
namespace {

/// 2025-11-25 transports, "Sending Messages to the Server", item 6: a connection may be closed once an id has come.
bool may_be_polled(const wire::HttpStream& stream) {
  const auto& items = stream.exchange().items;
  return stream.ended() && std::any_of(items.begin(), items.end(), [](const wire::SseItem& item) {
           const auto* event = std::get_if<wire::SseEvent>(&item);
           return event && event->has_id && !event->last_event_id.empty();
         });
}

/// Lists beside what costs nothing: a server that keeps its state without a lock loses those that do something.
std::vector<std::string_view> methods_of(const Probe& probe) {
  std::vector<std::string_view> methods{harmless_method(probe)};
  for (const auto& [capability, method] : {std::pair{"tools", "tools/list"}, std::pair{"resources", "resources/list"},
                                           std::pair{"prompts", "prompts/list"}}) {
    if (probe.survey().declares(capability)) { methods.emplace_back(method); }
  }
  return methods;
}

/// Untestable where a request gets no answer although it is alone, in a session of its own: the one in which others
/// were lost may be stuck.
std::optional<Finding> unless_answered_alone(Probe& probe, std::string_view method) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return std::nullopt; }
  const auto reply = dialogue->request(method);
  if (reply && reply->response) { return std::nullopt; }
  return untestable(
      fmt::format("{} gets no answer alone either: {}", method, reply ? reply->describe() : reply.error().detail));
}

/// Whether requests are served while no other is; a call of an earlier check may still be running at first.
bool are_served_alone(Probe& probe, wire::mcp::Dialogue& dialogue) {
  constexpr int kTries = 12, kInARow = 12;
  constexpr std::chrono::milliseconds kPause{250};
  int in_a_row = 0;
  for (int tries = 0; tries < kTries && in_a_row < kInARow && !probe.out_of_time();) {
    const auto reply = dialogue.request(harmless_method(probe));
    const bool served = reply && reply->is_result();
    if (!served && in_a_row > 0) { return false; }
    if (served) {
      ++in_a_row;
    } else {
      ++tries;
      probe.pause(kPause);
    }
  }
  return in_a_row == kInARow;
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  wire::mcp::Dialogue* dialogue = &shared->get();
  constexpr int kPosts = 6;
  const auto methods = methods_of(probe);
  std::vector<wire::HttpStream> streams;
  std::vector<std::string> ids;
  for (int i = 0; i < kPosts; ++i) {
    ids.push_back(fmt::format("weir-parallel-{}", i));
    const auto method = methods[static_cast<std::size_t>(i) % methods.size()];
    auto stream = probe.http().begin(dialogue->make_post(jsonrpc::request(json::value(ids.back()), method)),
                                     probe.answer_deadline());
    if (!stream) { return probe.broken(stream.error(), fmt::format("{} requests at the same time", kPosts)); }
    streams.push_back(std::move(*stream));
  }
  bool served = false;
  int refused = 0;
  std::string refusal;
  for (int i = 0; i < kPosts; ++i) {
    const wire::Deadline deadline = probe.answer_deadline();
    if (!streams[i].wait_for_head(deadline)) {
      return fail(fmt::format("an answer to request {} of {}", i + 1, kPosts), "none in time");
    }
    if (const int status = streams[i].exchange().head.status; is_redirect(status)) {
      return untestable(fmt::format("the endpoint redirects (HTTP {}), which preflight.redirect.none says", status));
    }
    probe.read_answer(streams[i], deadline);
    const int status = streams[i].exchange().head.status;
    std::vector<json::value> answered;
    for (const auto& text : message_texts(streams[i].exchange())) {
      auto parsed = jsonrpc::parse(text);
      for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        if (message.is_reply() && message.id) { answered.push_back(*message.id); }
        served = served || message.kind == jsonrpc::Kind::response;
      }
    }
    // An error of HTTP may carry the request's own error, and else is of nobody's request.
    const bool is_own = std::find(answered.begin(), answered.end(), json::value(ids[i])) != answered.end();
    if (status >= kServerErrors || (status >= kBadRequest && !is_own)) {
      ++refused;
      refusal = describe(streams[i].exchange());
      continue;
    }
    if (answered.empty() && may_be_polled(streams[i])) {
      return untestable("the server closed the connection of an answer before it, so as to be polled");
    }
    if (answered.empty()) {
      const auto method = methods[static_cast<std::size_t>(i) % methods.size()];
      return unless_answered_alone(probe, method)
          .value_or(fail(fmt::format("an answer to each of {} requests at the same time", kPosts),
                         fmt::format("none to {} beside others: {}", method, describe(streams[i].exchange()))));
    }
    // That one comes twice is the finding of jsonrpc.response.once.
    const auto foreign =
        std::find_if(answered.begin(), answered.end(), [&](const auto& id) { return id != json::value(ids[i]); });
    if (foreign != answered.end()) {
      return fail("the response " + ids[i] + " alone", "the response " + wire::excerpt(*foreign, 60));
    }
  }
  if (refused > 0 && !are_served_alone(probe, *dialogue)) {
    return untestable("requests are refused that are alone as well: " + refusal);
  }
  if (refused > 0) {
    return fail(fmt::format("a result of each of {} requests at the same time, as of each alone", kPosts),
                fmt::format("{} are refused: {}", refused, refusal))
        .at("server", "Let a server object, or a transport, of its own serve each request: clients ask side by side.");
  }
  if (!served) { return untestable(fmt::format("each of {} requests is answered by an error", kPosts)); }
  return pass(fmt::format("{} requests at the same time", kPosts));
}

const Registration kCheck{{
    .id = "streamable.posts.concurrent",
    .title = "requests of one session are answered side by side, each with its own response",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#multiple-connections",
    .consequence = "Two calls at once mix up their results, or one of them waits for the other for ever.",
    .fix = "Keep the id and the stream of each request in a context of its own: no shared current request, no lock "
           "held over a call, no transport that serves one at a time.",
    .faults = {"streamable.answers-swapped", "streamable.overlap-refused"},
    .turn = Turn::first,
    .explains = {Trouble::server_error},
    .run = run,
}};
const NotByCommand kNoCommand{"streamable.posts.concurrent", "it takes several requests at once"};

}  // namespace
}  // namespace weir::conformance::streamable_posts_concurrent
