// A progress token is a string or an integer, as its sender likes.
#include "conformance/ask/tools.hpp"

namespace weir::conformance::progress_token_any_type {
namespace {

constexpr std::int64_t kInteger = 20'252;
constexpr std::chrono::milliseconds kForCalls{4000};  ///< No further call is begun after this.

struct Asked {
  std::string what, method;
  json::object params;
};

std::vector<Asked> ordinary_requests(const Probe& probe) {
  std::vector<Asked> requests{{std::string(harmless_method(probe)), std::string(harmless_method(probe)), {}}};
  if (probe.survey().declares("tools")) { requests.push_back({"tools/list", "tools/list", {}}); }
  for (const auto& call : safe_calls(probe)) {
    requests.push_back(
        {"the call of " + call.name, "tools/call", {{"name", call.name}, {"arguments", call.arguments}}});
  }
  return requests;
}

struct Heard {
  bool served = false;
  std::string text;
};

/// A null token: the request without one.
Heard ask(Probe& probe, const Asked& asked, const json::value& token) {
  json::object params = asked.params;
  if (!token.is_null()) { params["_meta"] = {{"progressToken", token}}; }
  const auto reply = probe.call(asked.method, params.empty() ? json::value() : json::value(std::move(params)));
  if (!reply) { return {.text = reply.error().detail}; }
  return {.served = reply->is_result() && !is_tool_error(*reply), .text = reply->describe()};
}

Finding run(Probe& probe) {
  std::vector<std::string> served;
  std::string unserved = "nothing was asked";
  const wire::Deadline last_begin = probe.in(kForCalls);
  for (const auto& asked : ordinary_requests(probe)) {
    if (!served.empty() && last_begin.passed()) { break; }
    if (ask(probe, asked, kInteger).served) {
      served.push_back(asked.what);
      continue;
    }
    const Heard bare = ask(probe, asked, nullptr);
    const Heard text = bare.served ? ask(probe, asked, "weir-token-text") : Heard{};
    if (!text.served) {
      // With every token alike: jsonrpc.params.meta-accepted tells of it.
      unserved = fmt::format("{} is not served {} either: {}", asked.what,
                             bare.served ? "with a token that is a string" : "without a token",
                             bare.served ? text.text : bare.text);
      continue;
    }
    const Heard again = ask(probe, asked, kInteger);
    if (probe.out_of_time()) { return untestable("the run ended before the answer came"); }
    if (again.served) {
      served.push_back(asked.what);
      continue;
    }
    return fail(fmt::format("{} with an integer for its progressToken served as with a string, or with none",
                            asked.what),
                "refused with an integer alone: " + again.text)
        .at("server", "Take progress tokens that are integers as well as strings, and give them back unchanged.");
  }
  if (served.empty()) { return untestable(unserved); }
  return pass(fmt::format("served with an integer for the token: {}", fmt::join(served, ", ")));
}

const Registration kCheck{{
    .id = "progress.token.any-type",
    .title = "a request is served whether its progress token is a string or an integer",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/progress",
    .consequence = "Clients that count their tokens, as most SDKs do, get an error in the place of each result.",
    .fix = "Type progressToken as a string or an integer, wherever params are validated, and copy it unchanged "
           "into notifications/progress.",
    .faults = {"progress.integer-token-refused"},
    .fixture = "profile",
    .waits = true,
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::progress_token_any_type
