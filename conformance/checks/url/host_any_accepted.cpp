#include "conformance/ask/url.hpp"

namespace weir::conformance::url_host_any_accepted {
namespace {

constexpr const char* kPublicName = "weir-public-name.example";

/// Whether the words are about the Host: an allow-list against DNS rebinding.
bool speaks_of_host(const wire::Exchange& answer) {
  if (answer.head.status == 421) {  // RFC 9110 section 15.5.20
    return true;
  }
  const std::string_view body = answer.body;
  const bool refusal = answer.head.status == 400 || answer.head.status == 403;
  return refusal && (body.find("host") != body.npos || body.find("Host") != body.npos);
}

/// A target of a deployment that is asked by its address, as a pipeline does; a server on a developer's own loopback
/// interface is right to take no other name.
bool is_deployed_target(const Probe& probe) {
  const std::string& host = probe.url().host;
  const bool numeric = host.find(':') != host.npos || host.find_first_not_of("0123456789.") == host.npos;
  const bool loopback = host.starts_with("127.") || host == "::1" || host == "localhost";
  return loopback ? probe.target().profile.edge.has_value() : numeric;
}

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
    .faults = {"url.host-allow-list"},
    .fixture = "deployed",
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::url_host_any_accepted
