#include "conformance/ask/initialize.hpp"

namespace weir::conformance::lifecycle_version_counter_offer {
namespace {

/// What stands as the revision in the answer to a client that names none; nullopt where that is one, or an error.
std::optional<std::string> made_up_without(Probe& probe) {
  std::vector<jsonrpc::Message> messages;
  auto body = wire::parse_json(initialize_request(probe).body);
  if (!body) { return std::nullopt; }
  body->value.as_object()["params"].as_object().erase("protocolVersion");
  if (probe.is(Era::streamable)) {
    wire::Request request = initialize_request(probe);
    request.body = json::serialize(body->value);
    const auto answer = probe.send(request);
    for (const auto& text : answer ? message_texts(*answer) : std::vector<std::string>{}) {
      if (auto parsed = jsonrpc::parse(text)) { messages = std::move(parsed->messages); }
    }
  } else if (auto dialogue = probe.dialogue([](auto& options) { options.send_initialized = false; })) {
    const auto reply = dialogue->request("initialize", body->value.as_object()["params"]);
    if (reply && reply->response) { messages.push_back(reply->response->message); }
  }
  for (const auto& message : messages) {
    if (message.kind != jsonrpc::Kind::response) { continue; }
    const auto version = wire::string_or(message.result, "protocolVersion", "");
    if (!wire::mcp::is_revision_date(version)) { return std::string(version); }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  constexpr std::string_view kFuture = "2099-01-01";
  auto dialogue = probe.dialogue([&](auto& options) {
    options.revision = kFuture;
    options.send_initialized = false;
  });
  const std::string expected = "a result that names a revision which exists";
  if (!dialogue) { return probe.not_opened(dialogue.error(), expected); }
  const std::string_view offered = wire::string_or(dialogue->opening().result(), "protocolVersion", "");
  // A revision that is newer than Weir may well exist.
  const bool newer =
      wire::mcp::is_revision_date(offered) && offered > wire::mcp::kRevisions.back() && offered != kFuture;
  if (!wire::mcp::is_known_revision(offered) && !newer) {
    auto finding = fail(expected, fmt::format("'{}' for {}", offered, kFuture));
    if (offered != kFuture) { return finding; }
    return std::move(finding).at("server",
                                 "Look the protocolVersion of initialize up in the list of revisions that the server "
                                 "speaks, and answer by the newest of them where it is not there, not by what was "
                                 "asked.");
  }
  if (const auto made_up = made_up_without(probe)) {
    return fail(expected + ", or an error, for a client that names none",
                fmt::format("'{}'", wire::excerpt(std::string_view(*made_up), 60)))
        .at("server", "Refuse initialize without protocolVersion by -32602.");
  }
  return pass(fmt::format("offers {}", offered));
}

const Registration kCheck{{
    .id = "lifecycle.version.counter-offer",
    .title = "an unknown revision is answered with one that the server supports",
    .level = Level::must,
    .eras = kSessionEras,
    .requirements = {"lifecycle.initialize.version-counter"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#version-negotiation",
    .consequence =
        "A client that is newer than the server cannot connect, where it could have stepped back, or goes on in a "
        "revision that nobody speaks.",
    .fix = "Answer initialize from a list of revisions: the one that was asked for if it is there, else the "
           "newest, without an error; refuse a missing protocolVersion by -32602.",
    .faults = {"lifecycle.version-parrot", "lifecycle.unknown-version-error", "lifecycle.version-unfilled"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::lifecycle_version_counter_offer
