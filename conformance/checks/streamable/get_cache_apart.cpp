#include "conformance/ask/common.hpp"

namespace weir::conformance::streamable_get_cache_apart {
namespace {

/// A URL of its own for each pair: what this check lets a cache keep is asked for by nobody else.
void mark(wire::Request& request, std::string_view which) {
  wire::Url& url = request.url;
  url.query += fmt::format("{}weir-cache={}", url.query.empty() ? "" : "&", which);
  url.has_query = true;
}

wire::Result<wire::HttpStream> stream_at(wire::mcp::Dialogue& dialogue, const std::string& which) {
  return dialogue.open_get_stream([&](wire::Request& request) { mark(request, which); });
}

bool is_stream(const wire::Result<wire::HttpStream>& stream) { return stream && stream->exchange().is_event_stream(); }

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  const std::string one =
      fmt::format("{:x}", probe.number() * 1'000'003 + wire::Clock::now().time_since_epoch().count());
  if (!is_stream(stream_at(*dialogue, one))) { return not_applicable("no stream comes by GET"); }

  wire::Request page = probe.request("GET", probe.url());
  page.headers.set("Accept", "text/html,application/xhtml+xml");
  mark(page, one + "a");
  const auto shown = probe.send(page);
  if (!shown) { return probe.broken(shown.error(), "an answer to a browser"); }
  if (shown->is_event_stream()) { return untestable("a stream comes whatever is accepted"); }

  auto after = stream_at(*dialogue, one + "a");
  if (is_stream(after)) { return pass(fmt::format("a stream comes after {}", describe(*shown))); }
  if (!after) { return untestable("no second stream comes: " + after.error().detail); }
  probe.read_answer(*after, probe.answer_deadline());
  const wire::Exchange& given = after->exchange();
  const std::string got = describe(given);
  // A stream may be refused for a reason of its own, such as that the first one is not given up yet.
  if (given.head.status != shown->head.status || given.body != shown->body) {
    return untestable("no second stream comes, and what comes is not what the browser got: " + got);
  }
  if (!is_stream(stream_at(*dialogue, one + "b"))) { return untestable("no second stream comes: " + got); }
  return fail("an event stream, although a browser has been at this URL before",
              fmt::format("{}, which the browser had got; under another query there is a stream", got))
      .at("cache", "Let no cache keep answers of the MCP path (Cache-Control: no-store), or vary them by Accept.");
}

const Registration kCheck{{
    .id = "streamable.get.cache-apart",
    .title = "the GET stream is not answered by what a browser got at the same URL",
    .level = Level::must,
    .eras = kStreamable,
    .source = "https://www.rfc-editor.org/rfc/rfc9111#section-4.1",
    .consequence = "After the first visit by a browser no client gets its stream any more, until the cache forgets.",
    .fix = "Send Cache-Control: no-store with every answer on the MCP path, pages for browsers included, and take the "
           "path out of the CDN's cache.",
    .faults = {"streamable.get-cached-by-url"},
    .run = run,
}};
const NotByCommand kNoCommand{"streamable.get.cache-apart", "it takes two requests for one URL, the other one first"};

}  // namespace
}  // namespace weir::conformance::streamable_get_cache_apart
