#include "conformance/ask/passive.hpp"

namespace weir::conformance::jsonrpc_answer_asked_for {
namespace {

struct Asked {
  const json::value* id;
  std::string_view by;
};
using Ids = std::vector<Asked>;

void add_ids(const Sent& sent, Ids& ids) {
  for (const auto& message : sent.messages) {
    if (message.id) { ids.push_back({&*message.id, sent.in->by}); }
  }
}

/// The ids that may be answered where this message came.
Ids ids_of(const Traffic& traffic, const Heard& heard) {
  Ids ids;
  if (heard.post) {
    add_ids(*heard.post, ids);
    return ids;
  }
  for (const auto& sent : traffic.sent) {
    if (sent.session == heard.session) { add_ids(sent, ids); }
  }
  return ids;
}

std::string text_of(const json::value& id) {
  return id.is_string() ? std::string(id.as_string()) : json::serialize(id);
}

/// What is left of an id whose other characters were written as question marks.
std::string plain_part(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if (static_cast<unsigned char>(c) < 0x80 && c != '?') { out += c; }
  }
  return out;
}

/// An id whose characters were lost on the way is no other one: http.body.utf8, http.request.segments and
/// jsonrpc.id.unicode tell of that. So does jsonrpc.id.echoed of the type of those that it sent.
bool is_told_elsewhere(const json::value& id, const Ids& asked) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  const std::string_view got = id.is_string() ? std::string_view(id.get_string()) : "";
  const bool replaced = got.find(kReplacement) != std::string_view::npos;
  return std::any_of(asked.begin(), asked.end(), [&](const Asked& other) {
    if (other.by == "jsonrpc.id.echoed" && text_of(*other.id) == text_of(id)) { return true; }
    const std::string_view sent = other.id->is_string() ? std::string_view(other.id->get_string()) : "";
    const std::string plain = plain_part(sent);
    const bool has_others = plain.size() < sent.size();
    return has_others && (replaced || plain == plain_part(got));
  });
}

/// Whether the id is that of a request in another POST of the session: its answer came to the wrong one.
bool is_of_another(const Traffic& traffic, const Heard& heard) {
  return heard.post && std::any_of(traffic.sent.begin(), traffic.sent.end(), [&](const Sent& sent) {
           return &sent != heard.post && sent.session == heard.session &&
                  std::any_of(sent.messages.begin(), sent.messages.end(), [&](const jsonrpc::Message& message) {
                    return !message.method.empty() && message.id && heard.message.answers(*message.id);
                  });
         });
}

std::string what_is_wrong(const json::value& id, const Ids& asked) {
  for (const Asked& other : asked) {
    if (text_of(*other.id) == text_of(id)) {
      return fmt::format("the id is not the request's: {} for {}", wire::excerpt(id, 60), wire::excerpt(*other.id, 60));
    }
  }
  return fmt::format("nobody asked with the id {}", wire::excerpt(id, 60));
}

Finding run(Probe& probe) {
  const auto kept = traffic_by(probe);
  const Traffic& traffic = *kept;
  // Where no conversation can be opened, nobody else can tell.
  if (mixes_streams(traffic) && !probe.survey().open_error) { return untestable(kStreamsMixed); }
  Places places;
  bool mixed_up = false;
  for (const auto& heard : probe.in_time(traffic.heard)) {
    // What a GET brings may answer requests of any POST before it, and on a stream of http-sse the endpoint must be
    // known.
    const bool known = heard.post ? heard.post->well_formed() : !heard.session.empty();
    // An error under the empty id lacks that of its request, which jsonrpc.error.id says.
    if (heard.message.kind == jsonrpc::Kind::error && heard.message.id == json::value("")) { continue; }
    if (!heard.message.is_reply() || !heard.message.id || heard.message.id->is_null() || !known) { continue; }
    const Ids asked = ids_of(traffic, heard);
    places.looked();
    const bool right =
        std::any_of(asked.begin(), asked.end(), [&](const Asked& one) { return heard.message.answers(*one.id); });
    if (!right && !is_told_elsewhere(*heard.message.id, asked)) {
      const bool is_mixed_up = is_of_another(traffic, heard);
      mixed_up = mixed_up || is_mixed_up;
      places.broken(heard.in, is_mixed_up ? fmt::format("it is the answer to another request of the session, {}",
                                                        wire::excerpt(*heard.message.id, 60))
                                          : what_is_wrong(*heard.message.id, asked));
    }
  }
  auto finding = judged(probe, places, "answers under the ids of requests", "answers", "no request was answered");
  if (finding.verdict == reports::Verdict::fail && mixed_up) {
    return std::move(finding).at(
        "server",
        "Keep id and stream of each request in a context of its own: calls side by side get each other's answers.");
  }
  if (finding.verdict != reports::Verdict::fail || !mixes_streams(traffic)) { return finding; }
  finding.expected = "answers on the stream of the client that asked";
  return std::move(finding).at("server", "Let each POST go to the stream of the session that its URI names.");
}

const Registration kCheck{{
    .id = "jsonrpc.answer.asked-for",
    .title = "every answer is one to a request that was sent",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.response-id-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic#responses",
    .consequence = "A client that meets an answer to nothing drops it, or ends the session.",
    .fix = "Answer under the id that came, unchanged, and on the stream of the session that asked, and send no "
           "response to a notification, to a response or unasked.",
    .faults = {"jsonrpc.unasked-answer"},
    .fault_eras = {"http-sse", "streamable"},
    .passive = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::jsonrpc_answer_asked_for
