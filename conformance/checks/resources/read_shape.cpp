#include "conformance/checks/resources/common.hpp"

namespace weir::conformance {
namespace {

Finding run(Probe& probe) {
  int judged = 0;
  std::optional<Finding> unanswered;
  for (const auto& uri : readable_sample(probe.survey())) {
    auto reply = probe.call("resources/read", {{"uri", uri}});
    if (!reply) { return probe.broken(reply.error(), "the contents of " + uri); }
    if (auto asked = if_asked_first(*reply)) {
      unanswered = std::move(asked);
      continue;
    }
    if (error_code(*reply) == jsonrpc::kInternalError) {
      unanswered = untestable(fmt::format("{} could not be read just now: {}", uri, reply->describe()));
      continue;
    }
    if (auto bad = unless_result(*reply, "the contents of " + uri)) { return *bad; }
    const json::array* contents = wire::as_array(wire::find(reply->result(), "contents"));
    if (!contents) { return fail("a contents array for " + uri, wire::excerpt(reply->result(), 100)); }
    for (const json::value& item : *contents) {
      const bool text = wire::as_string(wire::find(item, "text")).has_value();
      const bool blob = wire::as_string(wire::find(item, "blob")).has_value();
      if (!wire::as_string(wire::find(item, "uri")) || text == blob) {
        return fail("a uri and either text or blob", wire::excerpt(item, 100));
      }
      ++judged;
    }
  }
  if (judged == 0) { return unanswered ? *unanswered : untestable("no listed resource gave contents"); }
  return pass(fmt::format("{} contents", judged));
}

const Registration kCheck{{
    .id = "resources.read.shape",
    .title = "reading a listed resource gives contents with a uri and either text or blob",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .requirements = {"resources.read.shape"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#reading-resources",
    .consequence = "What is listed cannot be used.",
    .faults = {"resources.contents-without-uri", "resources.read-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance
