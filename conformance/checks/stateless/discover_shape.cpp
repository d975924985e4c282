#include <algorithm>

#include "conformance/checks/stateless/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  auto reply = probe.call("server/discover");
  if (!reply) {
    return probe.broken(reply.error(), "a result of server/discover");
  }
  if (auto bad = unless_result(*reply, "a result of server/discover")) {
    return *bad;
  }
  const json::array* versions = wire::as_array(wire::find(reply->result(), "supportedVersions"));
  if (!versions || versions->empty() ||
      !std::all_of(versions->begin(), versions->end(), [](const json::value& item) { return item.is_string(); })) {
    return fail("an array of strings supportedVersions", wire::excerpt(reply->result(), 100));
  }
  if (!wire::as_object(wire::find(reply->result(), "capabilities"))) {
    return fail("an object capabilities", wire::excerpt(reply->result(), 100));
  }
  return pass("speaks " + json::serialize(*versions));
}

const Registration kCheck{{
    .id = "stateless.discover.shape",
    .title = "server/discover lists supported versions and capabilities",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.discover.implemented", "stateless.discover.result-shape"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/server/discover",
    .consequence = "Clients choose their revision by this answer; without it they cannot begin.",
    .faults = {"stateless.discover-without-versions"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
