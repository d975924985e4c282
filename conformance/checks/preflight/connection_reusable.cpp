#include "conformance/ask/dialogue.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance::preflight_connection_reusable {
namespace {

wire::Request question(const wire::mcp::Dialogue& dialogue, const Survey& survey, int id) {
  if (dialogue.era() != Era::stateless) { return dialogue.make_post(jsonrpc::request(id, survey.means)); }
  const auto params = wire::mcp::stateless_params(nullptr, dialogue.revision(), {});
  return dialogue.make_post(jsonrpc::request(id, "server/discover", params));
}

/// Why this answer is not the one to request `id`; in http-sse the answer proper comes elsewhere.
std::optional<std::string> problem(const wire::mcp::Dialogue& dialogue, const wire::Exchange& exchange, int id) {
  if (!exchange.ok()) { return describe(exchange); }
  const auto texts = message_texts(exchange);
  const bool answered = std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    const auto parsed = jsonrpc::parse(text);
    return parsed && parsed->messages.front().answers(id);
  });
  return answered || dialogue.era() == Era::http_sse ? std::nullopt : std::optional(describe(exchange));
}

bool says_close(const wire::Exchange& exchange) {
  return exchange.head.version < 11 ||
         wire::media_type(exchange.head.headers.joined("connection")).find("close") != std::string::npos;
}

/// After the first answer: why there is nothing to try, or what is wrong already.
std::optional<Finding> after_first(const wire::Connection& connection, const wire::Exchange& first) {
  for (const auto& note : first.framing_notes) {
    if (note.what.starts_with("bytes after the end")) { return fail("nothing after the end of the answer", note.what); }
  }
  if (says_close(first)) { return not_applicable("the endpoint closes each connection, and says so"); }
  if (first.end != wire::EndClass::clean) {
    return untestable(fmt::format("the first answer ended as '{}'", to_string(first.end)));
  }
  if (!connection.reusable()) {
    return fail("a connection that is kept, as no Connection: close came", "a closed connection");
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  if (probe.target().surveys.empty()) { return no_era(probe); }
  const Survey& survey = probe.target().surveys.front();
  auto dialogue = open_dialogue(probe, survey);
  if (!dialogue) { return untestable("no conversation: " + dialogue.error().detail); }
  wire::Request request = question(*dialogue, survey, 7001);
  auto connection = probe.http().connect(request.url, probe.answer_deadline());
  if (!connection) { return untestable("no connection: " + connection.error().detail); }
  const auto first = connection->exchange(request, probe.answer_deadline());
  if (!first || problem(*dialogue, *first, 7001)) {
    return untestable("the first request was not answered: " + (first ? describe(*first) : first.error().detail));
  }
  if (auto finding = after_first(*connection, *first)) { return *finding; }
  request = question(*dialogue, survey, 7002);
  const auto second = connection->exchange(request, probe.answer_deadline());
  if (!second) { return probe.broken(second.error(), "an answer to the second request"); }
  if (auto wrong = problem(*dialogue, *second, 7002)) { return fail("an answer to the second request", *wrong); }
  return pass("two requests answered");
}

const Registration kCheck{{
    .id = "preflight.connection.reusable",
    .title = "a kept connection answers the next request as well",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3",
    .consequence = "Clients and balancers keep connections: every other call fails with a status that the logs of the "
                   "server do not show.",
    .fix = "Send `Connection: close` where the server closes, write nothing behind the end of a body, and reset "
           "what is kept of a request before the next one is read.",
    .faults = {"http.second-request-500", "http.stray-bytes"},
    .run = run,
}};
const NotByCommand kNoCommand{"preflight.connection.reusable", "it takes several requests on one connection"};

}  // namespace
}  // namespace weir::conformance::preflight_connection_reusable
