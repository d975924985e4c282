#include "conformance/ask/tools.hpp"

namespace weir::conformance::session_ids_isolated {
namespace {

constexpr const char* kApart =
    "Keep the requests of each client apart: ids are unique within a session, and not beyond.";

/// What came of a request that was sent beside another one.
struct Heard {
  bool result = false, error = false;
  bool asked = false;  ///< The server wants something of the client first, which nobody gives it here.
  std::string text;
};

/// To shortly after the first reply: whether the stream ends then is streamable.response-stream.ends's matter.
void read_reply(Probe& probe, wire::HttpStream& stream, wire::Deadline deadline) {
  if (!stream.exchange().is_event_stream()) {
    probe.read_answer(stream, deadline);
    return;
  }
  const auto is_reply = [](const jsonrpc::Message& message) { return message.is_reply(); };
  while (const auto event = stream.next_event(deadline)) {
    const auto parsed = jsonrpc::parse(event->data);
    if (!parsed || std::none_of(parsed->messages.begin(), parsed->messages.end(), is_reply)) { continue; }
    stream.read_to_end(probe.in(kLinger).or_sooner(deadline));
    return;
  }
}

Heard hear(Probe& probe, wire::HttpStream& stream) {
  const wire::Deadline deadline = probe.answer_deadline();
  Heard heard;
  if (!stream.wait_for_head(deadline)) {
    heard.text = "no answer in time";
    return heard;
  }
  read_reply(probe, stream, deadline);
  for (const auto& text : message_texts(stream.exchange())) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      heard.result = heard.result || message.kind == jsonrpc::Kind::response;
      heard.error = heard.error || message.kind == jsonrpc::Kind::error;
      heard.asked = heard.asked || message.kind == jsonrpc::Kind::request;
    }
  }
  heard.text = describe(stream.exchange());
  return heard;
}

/// Of a request that is not answered alone either: whether it is in a session that is newer than any other, at once and
/// each time. The checks beside this one may open newer ones meanwhile, and a tool may be slow.
std::optional<Finding> unless_newest_alone(Probe& probe, wire::mcp::Dialogue& older, const std::string& method,
                                           const json::value& params) {
  constexpr int kTries = 4, kTimes = 2;
  const auto at_once = probe.target().answer_timeout / 2;
  for (int tries = 0, seen = 0; tries < kTries && !probe.out_of_time(); ++tries) {
    auto newest = probe.dialogue();
    if (!newest) { return std::nullopt; }
    const auto there = newest->request(method, params);
    if (!there || !there->is_result() || there->waited > at_once) { continue; }
    const auto again = older.request(method, params);
    if ((again && again->response) || probe.out_of_time()) { return std::nullopt; }
    if (++seen < kTimes) { continue; }
    return fail("an answer in each session, whichever was opened last",
                fmt::format("none to {} in an older session ({}), and a result in the newest one", method,
                            again ? again->describe() : again.error().detail))
        .at("server",
            "Make a server object for each session: one that is connected to each new session in turn answers the "
            "latest alone.");
  }
  return std::nullopt;
}

/// The one asks for something, and while it waits the other asks for what nobody has.
std::optional<Finding> unless_isolated_beside(Probe& probe, wire::mcp::Dialogue& one, wire::mcp::Dialogue& two,
                                              int round) {
  const json::value id(fmt::format("weir-both-{}", round));
  const auto calls = round == 0 ? safe_calls(probe) : std::vector<ToolCall>{};  // A call may take its time.
  const json::value params =
      calls.empty() ? json::value() : json::value{{"name", calls.front().name}, {"arguments", calls.front().arguments}};
  const std::string method = calls.empty() ? std::string(harmless_method(probe)) : "tools/call";
  auto first = probe.http().begin(one.make_post(jsonrpc::request(id, method, params)), probe.answer_deadline());
  auto second = probe.http().begin(two.make_post(jsonrpc::request(id, kUnknownMethod)), probe.answer_deadline());
  if (!first || !second) { return std::nullopt; }
  const Heard late = hear(probe, *second);
  if (late.result) {
    return fail("an error in the one, the result of another request in the other",
                fmt::format("the result of another client's {}, as both requests have one id", method))
        .at("server", kApart);
  }
  if (!late.error) { return std::nullopt; }  // What is no answer at all is other checks' matter.
  const Heard early = hear(probe, *first);
  if (early.result || early.error || early.asked || probe.out_of_time()) { return std::nullopt; }
  const auto alone = one.request(method, params);
  if (!alone || !alone->response) { return unless_newest_alone(probe, one, method, params); }
  return fail("an answer to each of two requests that have one id, of two clients",
              fmt::format("none to {} while another client asks: {}", method, early.text))
      .at("server", kApart);
}

