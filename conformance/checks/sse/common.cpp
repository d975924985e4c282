#include "conformance/checks/sse/common.hpp"

#include "conformance/ask/asked_once.hpp"
#include "conformance/ask/tools.hpp"
#include "wire/base/text.hpp"

namespace weir::conformance {
namespace {

using wire::mcp::Dialogue;
using Streams = std::vector<SeenStream>;

constexpr std::string_view kAccelBuffering = "x-accel-buffering";
constexpr std::chrono::milliseconds kAnswer{2000};
constexpr std::chrono::milliseconds kEnd{1000};   ///< At most, for a stream to end after its response.
constexpr std::chrono::milliseconds kGlance{50};  ///< At a stream on which nothing need come.

void keep(Streams& streams, std::string name, const wire::Exchange& exchange) {
  if (exchange.ok() && exchange.is_event_stream()) { streams.push_back({std::move(name), exchange}); }
}

void ask(Streams& streams, Dialogue& dialogue, std::string_view method, std::string name, json::value params) {
  // What comes on the held stream is kept once, at the end.
  const bool held = dialogue.era() == Era::http_sse;
  const auto linger = held ? std::chrono::milliseconds(0) : kEnd;
  const auto reply = dialogue.request(method, std::move(params), {.timeout = kAnswer, .linger = linger});
  if (reply && !held) { keep(streams, "the answer to " + std::move(name), reply->http); }
}

void call_tools(Streams& streams, const Probe& probe, Dialogue& dialogue) {
  for (const auto& call : safe_calls(probe)) {
    const json::object params{
        {"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", "weir-progress"}}}};
    ask(streams, dialogue, "tools/call", call.name, params);
  }
}

void look_at_get_stream(Streams& streams, const Probe& probe, Dialogue& dialogue) {
  if (auto stream = dialogue.open_get_stream()) {
    stream->next_item(probe.in(kGlance));
    keep(streams, "the GET stream", stream->exchange());
  }
}

void listen(Streams& streams, const Probe& probe, Dialogue& dialogue) {
  if (auto stream = dialogue.listen({{"toolsListChanged", true}})) {
    if (stream->exchange().is_event_stream()) { stream->next_event(probe.in(kAnswer)); }
    keep(streams, "subscriptions/listen", stream->exchange());
  }
}

wire::Result<Streams> event_streams(Probe& probe, const StreamOptions& options) {
  auto dialogue = probe.dialogue([&](wire::mcp::DialogueOptions& opening) {
    for (const auto& field : options.headers.fields()) { opening.headers.set(field.name, field.value); }
  });
  if (!dialogue) { return tl::unexpected(dialogue.error()); }
  Streams streams;
  keep(streams, "the answer to initialize", dialogue->opening().http);
  ask(streams, *dialogue, harmless_method(probe), std::string(harmless_method(probe)), nullptr);
  if (options.calls) { call_tools(streams, probe, *dialogue); }
  if (probe.is(Era::streamable)) {
    look_at_get_stream(streams, probe, *dialogue);
  } else if (probe.is(Era::stateless)) {
    listen(streams, probe, *dialogue);
  } else if (const wire::HttpStream* held = dialogue->stream()) {
    keep(streams, "the held stream", held->exchange());
  }
  return streams;
}

}  // namespace

namespace {

/// Nobody minds whose streams they are where they are asked for with no headers of a check's own.
std::shared_ptr<const Streams> shared_streams(Probe& probe, const StreamOptions& options) {
  if (!options.headers.fields().empty()) { return nullptr; }
  return asked_once<Streams>(probe, options.calls ? "streams with calls" : "streams", [&]() -> std::optional<Streams> {
    auto streams = event_streams(probe, options);
    if (!streams) { return std::nullopt; }
    std::size_t bytes = 0;
    for (const SeenStream& stream : *streams) { bytes += stream.exchange.body_bytes; }
    return bytes < kKeptBytes ? std::optional(*std::move(streams)) : std::nullopt;
  });
}

Finding judge_seen(const Streams& seen, const StreamOptions& options, const std::string& expected,
                   const StreamClause& problem, const std::function<void(const SeenStream&)>& on_fail) {
  if (seen.empty()) { return not_applicable("the server answered without event streams"); }
  std::vector<std::string> names;
  std::optional<std::string> unjudgeable;
  for (const auto& stream : seen) {
    if (auto why = options.unjudgeable ? options.unjudgeable(stream) : std::nullopt) {
      unjudgeable = std::move(why);
      continue;
    }
    if (auto wrong = problem(stream)) {
      on_fail(stream);
      return fail(expected, fmt::format("{} in {}", *wrong, stream.name));
    }
    names.push_back(stream.name);
  }
  return names.empty() ? untestable(*unjudgeable) : pass(fmt::format("seen in {}", fmt::join(names, ", ")));
}

}  // namespace

