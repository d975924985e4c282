#include "conformance/ask/http_sse.hpp"
#include "conformance/ask/initialize.hpp"

namespace weir::conformance::http_sse_endpoint_keeps_query {
namespace {

/// Both queries, that of the announced URI first.
wire::Url with_query_of(wire::Url url, const wire::Url& stream) {
  url.query += (url.query.empty() ? "" : "&") + stream.query;
  url.has_query = true;
  return url;
}

Finding run(Probe& probe) {
  if (probe.url().query.empty()) { return not_applicable("the stream's URL has no query"); }
  auto stream = open_stream(probe);
  if (!stream) { return probe.broken(stream.error(), "an endpoint event"); }
  const auto announced = read_endpoint(probe, *stream);
  if (!announced) { return probe.broken(announced.error(), "an endpoint event"); }
  const auto url = wire::resolve(probe.url(), *announced);
  if (!url || url->origin() != probe.url().origin()) {
    return untestable("the endpoint event names no URI on the origin of the stream");
  }
  const auto post = [&](const wire::Url& to) {
    wire::Request request = initialize_request(probe);
    request.url = to;
    return probe.send(request);
  };
  const auto bare = post(*url);
  if (!bare) { return untestable("the announced URI does not answer: " + bare.error().detail); }
  if (!refused(*bare)) { return pass(fmt::format("the announced URI answers {}", bare->head.status)); }
  if (probe.last_request()) { probe.pin_request(*probe.last_request()); }
  const auto whole = post(with_query_of(*url, probe.url()));
  if (!whole || !whole->ok()) {
    return untestable(fmt::format("a POST is answered {} with and without the query", bare->head.status));
  }
  return fail("an endpoint event whose URI takes POSTs as it stands",
              fmt::format("the POST URI lost the query of the stream's URL: HTTP {} without it, {} with it",
                          bare->head.status, whole->head.status))
      .at("server", "Carry the query of the stream's URL, where its key is, over into the endpoint event.");
}

const Registration kCheck{{
    .id = "http-sse.endpoint.keeps-query",
    .title = "the endpoint event keeps what the stream's URL needs of its query",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.endpoint-uri-accepts-posts"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "The stream opens and every message is refused: clients hang in initialize.",
    .fix = "Carry the query of the stream's URL, where the key stands, over into the URI of its endpoint event, "
           "beside the session id.",
    .faults = {"http-sse.endpoint-loses-key"},
    .fixture = "key-in-query",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_sse_endpoint_keeps_query
