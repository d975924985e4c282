#include "conformance/ask/listen.hpp"
#include "conformance/ask/stateless.hpp"

namespace weir::conformance::reconnect_streams_leave_room {
namespace {

constexpr std::size_t kStreams = 24;
constexpr std::chrono::milliseconds kPatience{1500};  ///< At least; a slow server is given three times its own pace.
constexpr int kPaces = 3;
constexpr int kRounds = 6;  ///< Answer timeouts for which a server that goes on opening streams is waited for.
constexpr std::chrono::seconds kLately{2};

/// The request whose answer the server holds open; nullopt where it has no such stream.
std::optional<wire::Request> stream_of(Probe& probe, const wire::mcp::Dialogue& dialogue) {
  if (probe.is(Era::http_sse)) { return stream_get(probe, probe.url()); }
  if (probe.is(Era::stateless)) {
    const json::object filter = listen_filter(probe.survey());
    if (filter.empty()) { return std::nullopt; }
    return modern_request(probe, "subscriptions/listen", {{"notifications", filter}});
  }
  wire::Request get = dialogue.make_post("");
  get.method = "GET";
  get.headers.remove("Content-Type");
  get.headers.set("Accept", "text/event-stream");
  return get;
}

struct Held {
  std::vector<wire::Clock::time_point> begun;  ///< Of each stream.
  std::vector<wire::HttpStream> streams;

  std::size_t served() const {
    return static_cast<std::size_t>(std::count_if(streams.begin(), streams.end(), [](const auto& stream) {
      return stream.exchange().ok() && stream.exchange().is_event_stream();
    }));
  }
  /// Whether heads have not come that may still come, and one came lately.
  bool opening() const {
    bool pending = false, lately = false;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      const wire::Exchange& exchange = streams[i].exchange();
      const std::chrono::microseconds head(exchange.timings.head_us);
      pending = pending || (exchange.head.status == 0 && !streams[i].ended());
      lately = lately || (exchange.head.status != 0 && wire::Clock::now() - begun[i] - head < kLately);
    }
    return pending && lately;
  }
};

void open_more(Probe& probe, const wire::Request& request, std::size_t count, std::chrono::milliseconds patience,
               Held& held) {
  const std::size_t first = held.streams.size();
  const wire::Deadline deadline = probe.in(patience);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begun = wire::Clock::now();
    auto stream = probe.http().begin(request, deadline);
    if (!stream) { break; }
    held.begun.push_back(begun);
    held.streams.push_back(std::move(*stream));
  }
  for (std::size_t i = first; i < held.streams.size(); ++i) { held.streams[i].wait_for_head(deadline); }
}

/// Waits for the heads that are due as long as they come: a server that starts a process for each stream, on a machine
/// that has more to do, is busy with opening them and keeps nobody out by holding them.
void await_heads(Probe& probe, Held& held) {
  const wire::Deadline longest = probe.in(probe.target().answer_timeout * kRounds);
  while (held.opening() && !longest.passed() && !probe.out_of_time()) {
    const wire::Deadline deadline = probe.in(kLately);
    for (auto& stream : held.streams) { stream.wait_for_head(deadline); }
  }
}

/// Why another client gets nothing; nullopt when it is served.
std::optional<std::string> why_kept_out_once(Probe& probe, std::chrono::milliseconds patience) {
  auto other =
      probe.dialogue([&](wire::mcp::DialogueOptions& options) { options.timeout = probe.in(patience).left(); });
  if (!other) { return other.error().detail; }
  const auto reply = other->request(harmless_method(probe), nullptr, {.timeout = probe.in(patience).left()});
  if (!reply) { return reply.error().detail; }
  return reply->response ? std::nullopt : std::optional(reply->describe());
}

/// The same, of a few clients: one that met an error by chance, or a busy moment, was not kept out by streams. The last
/// one is given the time of any answer: others are at a server that does much for each client.
std::optional<std::string> why_kept_out(Probe& probe, std::chrono::milliseconds patience) {
  constexpr int kErrors = 4, kSilences = 2;
  std::optional<std::string> why;
  int errors = 0, silences = 0;
  while (errors < kErrors && silences < kSilences && !probe.out_of_time()) {
    why = why_kept_out_once(probe, silences + 1 == kSilences ? probe.target().answer_timeout : patience);
    if (!why) { return why; }
    ++(probe.last_answer_missing() ? silences : errors);
  }
  return why;
}

/// Why the client whose stream is open gets no answer itself, neither at once nor when asked again.
std::optional<std::string> why_itself_kept_out(Probe& probe, wire::mcp::Dialogue& dialogue,
                                               std::chrono::milliseconds patience) {
  constexpr int kTries = 2;
  std::optional<std::string> why;
  for (int i = 0; i < kTries; ++i) {
    const auto reply = dialogue.request(harmless_method(probe), nullptr, {.timeout = probe.in(patience).left()});
    const bool silent = reply ? !reply->response && reply->http.ok() && reply->http.end == wire::EndClass::open
                              : reply.error().code == wire::ErrorCode::timeout;
    if (!silent) { return std::nullopt; }
    why = reply ? reply->describe() : reply.error().detail;
  }
  return why;
}

Finding run(Probe& probe) {
  const auto begin = wire::Clock::now();
  auto dialogue = probe.dialogue();
  if (!dialogue) { return untestable("no conversation: " + dialogue.error().detail); }
  const auto pace = std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now() - begin);
  const auto patience = std::min(std::max(kPatience, pace * kPaces), probe.target().answer_timeout);
  const auto request = stream_of(probe, *dialogue);
  if (!request) { return not_applicable(kNothingToListenTo); }
  if (auto why = why_kept_out(probe, patience)) {
    return untestable("nobody is served without streams either: " + *why);
  }
  Held held;
  for (const std::size_t more : {std::size_t{1}, kStreams - 1}) {
    open_more(probe, *request, more, patience, held);
    if (held.served() == 0) { return not_applicable("no stream is offered"); }
    auto why = why_kept_out(probe, patience);
    if (!why && probe.is(Era::streamable) && more == 1) {
      why = why_itself_kept_out(probe, *dialogue, patience);
      if (why && !probe.out_of_time()) {
        return fail("an answer to a client while its own GET stream is open",
                    "an open GET stream keeps its own client waiting: " + *why)
            .at("server",
                "Serve the requests of a session beside its stream: what holds the stream may hold no lock "
                "and no worker that they need.");
      }
    }
    if (why && held.opening()) {
      await_heads(probe, held);
      why = why_kept_out(probe, patience);
      if (why && held.opening()) { return untestable("the server is still busy opening streams: " + *why); }
    }
    if (!why) { continue; }
    if (probe.out_of_time()) { return untestable("the run ended before"); }
    if (probe.throttled()) { return untestable("the target limits the rate of requests"); }
    if (held.served() <= 1 && probe.met(Trouble::loss)) {
      return untestable("connections end beside one open stream, which is no want of room: " + *why);
    }
    return fail(fmt::format("an answer to another client while {} streams are open", held.streams.size()),
                fmt::format("{} open {} everybody out: {}", held.served(),
                            held.served() == 1 ? "stream keeps" : "streams keep", *why))
        .at("server",
            "Hold streams without a thread, a worker or a place in a proxy's limit each, or let there be far more "
            "places than streams.");
  }
  return pass(fmt::format("another client is served beside {} open streams", held.served()));
}

const Registration kCheck{{
    .id = "reconnect.streams.leave-room",
    .title = "open streams keep nobody out",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://github.com/openai/codex/issues/41600",
    .consequence = "A few clients that only listen stop the service for all others.",
    .fix = "Hold each stream asynchronously, without a thread, worker or lock of its own, or raise workers and the "
           "proxy's connection limit far above the number of streams.",
    .faults = {"reconnect.storm-exhausts", "reconnect.stream-blocks-session"},
    .turn = Turn::first,
    .explains = {Trouble::silence, Trouble::loss, Trouble::server_error},
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.streams.leave-room", "it takes many streams at once"};

}  // namespace
}  // namespace weir::conformance::reconnect_streams_leave_room
