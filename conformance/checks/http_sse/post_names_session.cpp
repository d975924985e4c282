#include <algorithm>

#include "conformance/ask/http_sse.hpp"

namespace weir::conformance::http_sse_post_names_session {
namespace {

constexpr std::chrono::milliseconds kStray{500};  ///< An answer to a ping comes at once, wherever it goes.
constexpr std::int64_t kId = 20'241'105;          ///< No client counts as far as that.

std::vector<std::string> parameters_of(const std::string& query) {
  std::vector<std::string> parameters;
  for (std::size_t begin = 0; begin <= query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    parameters.push_back(query.substr(begin, end - begin));
    begin = end + 1;
  }
  return parameters;
}

/// The URI without those parameters that differ from stream to stream: what is left names no session. nullopt where the
/// session stands in the path, or nowhere.
std::optional<wire::Url> without_session(const wire::Url& one, const wire::Url& two) {
  if (!one.has_query || one.path != two.path || one.query == two.query) { return std::nullopt; }
  wire::Url url = one;
  const auto common = parameters_of(two.query);
  url.query.clear();
  for (const auto& parameter : parameters_of(one.query)) {
    if (std::find(common.begin(), common.end(), parameter) == common.end()) { continue; }
    url.query += (url.query.empty() ? "" : "&") + parameter;
  }
  url.has_query = !url.query.empty();
  return url;
}

bool answers(const jsonrpc::Message& message) { return message.is_reply() && message.answers(json::value(kId)); }

bool is_answered_in(const wire::Exchange& exchange) {
  const auto texts = message_texts(exchange);
  return std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    const auto parsed = jsonrpc::parse(text);
    return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(), answers);
  });
}

Finding run(Probe& probe) {
  auto one = probe.dialogue();
  auto two = probe.dialogue();
  if (!one || !two) { return probe.broken(one ? two.error() : one.error(), "two conversations at the same time"); }
  const auto url = without_session(*one->post_url(), *two->post_url());
  if (!url) { return not_applicable("no parameter of the endpoint's URI names its session"); }
  const auto own = one->request(harmless_method(probe));
  if (!own || !own->is_result()) {
    return untestable("a request in a session is not served either: " + (own ? own->describe() : own.error().detail));
  }
  const auto answer = probe.send(json_post(probe, *url, jsonrpc::request(kId, harmless_method(probe))));
  const std::string expected = "an error status for a POST that names no session";
  if (!answer) { return probe.broken(answer.error(), expected); }
  if (!answer->ok()) { return pass(describe(*answer)); }
  if (is_answered_in(*answer)) { return not_applicable("the path serves a transport without streams too"); }
  for (auto* client : {&*one, &*two}) {
    const auto seen = client->drain(probe.in(kStray));
    if (std::none_of(seen.begin(), seen.end(), [](const auto& each) { return answers(each.message); })) { continue; }
    return fail(expected,
                fmt::format("HTTP {}, and the answer comes on the stream of another client", answer->head.status))
        .at("server",
            "Refuse a POST without its session by 400: the newest stream, or the only one, is somebody else's.");
  }
  return untestable(fmt::format("it is taken by HTTP {}, and nothing comes of it on two streams", answer->head.status));
}

const Registration kCheck{{
    .id = "http-sse.post.names-session",
    .title = "a POST that names no session is not taken for another client's",
    .level = Level::must,
    .eras = kHttpSse,
    .requirements = {"transport.sse.concurrent-clients"},
    .source = "https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse",
    .consequence = "Where a hop drops the query, all clients talk in one session, and read each other's results.",
    .fix = "Answer a POST without a session by 400 instead of handing it to the newest or the only open stream, "
           "and let the hops on the way keep the query.",
    .faults = {"http-sse.nobody-is-the-newest"},
    .turn = Turn::last,  // The newest stream, which may get the answer, is then one of its own.
    .run = run,
}};
const NotByCommand kNoCommand{"http-sse.post.names-session", "the answer comes on a stream that is open beside it"};

}  // namespace
}  // namespace weir::conformance::http_sse_post_names_session
