#include "conformance/checks/resources/common.hpp"

namespace weir::conformance::resources_read_type_as_listed {
namespace {

/// The media type without its parameters, which say more of the same; empty where none is named.
std::string type_of(const json::value& item) { return wire::media_type(wire::string_or(item, "mimeType", "")); }

/// What the list says of the resource; empty where it says nothing.
std::string listed_type(const Survey& survey, std::string_view uri) {
  for (const json::value& resource : survey.resources) {
    if (wire::string_or(resource, "uri", "") == uri) { return type_of(resource); }
  }
  return {};
}

Finding run(Probe& probe) {
  int judged = 0;
  for (const auto& uri : readable_sample(probe.survey())) {
    const std::string listed = listed_type(probe.survey(), uri);
    if (listed.empty()) { continue; }
    auto reply = probe.call("resources/read", {{"uri", uri}});
    if (!reply) { return probe.broken(reply.error(), "the contents of " + uri); }
    const json::array* contents = wire::as_array(wire::find(reply->result(), "contents"));
    // Several are parts of what is listed, a folder for instance, and each has a type of its own.
    if (!contents || contents->size() != 1 || wire::string_or(contents->front(), "uri", "") != uri) { continue; }
    const std::string read = type_of(contents->front());
    if (read.empty()) { continue; }
    if (read != listed) {
      return fail(fmt::format("mimeType {} for {}, as it is listed", listed, uri), "mimeType " + read)
          .at("server", "Give the contents the mimeType with which the resource is registered.");
    }
    ++judged;
  }
  if (judged == 0) { return untestable("no resource that was read has a mimeType in the list and in its contents"); }
  return pass(fmt::format("{} resources", judged));
}

const Registration kCheck{{
    .id = "resources.read.type-as-listed",
    .title = "contents have the MIME type under which their resource is listed",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "resources",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/resources#resource",
    .consequence = "Clients choose by the list how to show what they read: an image or a page is shown as text.",
    .fix = "Set mimeType where the resource is registered and give its contents the same value, in place of the "
           "framework's default (text/plain, mostly).",
    .faults = {"resources.read-as-other-type"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::resources_read_type_as_listed
