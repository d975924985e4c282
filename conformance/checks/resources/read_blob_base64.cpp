#include "conformance/checks/resources/common.hpp"
#include "wire/base/base64.hpp"

namespace weir::conformance::resources_read_blob_base64 {
namespace {

Finding run(Probe& probe) {
  int judged = 0;
  for (const auto& uri : readable_sample(probe.survey())) {
    auto reply = probe.call("resources/read", {{"uri", uri}});
    if (!reply) { return probe.broken(reply.error(), "the contents of " + uri); }
    const json::array* contents = wire::as_array(wire::find(reply->result(), "contents"));
    for (const json::value& item : contents ? *contents : json::array{}) {
      const auto blob = wire::as_string(wire::find(item, "blob"));
      if (blob && !wire::is_base64(*blob)) { return fail("Base64 in blob", wire::excerpt(*blob, 60)); }
      judged += blob ? 1 : 0;
    }
  }
  return judged == 0 ? untestable("no resource that was read is binary") : pass(fmt::format("{} contents", judged));
}

const Registration kCheck{{
    .id = "resources.read.blob-base64",
    .title = "binary contents are Base64",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.read.binary-encoding"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#binary-content",
    .consequence = "The bytes cannot be decoded, and the resource is lost.",
    .fix = "Encode `blob` with the standard Base64 alphabet (not base64url) and padding, without line breaks and "
           "without a data: prefix.",
    .faults = {"resources.blob-not-base64"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_blob_base64
