#include <algorithm>

#include "conformance/checks/http/unusual.hpp"

namespace weir::conformance::http_request_segments {
namespace {

constexpr const char* kCheckId = "http.request.segments";
constexpr std::string_view kThreeBytes = "\xE6\xBC\xA2";
constexpr std::string_view kFourBytes = "\xF0\x9F\x8C\x8A";

/// What comes while a busy server does not read is one segment to it, and nothing was seen: each way is tried so often.
constexpr int kTries = 3;
constexpr std::chrono::milliseconds kMostApart{150};

struct Way {
  std::string_view what;
  std::vector<std::size_t> cuts;
  const char* fix;
};

/// Within each character that is longer than one octet.
std::vector<std::size_t> cuts_within(const std::string& body) {
  std::vector<std::size_t> cuts;
  for (const std::string_view character : {kThreeBytes, kFourBytes}) {
    for (auto at = body.find(character); at != std::string::npos; at = body.find(character, at + 1)) {
      cuts.push_back(at + character.size() / 2);
    }
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

std::vector<Way> ways(const std::string& body) {
  return {{"a body that comes in parts after its head",
           {0, 1, body.size() - 1},
           "Read the body until Content-Length octets have come, and not what one read happens to give."},
          {"a body that is cut within characters", cuts_within(body),
           "Collect the octets of the body and decode them together: each part by itself is no UTF-8."}};
}

/// A server that answers in so long a time has taken up the part before by then.
std::chrono::milliseconds apart_beside(const wire::Exchange& answer) {
  return std::min(patience_beside(answer, wire::kSegmentsApart), kMostApart);
}

bool is_answered(const wire::Exchange& exchange, const json::value& id) {
  const auto texts = message_texts(exchange);
  return exchange.ok() && std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
           const auto parsed = jsonrpc::parse(text);
           return parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(), [&](const auto& message) {
                    return message.kind == jsonrpc::Kind::response && message.answers(id);
                  });
         });
}

/// Under which id it was answered, since the characters are in it and the beginning of an answer may not show it; else
/// the answer as it is.
std::string what_came(const wire::Exchange& exchange) {
  for (const auto& text : message_texts(exchange)) {
    const auto parsed = jsonrpc::parse(text);
    if (!parsed || parsed->messages.empty() || !parsed->messages.front().is_reply()) { continue; }
    const auto& id = parsed->messages.front().id;
    return fmt::format("HTTP {}, an answer {}", exchange.head.status,
                       id ? "under the id " + wire::excerpt(*id, 60) : std::string("without an id"));
  }
  return describe(exchange);
}

/// The id holds the characters, so that the answer tells what became of them; it is used once in a session.
json::value id_of(std::size_t number) {
  return json::value(fmt::format("weir-{}{}{}-{}", kThreeBytes, kFourBytes, kThreeBytes, number));
}

Finding run(Probe& probe) {
  auto shared = probe.shared();
  if (!shared) { return probe.broken(shared.error(), "a conversation"); }
  const auto request_of = [&](std::size_t number) {
    return shared->get().make_post(call_body(probe, id_of(number), harmless_method(probe)));
  };
  const auto whole = send_in_segments(probe, kCheckId, request_of(0), {});
  if (!whole || !is_answered(*whole, id_of(0))) {
    return untestable(fmt::format("{} is not answered under such an id as it is: {}", harmless_method(probe),
                                  whole ? describe(*whole) : whole.error().detail));
  }
  const auto apart = apart_beside(*whole);
  std::size_t number = 0;
  for (int tries = 0; tries < kTries && !probe.out_of_time(); ++tries) {
    for (const auto& [what, cuts, fix] : ways(request_of(number + 1).body)) {
      const std::string expected = fmt::format("the same answer to {}", what);
      const auto answer = send_in_segments(probe, kCheckId, request_of(++number), cuts, apart);
      if (answer && is_answered(*answer, id_of(number))) { continue; }
      Finding finding = answer ? fail(expected, what_came(*answer)) : probe.broken(answer.error(), expected);
      return std::move(finding).at("server, or the proxy before it", fix);
    }
  }
  if (probe.out_of_time()) { return untestable("the run ended before each way had been tried a few times"); }
  return pass(fmt::format("a body in parts, and one that is cut within characters, {} times each", kTries));
}

const Registration kCheck{{
    .id = kCheckId,
    .title = "a request body is read whole, however many segments it comes in",
    .level = Level::must,
    .eras = kSingleEndpoint,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-6.3",
    .consequence = "Large calls, and those over slow or mobile networks, fail now and then, or lose their accents.",
    .fix = "Collect the octets of the body until Content-Length or the last chunk is reached, and decode them as "
           "UTF-8 once, together: not what each single read gives.",
    .faults = {"http.first-segment-only", "http.segments-decoded-apart"},
    .timed = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::http_request_segments
