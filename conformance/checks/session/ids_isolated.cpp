#include "conformance/ask/polled.hpp"
#include "conformance/ask/tools.hpp"

namespace weir::conformance::session_ids_isolated {
namespace {

constexpr std::chrono::milliseconds kUnderWay{200};  ///< A call that is not answered by then runs beside what follows.
constexpr const char* kApart =
    "Keep the requests of each client apart: ids are unique within a session, and not beyond.";

/// What came of a request that was sent beside another one.
struct Heard {
  bool result = false, error = false;
  bool asked = false;      ///< The server wants something of the client first, which nobody gives it here.
  bool elsewhere = false;  ///< It is to be fetched, and could not be.
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

void take(Heard& heard, const wire::Exchange& exchange) {
  for (const auto& text : message_texts(exchange)) {
    const auto parsed = jsonrpc::parse(text);
    for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      heard.result = heard.result || message.kind == jsonrpc::Kind::response;
      heard.error = heard.error || message.kind == jsonrpc::Kind::error;
      heard.asked = heard.asked || message.kind == jsonrpc::Kind::request;
    }
  }
  heard.text = describe(exchange);
}

Heard hear(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& stream) {
  Heard heard;
  if (!stream.wait_for_head(probe.answer_deadline())) {
    heard.text = "no answer in time";
    return heard;
  }
  std::size_t fetched = 0;
  do {
    read_reply(probe, stream, probe.answer_deadline());
    take(heard, stream.exchange());
  } while (++fetched < wire::limits::kResumptions && take_up(probe, dialogue, stream));
  heard.elsewhere = is_to_be_fetched(stream);
  return heard;
}

bool is_replied(const Heard& heard) { return heard.result || heard.error; }
/// Nothing that came tells whether it would have been answered.
bool is_open(const Heard& heard) { return heard.asked || heard.elsewhere; }

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

/// What the one asks for while the other asks as well, under one id.
struct Asked {
  json::value id;
  std::string method;
  json::value params;
};

Asked call_under(const char* id, const ToolCall& call) {
  return {.id = id, .method = "tools/call", .params = {{"name", call.name}, {"arguments", call.arguments}}};
}

wire::Result<wire::HttpStream> begin(Probe& probe, wire::mcp::Dialogue& dialogue, const Asked& asked) {
  return probe.http().begin(dialogue.make_post(jsonrpc::request(asked.id, asked.method, asked.params)),
                            probe.answer_deadline());
}

/// The one has asked for something, and before it is answered the other asks for what nobody has.
std::optional<Finding> unless_isolated_beside(Probe& probe, wire::mcp::Dialogue& one, wire::HttpStream& first,
                                              wire::mcp::Dialogue& two, const Asked& asked) {
  auto second = probe.http().begin(two.make_post(jsonrpc::request(asked.id, kUnknownMethod)), probe.answer_deadline());
  if (!second) { return std::nullopt; }
  const Heard late = hear(probe, two, *second);
  if (late.result) {
    return fail("an error in the one, the result of another request in the other",
                fmt::format("the result of another client's {}, as both requests have one id", asked.method))
        .at("server", kApart);
  }
  if (!late.error) { return std::nullopt; }  // What is no answer at all is other checks' matter.
  const Heard early = hear(probe, one, first);
  if (is_replied(early) || is_open(early) || probe.out_of_time()) { return std::nullopt; }
  const auto alone = one.request(asked.method, asked.params);
  if (!alone || !alone->response) { return unless_newest_alone(probe, one, asked.method, asked.params); }
  return fail("an answer to each of two requests that have one id, of two clients",
              fmt::format("none to {} while another client asks: {}", asked.method, early.text))
      .at("server", kApart);
}

/// Two calls in flight under one id, of two clients: what keeps them by the id alone answers one of them twice, or the
/// other never.
std::optional<Finding> unless_isolated_in_flight(Probe& probe, wire::mcp::Dialogue& one, wire::mcp::Dialogue& two,
                                                 const ToolCall& call) {
  const Asked asked = call_under("weir-both-in-flight", call);
  auto first = begin(probe, one, asked), second = begin(probe, two, asked);
  if (!first || !second) { return std::nullopt; }
  const Heard late = hear(probe, two, *second), early = hear(probe, one, *first);
  const bool both = is_replied(late) && is_replied(early);
  if (both || is_open(late) || is_open(early) || probe.out_of_time()) { return std::nullopt; }
  // Under an id that nobody else uses at the moment.
  const auto alone = one.request(asked.method, asked.params, {.id = "weir-alone-in-flight"});
  if (!alone || !alone->response) { return untestable(call.name + " is not answered alone either"); }
  return fail("an answer to each of two calls in flight that have one id, of two clients",
              fmt::format("none to {} of them: {}", is_replied(late) || is_replied(early) ? "one" : "either",
                          is_replied(late) ? early.text : late.text))
      .at("server", kApart);
}

/// What the calls that may be made show: one that is under way for a while is asked beside others for certain.
struct OfCalls {
  std::optional<Finding> wrong;
  std::string slow;  ///< The tool; empty where each call is answered at once.
};

OfCalls ask_calls(Probe& probe, wire::mcp::Dialogue& one, wire::mcp::Dialogue& two) {
  const auto calls = safe_calls(probe);
  for (const auto& call : calls) {
    if (probe.out_of_time()) { return {}; }
    const Asked asked = call_under("weir-both-call", call);
    auto first = begin(probe, one, asked);
    if (!first || is_answered(probe, one, *first, asked.id, kUnderWay)) { continue; }
    auto wrong = unless_isolated_beside(probe, one, *first, two, asked);
    if (!wrong) { wrong = unless_isolated_in_flight(probe, one, two, call); }
    return {.wrong = std::move(wrong), .slow = call.name};
  }
  // Two that are sent at one moment may still meet.
  if (calls.empty()) { return {}; }
  return {.wrong = unless_isolated_in_flight(probe, one, two, calls.front()), .slow = {}};
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
    auto& asks = round % 2 == 0 ? *one : *two;
    auto& asks_beside = round % 2 == 0 ? *two : *one;
    const Asked asked{json::value(fmt::format("weir-both-{}", round)), std::string(harmless_method(probe)), nullptr};
    auto first = begin(probe, asks, asked);
    if (!first) { continue; }
    if (auto wrong = unless_isolated_beside(probe, asks, *first, asks_beside, asked)) { return *std::move(wrong); }
  }
  const auto [wrong, slow] = ask_calls(probe, *one, *two);
  if (wrong) { return *wrong; }
  return pass(slow.empty()
                  ? "each client got its own response; no call that may be made takes long enough to be asked beside"
                  : fmt::format("each client got its own response, also beside a call of {} that was under way", slow));
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
    .faults = {"http-sse.cross-talk", "session.ids-shared", "session.newest-served-alone", "session.pending-by-id",
               "session.pending-by-id-swapped"},
    .fixture = "slow-last",
    .waits = true,
    .explains = {Trouble::silence},
    .run = run,
}};
const NotByCommand kNoCommand{"session.ids.isolated", "it takes two sessions at once"};

}  // namespace
}  // namespace weir::conformance::session_ids_isolated
