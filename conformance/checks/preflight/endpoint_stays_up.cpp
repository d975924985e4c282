#include <algorithm>
#include <array>

#include "conformance/ask/dialogue.hpp"
#include "conformance/probe/ledger.hpp"

namespace weir::conformance::preflight_endpoint_stays_up {
namespace {

constexpr std::chrono::milliseconds kPatience{1500};
constexpr const char* kExpected = "an endpoint that still answers, whatever it was asked";
constexpr const char* kFix =
    "Catch what this request throws: an error of one request must end neither the process nor "
    "its listener.";

/// What to change where it ended when an answer had nobody to go to.
constexpr const char* kFixOfLeft =
    "Catch what sending an answer to a client that has gone throws: drop that answer, and end nothing else.";

/// What to change where a handshake is the last thing that was served.
constexpr const char* kFixOfOneForAll = "Make a new server and transport for each session, not one for the process.";

/// What no good client sends, and what has killed servers.
const std::vector<std::string>& odd_bodies() {
  static const std::vector<std::string> kBodies = {
      R"([{"jsonrpc":"2.0","id":101,"method":"ping"},{"jsonrpc":"2.0","id":102,"method":"ping"}])",
      "{",
      "[]",
      "null",
      R"({"jsonrpc":"2.0","id":103,"method":5})",
      R"({"jsonrpc":"2.0","id":{},"method":"weir/unknown-method","params":[]})",
  };
  return kBodies;
}

/// A tool that the profile, or its own hint, lets Weir call; nullopt where there is none.
std::optional<std::string> callable_tool(const Target& target) {
  if (!target.profile.safe_tools.empty()) { return target.profile.safe_tools.front().name; }
  const auto& tools = target.surveys.front().tools;
  const auto found = std::find_if(tools.begin(), tools.end(), [](const json::value& tool) {
    const json::value* hint = wire::find_pointer(tool, "/annotations/readOnlyHint");
    return hint && hint->is_bool() && hint->get_bool();
  });
  if (!target.call_read_only || found == tools.end()) { return std::nullopt; }
  return std::string(wire::string_or(*found, "name", ""));
}

/// The bodies, and a call whose arguments are a string: clients that write them twice as JSON send such ones.
std::vector<std::string> bodies_for(const Target& target) {
  auto bodies = odd_bodies();
  if (const auto tool = callable_tool(target)) {
    bodies.push_back(jsonrpc::request(104, "tools/call", json::object{{"name", *tool}, {"arguments", "weir"}}));
  }
  return bodies;
}

/// A head may well come from a process that dies before the answer.
bool is_cut_off(const wire::HttpStream& stream) {
  const wire::Exchange& exchange = stream.exchange();
  return exchange.request.method == "POST" && exchange.is_event_stream() && stream.ended() &&
         message_texts(exchange).empty();
}

/// Whether a new client is served; the question of the preflight, asked again.
bool answers(Probe& probe) {
  for (const auto& attempt : probe.target().detection.attempts) {
    if (!attempt.speaks) { continue; }
    auto stream = probe.http().open(attempt.request, probe.in(kPatience));
    if (stream) { hear_out(probe, *stream); }
    if (stream && is_cut_off(*stream)) { return false; }
    // One that is refused for its revision was so from the beginning.
    const bool refused = attempt.exchange && !attempt.exchange->ok();
    return stream &&
           (stream->exchange().ok() || (refused && attempt.exchange->head.status == stream->exchange().head.status));
  }
  return false;
}

/// Of statuses that are no success: who was let in before is not asked for a token now, nor to wait.
bool is_no_matter_of_credentials(int status) {
  constexpr std::array kOfCredentials = {401, 403, 429};
  return status >= 400 && std::find(kOfCredentials.begin(), kOfCredentials.end(), status) == kOfCredentials.end();
}

/// A server that holds one transport for its whole life.
Finding first_client_alone(Probe& probe) {
  for (const auto& attempt : probe.target().detection.attempts) {
    if (attempt.speaks) { probe.pin_request(attempt.request); }
  }
  return fail("a second client to be served",
              fmt::format("the first request of the run was answered, and none since: {}",
                          probe.target().surveys.front().open_error->detail))
      .at("server", kFixOfOneForAll);
}

/// Of an endpoint that answered the detection and nobody since.
Finding unless_first_client_alone(Probe& probe) {
  const auto& last = probe.last_heard().answer;
  const bool broken = !last || is_no_matter_of_credentials(last->head.status);
  if (!probe.target().none_opened() || !broken || probe.throttled() || probe.out_of_time() || answers(probe)) {
    return untestable("it did not answer before anything odd was asked");
  }
  return first_client_alone(probe);
}

/// Of an endpoint that answers, and takes nobody in any more.
Finding full(Probe& probe, const Collapse& collapse, std::size_t handshakes) {
  for (const auto& attempt : probe.target().detection.attempts) {
    if (attempt.speaks && attempt.era == Era::streamable) { probe.pin_request(attempt.request); }
  }
  return fail("a new client to be let in, as those before",
              fmt::format("none is let in after {} handshakes: {}", handshakes, collapse.refusal))
      .at("server",
          "End a session when its client does (DELETE) or has been away for a while, and let in more of them than come "
          "at once.");
}

/// Handshakes, and a request of a conversation, whose client goes before it is answered: a timeout does that each day.
std::vector<wire::Request> requests_to_leave(const Target& target, const wire::mcp::Dialogue& dialogue,
                                             std::string_view harmless) {
  std::vector<wire::Request> requests;
  for (const auto& attempt : target.detection.attempts) {
    if (attempt.speaks) { requests.push_back(attempt.request); }
  }
  if (dialogue.era() != Era::stateless) {
    requests.push_back(dialogue.make_post(jsonrpc::request("weir-left", harmless)));
  }
  return requests;
}

/// The end comes when the answer is there; two handshakes of others take longer than that.
std::optional<Finding> unless_outlives_leaving(Probe& probe, const wire::Request& request) {
  {
    auto stream = probe.http().begin(request, probe.in(kPatience));
    if (!stream) { return std::nullopt; }
    stream->close();
  }
  const bool at_once = answers(probe), then = answers(probe);
  if ((at_once && then) || answers(probe)) { return std::nullopt; }
  if (probe.out_of_time() || probe.throttled()) { return untestable("the run ended before"); }
  probe.pin_request(request);
  return fail(kExpected, fmt::format("the endpoint stopped answering after {}{}", in_words(request), kWhoseClientLeft))
      .at("server", kFixOfLeft);
}

Finding run(Probe& probe) {
  const auto& ledger = probe.target().ledger;
  if (const auto collapse = ledger ? ledger->noted_collapse() : std::nullopt) {
    if (!collapse->refusal.empty()) { return full(probe, *collapse, ledger->handshakes()); }
    if (collapse->first_alone) { return first_client_alone(probe); }
    const bool opened = collapse->suspect && !collapse->left && in_words(*collapse->suspect) == "POST initialize";
    if (collapse->suspect) { probe.pin_request(*collapse->suspect); }
    return fail(kExpected,
                fmt::format("the endpoint stopped answering after {}: it {}", collapse->after, collapse->since))
        .at("server", collapse->left ? kFixOfLeft
                      : opened       ? kFixOfOneForAll
                                     : kFix);
  }
  if (probe.target().surveys.empty()) { return no_era(probe); }
  if (std::string refused = ledger ? ledger->refused_certificates(probe.target().url) : ""; !refused.empty()) {
    return untestable(std::move(refused));
  }
  if (ledger && ledger->flaps()) { return untestable(ledger->server_errors()); }
  if (!answers(probe)) { return unless_first_client_alone(probe); }
  auto dialogue = open_dialogue(probe, probe.target().surveys.front());
  if (!dialogue) { return untestable("no conversation: " + dialogue.error().detail); }
  const auto bodies = bodies_for(probe.target());
  for (const auto& body : bodies) {
    const wire::Request request = dialogue->make_post(body);
    (void)probe.send(request, probe.in(kPatience));
    const bool at_once = answers(probe);
    if (at_once || answers(probe)) { continue; }  // Asked twice: an error by chance is no silence.
    if (probe.out_of_time() || probe.throttled()) { return untestable("the run ended before"); }
    probe.pin_request(request);
    return fail(kExpected, fmt::format("the endpoint stopped answering after {}", in_words(request)))
        .at("server", kFix);
  }
  const auto left = requests_to_leave(probe.target(), *dialogue, probe.target().surveys.front().means);
  for (const auto& request : left) {
    if (auto wrong = unless_outlives_leaving(probe, request)) { return *std::move(wrong); }
  }
  return pass(fmt::format("still answers after {} odd requests, and {} clients that left before their answers",
                          bodies.size(), left.size()));
}

const Registration kCheck{{
    .id = "preflight.endpoint.stays-up",
    .title = "no request of one client ends the service for all",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.jsonrpc.org/specification#error_object",
    .consequence = "One client ends the service for everybody, by what it sends or by how often it comes.",
    .fix = "Catch what a request throws before it ends the process, make a server and a transport for each "
           "session, and end sessions on DELETE or after long silence.",
    .faults = {"http.dies-after-batch", "http.dies-when-left", "http.one-client", "tools.string-arguments-kill"},
    .fixture = "profile",
    .turn = Turn::last,
    .explains = {Trouble::silence, Trouble::loss, Trouble::server_error},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::preflight_endpoint_stays_up
