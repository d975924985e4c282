#include "conformance/ask/stateless.hpp"

namespace weir::conformance::stateless_version_unsupported_error {
namespace {

Finding run(Probe& probe) {
  wire::Request request = modern_request(probe, "server/discover", json::object{}, "1999-01-01");
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "error -32022"); }
  const auto error = body_error(*answer);
  const json::array* supported = error ? wire::as_array(wire::find(error->error.data, "supported")) : nullptr;
  if (!error || error->error.code != jsonrpc::kUnsupportedVersion) {
    return fail("error -32022", describe_error(*answer));
  }
  if (!supported || supported->empty() || wire::string_or(error->error.data, "requested", "") != "1999-01-01") {
    return fail("data.supported and data.requested", wire::excerpt(error->error.data, 100));
  }
  return pass("-32022, supported " + json::serialize(*supported));
}

const Registration kCheck{{
    .id = "stateless.version.unsupported-error",
    .title = "an unsupported version is answered -32022 with the supported ones",
    .level = Level::must,
    .eras = kStateless,
    .requirements = {"stateless.version.unsupported-error"},
    .source = "https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning#protocol-version-negotiation",
    .consequence = "A client that is newer or older cannot find a version in common.",
    .fix = "Answer an unsupported version by error -32022 whose data holds `supported`, the array of the versions "
           "served, and `requested`, the one that was asked for.",
    .faults = {"stateless.version-error-bare"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::stateless_version_unsupported_error
