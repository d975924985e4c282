#include "conformance/ask/url.hpp"

namespace weir::conformance::url_slash_keeps_scheme {
namespace {

Finding run(Probe& probe) {
  if (!probe.url().tls()) { return not_applicable("the URL is plain http"); }
  const auto turns = turns_of(probe);
  if (!turns) { return probe.broken(turns.error(), "an answer"); }
  for (const SlashTurn& turn : *turns) {
    if (turn.to && !turn.to->tls()) {
      probe.pin_request(turn.request);
      return fail("https, or a Location that is only a path", turn.describe())
          .at("server behind TLS termination",
              "Let the server trust X-Forwarded-Proto of what ends TLS before it, or redirect by path alone.");
    }
  }
  return pass(turns->empty() ? "no redirect" : turns->front().describe());
}

const Registration kCheck{{
    .id = "url.slash.keeps-scheme",
    .title = "with and without the slash at its end, no redirect leads from https to http",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
    .consequence = "Clients refuse the downgrade, or send their token in the clear and find port 80 closed.",
    .fix = "Let the server trust X-Forwarded-Proto from the hop that ends TLS (uvicorn: --proxy-headers, "
           "--forwarded-allow-ips of that hop), or redirect by path alone.",
    .faults = {"url.slash-to-http"},
    .fixture = "tls",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_slash_keeps_scheme
