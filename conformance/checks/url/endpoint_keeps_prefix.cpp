#include "conformance/ask/http_sse.hpp"
#include "conformance/ask/url.hpp"

namespace weir::conformance::url_endpoint_keeps_prefix {
namespace {

/// "/a/b/sse" gives "/a/b" and "/a": where a stage, a gateway or a mount may have cut the path.
std::vector<std::string> prefixes_of(std::string path) {
  std::vector<std::string> prefixes;
  for (std::size_t slash = path.rfind('/'); slash != 0 && slash != path.npos; slash = path.rfind('/')) {
    path.resize(slash);
    prefixes.push_back(path);
  }
  return prefixes;
}

Finding run(Probe& probe) {
  auto stream = open_stream(probe);
  if (!stream) { return probe.broken(stream.error(), "an endpoint event"); }
  const auto announced = read_endpoint(probe, *stream);
  if (!announced) { return probe.broken(announced.error(), "an endpoint event"); }
  const auto url = wire::resolve(probe.url(), *announced);
  if (!url || url->origin() != probe.url().origin()) {
    return untestable("the endpoint event names no URI on the origin of the stream");
  }
  const auto post = [&](const wire::Url& to) {
    return send_once(probe, json_post(probe, to, jsonrpc::request("weir-prefix", "ping")));
  };
  const auto answer = post(*url);
  if (!answer) { return untestable("the announced URI does not answer: " + answer.error().detail); }
  if (answer->head.status != 404) { return pass(fmt::format("{} answers {}", url->path, answer->head.status)); }
  for (const std::string& prefix : prefixes_of(probe.url().path)) {
    wire::Url longer = *url;
    longer.path = prefix + url->path;
    const auto second = post(longer);
    if (second && second->head.status != 404) {
      return fail(fmt::format("{} in the endpoint event", longer.path),
                  fmt::format("{}, which is 404: the event lost the prefix {}", *announced, prefix))
          .at("server behind a prefix",
              fmt::format("Tell the server its prefix {} (root path, mount path), or announce a relative URI.",
                          prefix));
    }
  }
  return untestable(fmt::format("{} is 404, and no prefix of {} helps", url->path, probe.url().path));
}

const Registration kCheck{{
    .id = "url.endpoint.keeps-prefix",
    .title = "the endpoint event keeps the stage, gateway or mount prefix of the stream's URL",
    .level = Level::must,
    .eras = kHttpSse,
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "The stream opens and every message goes to a path that nobody serves: clients hang in initialize.",
    .fix = "Tell the server the prefix that the proxy cuts off (root_path, mount path, X-Forwarded-Prefix), or let the "
           "endpoint event name a relative URI.",
    .faults = {"url.endpoint-without-prefix"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_endpoint_keeps_prefix