/// Two calls in flight under one id, of two clients: what keeps them by the id alone answers one of them twice, or the
/// other never.
std::optional<Finding> unless_isolated_in_flight(Probe& probe, wire::mcp::Dialogue& one, wire::mcp::Dialogue& two) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return std::nullopt; }
  const json::value id("weir-both-in-flight");
  const json::value params{{"name", calls.front().name}, {"arguments", calls.front().arguments}};
  const auto begin = [&](wire::mcp::Dialogue& dialogue) {
    return probe.http().begin(dialogue.make_post(jsonrpc::request(id, "tools/call", params)), probe.answer_deadline());
  };
  auto first = begin(one), second = begin(two);
  if (!first || !second) { return std::nullopt; }
  const Heard late = hear(probe, *second), early = hear(probe, *first);
  const bool both = (late.result || late.error) && (early.result || early.error);
  if (both || late.asked || early.asked || probe.out_of_time()) { return std::nullopt; }
  // Under an id that nobody else uses at the moment.
  const auto alone = one.request("tools/call", params, {.id = "weir-alone-in-flight"});
  if (!alone || !alone->response) { return untestable(calls.front().name + " is not answered alone either"); }
  return fail("an answer to each of two calls in flight that have one id, of two clients",
              fmt::format("none to {} of them: {}",
                          late.result || late.error || early.result || early.error ? "one" : "either",
                          late.result || late.error ? early.text : late.text))
      .at("server", kApart);
}

Finding run(Probe& probe) {
  constexpr int kRounds = 4;
  auto one = probe.dialogue();
  auto two = probe.dialogue();
  if (!one || !two) { return probe.broken(one ? two.error() : one.error(), "two conversations"); }
  const json::value id = "weir-same-id";
  auto good = one->request(harmless_method(probe), nullptr, {.id = id});
  auto bad = two->request(kUnknownMethod, nullptr, {.id = id});
  if (!good) { return probe.broken(good.error(), "a response in each session"); }
  if (!bad) { return untestable("an unknown method gets no answer: " + bad.error().detail); }
  // Whose answer came is told by its content, since the ids are alike.
  if (error_code(*good) == jsonrpc::kMethodNotFound || bad->is_result()) {
    return fail("the result of ping in one, an error in the other", good->describe() + "; " + bad->describe());
  }
  if (!good->is_result() || !bad->is_error()) {
    return untestable("not both were answered: " + good->describe() + "; " + bad->describe());
  }
  for (int round = 0; round < kRounds && !probe.out_of_time(); ++round) {
    if (auto wrong = unless_isolated_beside(probe, round % 2 == 0 ? *one : *two, round % 2 == 0 ? *two : *one, round)) {
      return *std::move(wrong);
    }
  }
  if (auto wrong = unless_isolated_in_flight(probe, *one, *two)) { return *std::move(wrong); }
  return pass("each client got its own response, one after the other and side by side");
}

const Registration kCheck{{
    .id = "session.ids.isolated",
    .title = "two clients that use the same request id each get their own response",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/transports#multiple-connections",
    .consequence = "One client reads another client's tool results.",
    .fix = "Make a server object for each session, and keep pending requests by session and id, never by the bare "
           "JSON-RPC id: two clients may use the same one.",
    .faults = {"http-sse.cross-talk", "session.ids-shared", "session.newest-served-alone"},
    .fixture = "profile",
    .waits = true,
    .explains = {Trouble::silence},
    .run = run,
}};
const NotByCommand kNoCommand{"session.ids.isolated", "it takes two sessions at once"};

}  // namespace
}  // namespace weir::conformance::session_ids_isolated
