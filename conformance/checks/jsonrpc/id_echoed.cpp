// A response carries the id of its request, value and type unchanged (JSON-RPC 2.0 section 5).
#include "conformance/ask/common.hpp"
#include "wire/mcp/collector.hpp"

namespace weir::conformance::jsonrpc_id_echoed {

namespace {

constexpr const char* kFixNames = "Take ids that are strings as well as numbers, and give them back unchanged.";

/// Where no conversation can be opened for it: the answer to initialize came under an id that nobody sent. The survey
/// asks alone, so it was the answer to its own request.
std::optional<Finding> opened_under_another(Probe& probe) {
  if (!probe.survey().open_error) { return std::nullopt; }
  std::vector<json::value> sent;
  std::optional<json::value> came;
  for (const auto& seen : probe.tap().seen(probe.era())) {
    if (seen->by != "survey") { continue; }
    for (auto& id : wire::mcp::awaited_by(seen->http.request.body).ids) { sent.push_back(std::move(id)); }
    for (const auto& text : message_texts(seen->http)) {
      const auto parsed = jsonrpc::parse(text);
      for (const auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
        const bool opens = message.kind == jsonrpc::Kind::response && wire::find(message.result, "protocolVersion");
        if (opens && message.id && !came) { came = message.id; }
      }
    }
  }
  if (!came || sent.empty() || std::find(sent.begin(), sent.end(), *came) != sent.end()) { return std::nullopt; }
  return fail(fmt::format("an answer to initialize with the id {}", json::serialize(sent.front())),
              fmt::format("one with the id {}", wire::excerpt(*came)));
}

Finding run(Probe& probe) {
  // The largest integer that every JSON library can hold: none has a reason to change it.
  constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;
  const std::string_view method = harmless_method(probe);
  for (const json::value& id :
       {json::value(70'007), json::value("weir-7"), json::value("70007"), json::value(kLargest)}) {
    auto reply = probe.call(method, nullptr, {.id = id});
    const std::string expected = fmt::format("an answer with the id {}", json::serialize(id));
    if (!reply) {
      if (auto wrong = opened_under_another(probe)) { return *std::move(wrong); }
      Finding finding = probe.broken(reply.error(), expected);
      if (!id.is_string() || finding.verdict != reports::Verdict::fail) { return finding; }
      return fail(expected, "a request whose id is a string is not answered: " + finding.got).at("server", kFixNames);
    }
    if (reply->response) { continue; }
    for (const auto& seen : reply->messages) {
      if (seen.message.is_reply()) {
        const auto& got = seen.message.id;
        // Integers came back before: an error under an id that nobody sent refuses the string.
        const bool of_another = got && got->is_int64() && seen.message.kind == wire::jsonrpc::Kind::error &&
                                json::serialize(*got) != id.as_string();
        if (id.is_string() && (!got || got->is_null() || of_another)) {
          return fail(expected, "a request whose id is a string is refused: " + reply->describe())
              .at("server", kFixNames);
        }
        return fail(expected, got ? fmt::format("one with the id {}", wire::excerpt(*got)) : "one without an id");
      }
    }
    return fail(expected, reply->describe());
  }
  return pass("integer, string and large ids came back unchanged");
}

const Registration kCheck{{
    .id = "jsonrpc.id.echoed",
    .title = "a response carries the id of its request, type included",
    .level = Level::must,
    .eras = kAllEras,
    .requirements = {"jsonrpc.response-id-echo"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic",
    .consequence = "Clients match answers by id: under another id the answer is lost.",
    .fix = "Keep the id as the JSON value that came, a string or a number of up to 53 bits, and copy it into the "
           "answer without turning it into another type.",
    .faults = {"jsonrpc.id-stringified", "jsonrpc.string-id-refused", "jsonrpc.string-id-replaced",
               "jsonrpc.string-id-silent", "jsonrpc.ids-counted"},
    .run = run,
}};

}  // namespace

}  // namespace weir::conformance::jsonrpc_id_echoed
