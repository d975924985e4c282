#include "conformance/ask/url.hpp"

namespace weir::conformance::url_slash_keeps_host {
namespace {

Finding run(Probe& probe) {
  const auto turns = turns_of(probe);
  if (!turns) { return probe.broken(turns.error(), "an answer"); }
  for (const SlashTurn& turn : *turns) {
    const auto how = turn.to ? leaves_host(turn.request.url, *turn.to) : std::optional<std::string>("that is no URL");
    if (how) {
      probe.pin_request(turn.request);
      return fail(fmt::format("{} or a Location that is only a path", probe.url().origin()),
                  fmt::format("{}: {}", turn.describe(), *how))
          .at("reverse proxy",
              "Redirect by path alone (nginx: absolute_redirect off), or let the server build URLs from the public "
              "host.");
    }
  }
  return pass(turns->empty() ? "no redirect" : turns->front().describe());
}

const Registration kCheck{{
    .id = "url.slash.keeps-host",
    .title = "with and without the slash at its end, no redirect leads to another host or port",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://nginx.org/en/docs/http/ngx_http_core_module.html#absolute_redirect",
    .consequence = "The port or the host behind the proxy is not reachable from outside: clients follow, and hang.",
    .fix = "Redirect by path alone (nginx: absolute_redirect off), or pass the public Host with its port to the server "
           "(nginx: proxy_set_header Host $http_host).",
    .faults = {"url.slash-to-inside", "url.slash-to-port"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_slash_keeps_host
