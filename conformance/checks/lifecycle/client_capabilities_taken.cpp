// What clients of today say of themselves in initialize.
#include "conformance/ask/common.hpp"

namespace weir::conformance::lifecycle_client_capabilities_taken {
namespace {

struct Part {
  const char* name;
  json::object alone;  ///< The capabilities with no more than this in them.
};

/// Each before those that hold it and more, so that the first that is refused is the one at fault.
const std::vector<Part>& parts() {
  static const json::object kNothing;
  static const std::vector<Part> kParts = {
      {"roots", {{"roots", kNothing}}},
      {"roots.listChanged", {{"roots", {{"listChanged", true}}}}},
      {"sampling", {{"sampling", kNothing}}},
      {"sampling.tools", {{"sampling", {{"tools", kNothing}}}}},
      {"sampling.context", {{"sampling", {{"context", kNothing}}}}},
      {"elicitation", {{"elicitation", kNothing}}},
      {"elicitation.form", {{"elicitation", {{"form", kNothing}}}}},
      {"elicitation.url", {{"elicitation", {{"url", kNothing}}}}},
      {"tasks", {{"tasks", {{"list", kNothing}, {"cancel", kNothing}}}}},
      {"tasks.requests", {{"tasks", {{"requests", {{"elicitation", {{"create", kNothing}}}}}}}}},
  };
  return kParts;
}

json::object all_of_them() {
  json::object all;
  for (const Part& part : parts()) {
    for (const auto& [name, members] : part.alone) {
      auto& held = all.emplace(name, json::object{}).first->value().as_object();
      for (const auto& member : members.as_object()) { held.insert_or_assign(member.key(), member.value()); }
    }
  }
  return all;
}

/// Why initialize with these capabilities is no success; nullopt where it is one.
std::optional<wire::Error> refusal_of(Probe& probe, const json::object& capabilities) {
  const auto dialogue = probe.dialogue([&](auto& options) {
    options.capabilities = capabilities;
    options.send_initialized = false;  // From then on a server may make use of them.
  });
  return dialogue ? std::nullopt : std::optional(dialogue.error());
}

Finding run(Probe& probe) {
  const std::string expected = "a result of initialize, with the capabilities of a client of today";
  auto refusal = refusal_of(probe, all_of_them());
  if (!refusal) { return pass("initialize with roots, sampling, elicitation and tasks gave a result"); }
  const Finding finding = probe.not_opened(*refusal, expected);
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  std::optional<wire::Request> request;
  if (const auto bare = refusal_of(probe, {})) {
    return untestable("initialize is not served without capabilities either: " + bare->detail);
  }
  if (refusal_of(probe, {{"weirUnknown", json::object{}}})) {
    return untestable(
        "any capability that it does not know is refused, as lifecycle.unknown-capability.tolerated says");
  }
  std::string at_fault;
  for (const Part& part : parts()) {
    refusal = refusal_of(probe, part.alone);
    request = probe.last_request();
    if (!refusal) { continue; }
    at_fault = part.name;
    break;
  }
  if (!refusal) {
    at_fault = "all of them together";
    refusal = refusal_of(probe, all_of_them());
    request = probe.last_request();
  }
  if (!refusal) { return untestable("refused once, and taken the next time: " + finding.got); }
  if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
  if (request) { probe.pin_request(*request); }
  return fail(expected, fmt::format("refused for {}: {}", at_fault, refusal->detail))
      .at("server", "Ignore what you do not know in the client's capabilities, at every depth.");
}

const Registration kCheck{{
    .id = "lifecycle.client-capabilities.taken",
    .title = "initialize takes the capabilities that clients of today declare",
    .level = Level::must,
    .eras = kSessionEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#capability-negotiation",
    .consequence = "Editors and assistants cannot connect at all, while clients that can do less are served.",
    .fix = "Ignore what is not known in the client's capabilities, at every depth: take strict validation off that "
           "type, or upgrade to an SDK that knows elicitation and tasks.",
    .faults = {"lifecycle.elicitation-form-refused", "lifecycle.rich-client-refused"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_client_capabilities_taken
