#include "conformance/ask/url.hpp"

namespace weir::conformance::url_host_any_accepted {
namespace {

constexpr const char* kPublicName = "weir-public-name.example";

Finding run(Probe& probe) {
  if (!is_deployed_target(probe)) {
    return not_applicable("the URL has the name that users send, or is a server on this machine");
  }
  if (probe.target().headers.has("Host")) { return not_applicable("every request already carries the public Host"); }
  wire::Request request = knock(probe);
  request.headers.set("Host", kPublicName);
  const auto answer = send_once(probe, request);
  if (!answer) { return probe.broken(answer.error(), "an answer whatever the Host"); }
  if (speaks_of_host(*answer)) {
    return fail(fmt::format("an answer to Host: {}, as to the address", kPublicName), describe(*answer))
        .at("server",
            "Add the public names to the server's allowed hosts; asked by address, give the public name with "
            "--header 'Host: NAME'.");
  }
  return pass(fmt::format("HTTP {}", answer->head.status));
}

const Registration kCheck{{
    .id = "url.host.any-accepted",
    .title = "a deployed server takes the host names that its users send",
    .level = Level::should,
    .eras = kAllEras,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20",
    .consequence = "SDKs allow localhost alone by default: the health check by address is green, and every user gets "
                   "421 or 403.",
    .fix = "Add the public names to the server's allowed hosts (transport security of the SDK, trusted hosts of the "
           "framework), and let the proxy pass the client's Host on.",
    .faults = {"url.host-allow-list"},
    .fixture = "deployed",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_host_any_accepted
