#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_read_served {
namespace {

Finding run(Probe& probe) {
  int judged = 0;
  std::optional<Finding> unanswered;
  for (const auto& uri : readable_sample(probe.survey())) {
    if (uri.find_first_of("{}") != std::string::npos) {
      unanswered = untestable(fmt::format("{} is a template, which resources.uri.valid says", uri));
      continue;
    }
    auto reply = probe.call("resources/read", {{"uri", uri}});
    // One that is fetched from elsewhere takes its time, and no rule says how much.
    if (reply && probe.last_answer_missing()) {
      reply =
          probe.call("resources/read", {{"uri", uri}}, {.timeout = probe.in(4 * probe.target().answer_timeout).left()});
    }
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
    ++judged;
  }
  if (judged == 0) { return unanswered ? *unanswered : untestable("no resource is listed"); }
  return pass(fmt::format("{} resources were read", judged));
}

const Registration kCheck{{
    .id = "resources.read.served",
    .title = "a listed resource can be read",
    .level = Level::must,
    .eras = kAllEras,
    .capability = "resources",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#reading-resources",
    .consequence = "What is listed cannot be used.",
    .fix = "Serve every listed uri in resources/read, looked up exactly as it was listed (no decoding, no added "
           "slash), or take it off the list; give slow sources a timeout.",
    .faults = {"resources.read-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_served