Finding judge_streams(Probe& probe, const StreamOptions& options, const std::string& expected,
                      const StreamClause& problem) {
  const SeenStream* red = nullptr;
  const auto remember = [&](const SeenStream& stream) { red = &stream; };
  std::optional<Finding> finding;
  const auto shared = shared_streams(probe, options);
  if (shared) {
    finding = judge_seen(*shared, options, expected, problem, remember);
    if (!red) { return *finding; }
  }
  const auto streams = event_streams(probe, options);
  if (!streams && !finding) { return probe.broken(streams.error(), "a conversation"); }
  if (streams) {
    auto own = judge_seen(*streams, options, expected, problem, remember);
    // What was wrong once was wrong, though it is not so again.
    if (!finding || own.verdict == reports::Verdict::fail) { finding = std::move(own); }
  }
  if (red) {
    probe.pin_request(red->exchange.request);
    probe.note(fmt::format("< {}: {}", red->name, wire::excerpt(std::string_view(red->exchange.head.raw), 300)));
  }
  return *finding;
}

Finding judge_oddity(Probe& probe, wire::SseOddityKind kind, const std::string& expected) {
  const auto problem = [kind](const SeenStream& stream) -> std::optional<std::string> {
    for (const auto& item : stream.exchange.items) {
      if (const auto* oddity = std::get_if<wire::SseOddity>(&item); oddity && oddity->kind == kind) {
        return fmt::format("'{}' at byte {}", oddity->excerpt, oddity->offset);
      }
    }
    return std::nullopt;
  };
  return judge_streams(probe, {.headers = {}, .calls = true}, expected, problem);
}

bool has_cache_directive(const wire::Headers& headers, std::string_view directive) {
  const std::string list = wire::lower(headers.joined("cache-control"));
  std::string_view rest = list;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    std::string_view one = rest.substr(0, comma);
    one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
    one = one.substr(0, one.find_last_not_of(" \t") + 1);
    if (one == directive) { return true; }
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

std::string content_coding(const wire::Exchange& exchange) {
  const std::string coding = wire::lower(exchange.head.headers.joined("content-encoding"));
  return coding == "identity" ? "" : coding;
}

Finding judge_accel_buffering(Probe& probe) {
  const auto hidden = [](const SeenStream& stream) -> std::optional<std::string> {
    const wire::Headers& headers = stream.exchange.head.headers;
    const std::string server = wire::lower(headers.get("server"));
    if (headers.has(kAccelBuffering) || !(server.starts_with("nginx") || server.starts_with("openresty"))) {
      return std::nullopt;
    }
    // https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_hide_header
    return "nginx stands in between and takes the field off what it passes on";
  };
  const auto problem = [](const SeenStream& stream) -> std::optional<std::string> {
    const auto said = stream.exchange.head.headers.find(kAccelBuffering);
    if (!said) { return "no such field"; }
    return *said == "no" ? std::nullopt : std::optional("X-Accel-Buffering: " + std::string(*said));
  };
  return judge_streams(probe, {.headers = {}, .unjudgeable = hidden}, "X-Accel-Buffering: no", problem);
}

std::optional<std::string> end_unseen(const SeenStream& stream) {
  const wire::EndClass end = stream.exchange.end;
  if (end == wire::EndClass::open || end == wire::EndClass::closed_by_us) {
    return "no stream ended while it was watched";
  }
  return std::nullopt;
}

}  // namespace weir::conformance
