#include "conformance/ask/stateless.hpp"

#include <algorithm>

#include "conformance/ask/control.hpp"
#include "conformance/ask/tools.hpp"
#include "wire/base/base64.hpp"
#include "wire/mcp/header_value.hpp"
#include "wire/mcp/messages.hpp"

namespace weir::conformance {

namespace {

/// Whether this is how a server of the older revisions answers initialize.
bool agrees_to_initialize(const wire::Exchange& exchange) {
  const auto texts = message_texts(exchange);
  return exchange.ok() && std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
           auto parsed = jsonrpc::parse(text);
           return parsed && !parsed->messages.empty() &&
                  wire::as_string(wire::find(parsed->messages.front().result, "protocolVersion"));
         });
}

}  // namespace

wire::Request modern_request(const Probe& probe, std::string_view method, json::object params,
                             std::string_view revision) {
  const std::string_view spoken = revision.empty() ? wire::mcp::k2026_07_28 : revision;
  const json::value whole = wire::mcp::stateless_params(std::move(params), spoken, {});
  wire::Request request = json_post(probe, probe.url(), jsonrpc::request("weir-modern", method, whole));
  wire::mcp::add_stateless_headers(request, spoken);
  return request;
}

void edit_body(wire::Request& request, const std::function<void(json::object&)>& edit) {
  auto text = wire::parse_json(request.body);
  if (text && text->value.is_object()) {
    edit(text->value.get_object());
    request.body = json::serialize(text->value);
  }
}

std::optional<wire::Request> named_request(const Probe& probe) {
  const Survey& survey = probe.survey();
  if (!survey.resources.empty()) {
    return modern_request(probe, "resources/read", {{"uri", wire::string_or(survey.resources.front(), "uri", "")}});
  }
  for (const json::value& prompt : survey.prompts) {
    const json::array* arguments = wire::as_array(wire::find(prompt, "arguments"));
    if (!arguments || arguments->empty()) {
      return modern_request(probe, "prompts/get", {{"name", wire::string_or(prompt, "name", "")}});
    }
  }
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return std::nullopt; }
  return modern_request(probe, "tools/call", {{"name", calls.front().name}, {"arguments", calls.front().arguments}});
}

Finding refused_with(Probe& probe, const wire::Request& request, int status, std::optional<int> code) {
  const std::string expected =
      code ? fmt::format("HTTP {} with error {}", status, *code) : fmt::format("HTTP {}", status);
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), expected); }
  const auto error = body_error(*answer);
  if (answer->head.status != status || (code && (!error || error->error.code != *code))) {
    return fail(expected, describe_error(*answer));
  }
  return beside(probe, modern_request(probe, "server/discover"), pass(expected));
}

Finding served(Probe& probe, const wire::Request& request) {
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "a result"); }
  return has_result(*answer) ? pass("served") : fail("a result", describe_error(*answer));
}

Finding no_mismatch(Probe& probe, const wire::Request& request) {
  wire::Request wrong = request;
  wrong.headers.set("Mcp-Name", "weir-another-name");
  const auto control = probe.send(wrong);
  if (!control) { return probe.broken(control.error(), "HTTP 400 for an Mcp-Name that differs from the body"); }
  if (!refused(*control)) { return untestable("nothing is compared: a wrong Mcp-Name is served as well"); }
  auto answer = probe.send(request);
  if (!answer) { return probe.broken(answer.error(), "a result"); }
  const auto error = body_error(*answer);
  if (error && error->error.code == jsonrpc::kHeaderMismatch) {
    return fail("no header mismatch", describe_error(*answer));
  }
  if (!has_result(*answer)) { return untestable("refused for another reason: " + describe_error(*answer)); }
  return pass("served");
}

Finding refuses_method(Probe& probe, std::string method) {
  wire::Request request = probe.request(std::move(method), probe.url());
  request.headers.set("Accept", "text/event-stream");
  request.headers.set("MCP-Protocol-Version", std::string(wire::mcp::k2026_07_28));
  auto answer = probe.send(request, probe.in(std::chrono::milliseconds(1500)));
  if (!answer) { return probe.broken(answer.error(), "HTTP 405"); }
  if (answer->head.status != 405) { return fail("HTTP 405", describe(*answer)); }
  return beside(probe, modern_request(probe, "server/discover"), pass("HTTP 405"));
}

Finding unless_dual_era(Probe& probe, const std::function<Finding(Probe&)>& judge) {
  Finding finding = judge(probe);
  if (finding.verdict != reports::Verdict::fail) { return finding; }
  bool older = probe.target().survey(Era::streamable) != nullptr;
  if (!older) {  // Perhaps it was not asked for.
    const auto asked = probe.last_request();
    auto answer = probe.send(older_initialize(probe));
    older = answer && agrees_to_initialize(*answer);
    if (asked) { probe.pin_request(*asked); }
  }
  return older ? not_applicable("the URL serves older revisions as well") : finding;
}

wire::Request older_initialize(const Probe& probe) {
  const json::object params{{"protocolVersion", wire::mcp::k2025_11_25},
                            {"capabilities", json::object{}},
                            {"clientInfo", {{"name", "weir"}, {"version", "1"}}}};
  return json_post(probe, probe.url(), jsonrpc::request("weir-old", "initialize", params));
}

Finding judge_results(Probe& probe,
                      const std::function<std::optional<Finding>(const std::string& method, const json::value& result,
                                                                 int& looked)>& judge) {
  int looked = 0;
  std::vector<std::string> unseen;
  for (const auto& method : listing_methods(probe.survey())) {
    auto reply = probe.call(method);
    if (!reply) { return probe.broken(reply.error(), "a result of " + method); }
    if (!reply->is_result()) {
      // Templates have no capability of their own, so that a server may lack them.
      if (method != "resources/templates/list") { unseen.push_back(method); }
      continue;
    }
    if (auto wrong = judge(method, reply->result(), looked)) { return *wrong; }
  }
  if (!unseen.empty()) { return untestable(fmt::format("no result of {} came to judge", fmt::join(unseen, ", "))); }
  return looked == 0 ? untestable("no result came to judge") : pass(fmt::format("{} results", looked));
}

bool lacks_hints(const json::value& result) {
  return !wire::find(result, "ttlMs") || !wire::find(result, "cacheScope");
}

std::string base64_form(std::string_view value) { return "=?base64?" + wire::base64(value) + "?="; }

std::optional<jsonrpc::Message> body_error(const wire::Exchange& exchange) {
  for (const auto& text : message_texts(exchange)) {
    auto parsed = jsonrpc::parse(text);
    for (auto& message : parsed ? parsed->messages : std::vector<jsonrpc::Message>{}) {
      if (message.kind == jsonrpc::Kind::error) { return message; }
    }
  }
  return std::nullopt;
}

std::string describe_error(const wire::Exchange& exchange) {
  const auto error = body_error(exchange);
  if (!error || !error->error.code) { return describe(exchange); }
  return fmt::format("HTTP {}, JSON-RPC error {} '{}'", exchange.head.status, *error->error.code,
                     wire::excerpt(std::string_view(error->error.message), 80));
}

std::vector<std::string> listing_methods(const Survey& survey) {
  std::vector<std::string> methods{"server/discover"};
  for (const std::string_view capability : {"tools", "prompts", "resources"}) {
    if (survey.declares(capability)) { methods.push_back(fmt::format("{}/list", capability)); }
  }
  if (survey.declares("resources")) { methods.emplace_back("resources/templates/list"); }
  return methods;
}

}  // namespace weir::conformance
