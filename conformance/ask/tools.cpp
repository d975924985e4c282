#include "conformance/ask/tools.hpp"

#include <algorithm>

#include "conformance/ask/asked_once.hpp"
#include "conformance/ask/polled.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"
#include "wire/schema/json_schema.hpp"

namespace weir::conformance {

namespace {

constexpr std::size_t kSafeCalls = 5;

bool hint(const json::value& tool, std::string_view name, bool otherwise) {
  const json::value* annotations = wire::find(tool, "annotations");
  const json::value* value = annotations ? wire::find(*annotations, name) : nullptr;
  return value && value->is_bool() ? value->get_bool() : otherwise;
}

/// The smallest value that the simple keywords of a property schema allow; nullopt where they are not simple.
std::optional<json::value> plausible(const json::value& schema) {
  for (const std::string_view keyword : {"const", "default"}) {
    if (const json::value* value = wire::find(schema, keyword)) { return *value; }
  }
  for (const std::string_view keyword : {"enum", "examples"}) {
    if (const json::array* values = wire::as_array(wire::find(schema, keyword)); values && !values->empty()) {
      return values->front();
    }
  }
  const std::string_view type = wire::string_or(schema, "type", "");
  if (type == "string") { return json::value("weir"); }
  if (type == "integer" || type == "number") {
    const json::value* minimum = wire::find(schema, "minimum");
    return minimum ? *minimum : json::value(1);
  }
  if (type == "boolean") { return json::value(false); }
  return type == "array" ? std::optional<json::value>(json::array{}) : std::nullopt;
}

std::vector<std::string> required_arguments(const json::value& input_schema) {
  std::vector<std::string> names;
  const json::array* required = wire::as_array(wire::find(input_schema, "required"));
  for (const json::value& name : required ? *required : json::array{}) {
    if (auto text = wire::as_string(&name)) { names.emplace_back(*text); }
  }
  return names;
}

const json::value* property(const json::value& input_schema, std::string_view name) {
  const json::value* properties = wire::find(input_schema, "properties");
  return properties ? wire::find(*properties, name) : nullptr;
}

/// Arguments for a tool that its schema finds valid; nullopt where none can be made.
std::optional<json::object> valid_arguments(const json::value& input_schema) {
  json::object arguments;
  for (const auto& name : required_arguments(input_schema)) {
    const json::value* schema = property(input_schema, name);
    auto value = schema ? plausible(*schema) : std::nullopt;
    if (!value) { return std::nullopt; }
    arguments[name] = std::move(*value);
  }
  auto compiled = wire::JsonSchema::compile(input_schema);
  if (!compiled) { return std::nullopt; }
  auto problems = compiled->validate(arguments);
  return problems && problems->empty() ? std::optional(arguments) : std::nullopt;
}

/// A value of a kind that the schema cannot mean; nullopt where its type is not one simple word.
std::optional<json::value> wrong_kind(const json::value& schema) {
  const std::string_view type = wire::string_or(schema, "type", "");
  if (type == "string") { return json::value{{"weir", "an object where a string is due"}}; }
  if (type == "integer" || type == "number" || type == "boolean" || type == "array" || type == "object") {
    return json::value("weir: a string where another kind is due");
  }
  return std::nullopt;
}

/// A tool that the token may not call is refused as it should be (2025-06-18 basic/authorization, "Error Handling").
bool lacks_scope(const wire::mcp::Reply& reply) {
  const wire::ResponseHead& head = reply.http.head;
  return head.status == kForbidden &&
         head.headers.joined("WWW-Authenticate").find("insufficient_scope") != std::string::npos;
}

/// `reply_to` gives the reply to a call, or null to end there.
Finding judge_replies(const std::vector<ToolCall>& calls, const char* nothing, const JudgeCall& judge,
                      const std::function<const wire::mcp::Reply*(std::size_t)>& reply_to) {
  int looked = 0;
  std::optional<Finding> unanswered;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const ToolCall& call = calls[i];
    const wire::mcp::Reply* reply = reply_to(i);
    if (!reply) { break; }
    if (auto asked = if_asked_first(*reply)) {
      unanswered = std::move(asked);
    } else if (lacks_scope(*reply)) {
      unanswered = untestable(fmt::format("the token has not the scope that a call of {} takes (oauth.scope): {}",
                                          call.name, reply->describe()));
    } else if (call.guessed && reply->is_error()) {
      unanswered = untestable(
          fmt::format("{} refuses the arguments that were made up for it: {}", call.name, reply->describe()));
    } else if (auto wrong = judge(call, *reply, looked)) {
      return *wrong;
    }
  }
  return looked > 0 ? pass(fmt::format("{} calls", looked)) : unanswered ? *unanswered : untestable(nothing);
}

}  // namespace

std::optional<ToolCall> refusable_call(const json::value& tool) {
  const json::value* schema = wire::find(tool, "inputSchema");
  const auto names = schema ? required_arguments(*schema) : std::vector<std::string>{};
  ToolCall call{.name = std::string(wire::string_or(tool, "name", "")), .arguments = {}};
  for (const auto& name : names) {
    const json::value* declared = property(*schema, name);
    auto value = declared ? wrong_kind(*declared) : std::nullopt;
    if (!value) { return std::nullopt; }
    call.arguments[name] = std::move(*value);
  }
  return names.empty() || call.name.empty() ? std::nullopt : std::optional(call);
}

wire::Result<wire::mcp::Reply> call_in_turn(Probe& probe, const std::vector<ToolCall>& calls, std::size_t i) {
  json::object params{{"name", calls[i].name}, {"arguments", calls[i].arguments}};
  if (i % 2 == 0) { params["_meta"] = {{"progressToken", fmt::format("weir-progress-{}", i)}}; }
  return probe.call("tools/call", std::move(params), {.linger = kLinger});
}

std::shared_ptr<const std::vector<wire::mcp::Reply>> shared_replies(Probe& probe, const std::vector<ToolCall>& calls) {
  using Replies = std::vector<wire::mcp::Reply>;
  return asked_once<Replies>(probe, "tools/call", [&]() -> std::optional<Replies> {
    Replies replies;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      auto reply = call_in_turn(probe, calls, i);
      bytes += reply ? reply->http.body_bytes : kKeptBytes;
      if (bytes >= kKeptBytes) { return std::nullopt; }
      replies.push_back(*std::move(reply));
    }
    return replies;
  });
}

namespace {

std::vector<ToolCall> allowed_calls(const Probe& probe) {
  std::vector<ToolCall> calls;
  const wire::Profile& profile = probe.target().profile;
  for (const auto& tool : profile.safe_tools) { calls.push_back({.name = tool.name, .arguments = tool.arguments}); }
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const json::value* schema = wire::find(tool, "inputSchema");
    if (!probe.target().call_read_only || !schema || !hint(tool, "readOnlyHint", false)) { continue; }
    const std::string name(wire::string_or(tool, "name", ""));
    const bool listed =
        std::any_of(calls.begin(), calls.end(), [&](const ToolCall& call) { return call.name == name; });
    auto arguments = listed ? std::nullopt : valid_arguments(*schema);
    if (arguments) { calls.push_back({.name = name, .arguments = std::move(*arguments), .guessed = true}); }
    if (calls.size() >= kSafeCalls) { break; }
  }
  return calls;
}

/// "optional" or "required" of a tool that can, or has to, be called as a task; else empty.
std::string task_support(const Survey& survey, std::string_view tool) {
  const json::value capabilities(survey.capabilities);
  if (!wire::find_pointer(capabilities, "/tasks/requests/tools/call")) { return {}; }
  const auto listed = std::find_if(survey.tools.begin(), survey.tools.end(),
                                   [&](const json::value& each) { return wire::string_or(each, "name", "") == tool; });
  const json::value* execution = listed == survey.tools.end() ? nullptr : wire::find(*listed, "execution");
  const std::string support(execution ? wire::string_or(*execution, "taskSupport", "") : "");
  return support == "optional" || support == "required" ? support : std::string();
}

}  // namespace

std::vector<ToolCall> task_calls(const Probe& probe) {
  auto calls = allowed_calls(probe);
  std::erase_if(calls, [&](const ToolCall& call) { return task_support(probe.survey(), call.name).empty(); });
  return calls;
}

std::vector<ToolCall> safe_calls(const Probe& probe) {
  auto calls = allowed_calls(probe);
  std::erase_if(calls, [&](const ToolCall& call) { return task_support(probe.survey(), call.name) == "required"; });
  calls.resize(std::min(calls.size(), kSafeCalls));
  const auto& left_out = probe.target().passed_over;
  auto others = calls;
  std::erase_if(others, [&](const ToolCall& call) {
    return std::find(left_out.begin(), left_out.end(), call.name) != left_out.end();
  });
  if (!others.empty()) { calls = std::move(others); }
  if (const auto& ledger = probe.target().ledger) {
    std::erase_if(calls, [&](const ToolCall& call) { return ledger->stops_service(call.name); });
  }
  return calls;
}

std::string why_no_call(const Probe& probe) {
  return probe.target().ledger && probe.target().ledger->stops_service()
             ? "the tools that may be called are left alone, as one stops the service while it runs: "
               "tools.call.leaves-room"
         : probe.target().call_read_only
             ? "no listed tool has readOnlyHint and arguments that can be made up: list one under safe_tools in the "
               "profile"
             : "no tool may be called: list one under safe_tools in the profile, or give --call-read-only";
}

Finding unanswered_call(std::string_view tool, const wire::Error& error) {
  return untestable(fmt::format("a call of {} gets no answer, which tools.call.served says: {}", tool, error.detail));
}

namespace {

/// Whether an error came to a call that had _meta, and comes to it again: without it, the call has just been served.
bool is_refused_for_meta(Probe& probe, const std::vector<ToolCall>& calls, const wire::mcp::Reply& red) {
  const auto token = [](const wire::mcp::Reply& reply) {
    return reply.http.request.body.find("\"_meta\"") != std::string::npos;
  };
  if (probe.is(Era::stateless) || !red.error_message() || !token(red)) { return false; }
  for (const auto& call : calls) {
    if (red.http.request.body.find(fmt::format("\"{}\"", call.name)) == std::string::npos) { continue; }
    const auto again = probe.call(
        "tools/call",
        {{"name", call.name}, {"arguments", call.arguments}, {"_meta", {{"progressToken", "weir-progress-again"}}}});
    return again && again->error_message();
  }
  return false;
}

/// Whether nobody has answered so far, where an answer may still come.
bool is_silent(const wire::Result<wire::mcp::Reply>& reply) {
  if (!reply) { return reply.error().code == wire::ErrorCode::timeout; }
  return !reply->response && reply->http.ok() && reply->http.end == wire::EndClass::open;
}

wire::Result<wire::mcp::Reply> call_plainly(Probe& probe, const ToolCall& call,
                                            std::optional<std::chrono::milliseconds> timeout = {}) {
  return probe.call("tools/call", {{"name", call.name}, {"arguments", call.arguments}}, {.timeout = timeout});
}

/// A tool may well take longer than any other answer: it is waited for once more, and two and a half times as long.
wire::Result<wire::mcp::Reply> call_patiently(Probe& probe, const ToolCall& call) {
  auto reply = call_plainly(probe, call);
  if (!is_silent(reply)) { return reply; }
  return call_plainly(probe, call, probe.in(probe.target().answer_timeout * 5 / 2).left());
}

bool is_answered_by_another(Probe& probe, const std::vector<ToolCall>& calls, std::size_t silent) {
  const std::size_t other = silent == 0 ? 1 : 0;
  if (other >= calls.size()) { return false; }
  const auto reply = call_plainly(probe, calls[other]);
  return reply && reply->response;
}

}  // namespace

Finding judge_calls(Probe& probe, const char* nothing, const JudgeCall& judge, bool judges_silence) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  std::optional<Finding> seen_red;
  const wire::mcp::Reply* red = nullptr;
  const auto replies = shared_replies(probe, calls);
  if (replies) {
    auto finding = judge_replies(calls, nothing, judge, [&](std::size_t i) { return red = &(*replies)[i]; });
    if (finding.verdict != reports::Verdict::fail) { return finding; }
    // What was silent is waited for below.
    if (!judges_silence || !is_silent(*red)) { seen_red = std::move(finding); }
  }
  std::optional<Finding> broken;
  std::optional<wire::mcp::Reply> latest;
  const auto finding = judge_replies(calls, nothing, judge, [&](std::size_t i) -> const wire::mcp::Reply* {
    auto reply = judges_silence ? call_patiently(probe, calls[i]) : call_plainly(probe, calls[i]);
    if (judges_silence && is_silent(reply) && is_answered_by_another(probe, calls, i)) {
      broken = untestable(fmt::format(
          "{} took longer than is waited for, and other tools are served: --timeout says how long", calls[i].name));
      return nullptr;
    }
    if (!reply) {
      broken = judges_silence ? probe.broken(reply.error(), "a result of " + calls[i].name)
                              : unanswered_call(calls[i].name, reply.error());
      return nullptr;
    }
    return &latest.emplace(*std::move(reply));
  });
  if (seen_red && finding.verdict != reports::Verdict::fail) {
    if (is_refused_for_meta(probe, calls, *red)) {
      return untestable("calls are refused with _meta alone, which jsonrpc.params.meta-accepted says: " +
                        red->describe());
    }
    probe.pin_request(red->http.request);
    return *seen_red;  // What was wrong once was wrong.
  }
  return broken ? *broken : finding;
}

namespace {

/// Whether an answer came until then; what its stream gives after it is left there.
bool reads_answer(wire::HttpStream& call, const json::value& id, wire::Deadline until) {
  if (!call.wait_for_head(until)) { return false; }
  if (!call.exchange().is_event_stream()) { return call.read_to_end(until); }
  while (const auto event = call.next_event(until)) {
    const auto parsed = jsonrpc::parse(event->data);
    const auto answers = [&](const jsonrpc::Message& message) { return message.is_reply() && message.answers(id); };
    if (parsed && std::any_of(parsed->messages.begin(), parsed->messages.end(), answers)) { return true; }
  }
  return false;
}

}  // namespace

bool is_answered(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call, const json::value& id,
                 std::chrono::milliseconds patience) {
  if (probe.is(Era::http_sse)) {
    const auto seen = dialogue.drain(probe.in(patience));
    return std::any_of(seen.begin(), seen.end(), [&](const auto& one) { return one.message.answers(id); });
  }
  constexpr std::chrono::milliseconds kReplay{60};  // For what is there already when its client comes for it.
  wire::Deadline until = probe.in(patience);
  for (std::size_t fetched = 0;; ++fetched) {
    if (reads_answer(call, id, until)) { return true; }
    if (!call.ended()) { return false; }
    if (fetched >= wire::limits::kResumptions || !take_up(probe, dialogue, call)) { return !is_to_be_fetched(call); }
    until.at = std::max(until.at, probe.in(kReplay).at);
  }
}

std::optional<ToolCall> refusable_call(const Probe& probe) {
  const Target& target = probe.target();
  const auto may_be_called = [&](const json::value& tool) {
    const auto& safe = target.profile.safe_tools;
    const std::string_view name = wire::string_or(tool, "name", "");
    return (target.call_read_only && hint(tool, "readOnlyHint", false)) ||
           std::any_of(safe.begin(), safe.end(), [&](const auto& allowed) { return allowed.name == name; });
  };
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    if (!may_be_called(tool)) { continue; }
    if (auto call = refusable_call(tool)) { return call; }
  }
  return std::nullopt;
}

bool is_tool_error(const wire::mcp::Reply& reply) {
  const json::value* is_error = wire::find(reply.result(), "isError");
  return reply.is_result() && is_error && is_error->is_bool() && is_error->get_bool();
}

bool is_shapeless(const wire::mcp::Reply& reply) {
  return reply.is_result() && !is_tool_error(reply) && !wire::as_array(wire::find(reply.result(), "content"));
}

std::string_view first_text(const wire::mcp::Reply& reply) {
  const json::array* content = wire::as_array(wire::find(reply.result(), "content"));
  return content && !content->empty() ? wire::string_or(content->front(), "text", "") : std::string_view();
}

const json::value* output_schema(const Survey& survey, std::string_view tool) {
  for (const json::value& listed : survey.tools) {
    if (wire::string_or(listed, "name", "") == tool) { return wire::find(listed, "outputSchema"); }
  }
  return nullptr;
}

std::optional<std::string> schema_problem(const json::value& schema, std::string_view revision) {
  std::vector<wire::SchemaDialect> dialects = {wire::SchemaDialect::draft_2020_12};
  if (revision < wire::mcp::k2025_11_25) { dialects.push_back(wire::SchemaDialect::draft_07); }
  std::optional<std::string> first;
  for (const auto dialect : dialects) {
    auto problems = wire::check_schema(schema, dialect);
    if (problems && problems->empty()) { return std::nullopt; }
    if (!first) {
      first = problems ? fmt::format("{} {}", problems->front().instance_pointer, problems->front().message)
                       : problems.error().detail;
    }
  }
  return first;
}

std::optional<std::string> unknown_dialect(const json::value& schema) {
  const auto named = wire::as_string(wire::find(schema, "$schema"));
  const bool known = !named || wire::check_schema(json::object{{"$schema", *named}});
  return known ? std::nullopt : std::optional<std::string>(*named);
}

Finding schemas_valid(Probe& probe, std::string_view member) {
  int schemas = 0;
  std::optional<Finding> unjudged;
  for (const json::value& tool : probe.in_time(probe.survey().tools)) {
    const json::value* schema = wire::find(tool, member);
    if (!schema) { continue; }
    ++schemas;
    if (const auto dialect = unknown_dialect(*schema)) {
      unjudged = untestable(fmt::format("the {} of '{}' is of a dialect that Weir does not know: {}", member,
                                        wire::string_or(tool, "name", ""), wire::excerpt(*dialect, 80)));
      continue;
    }
    if (auto problem = schema_problem(*schema, probe.revision())) {
      auto finding = fail("a valid JSON Schema",
                          fmt::format("{} of '{}': {}", member, wire::string_or(tool, "name", ""), *problem));
      if (!problem->ends_with("is object, must be array")) { return finding; }
      return std::move(finding).at(
          "server, or a gateway that writes the JSON anew",
          "Write an empty list as [], and not as {}: languages with one kind of table for both have to be told.");
    }
  }
  if (unjudged) { return *unjudged; }
  return schemas == 0 ? not_applicable(fmt::format("no tool has an {}", member))
                      : pass(fmt::format("{} schemas", schemas));
}

}  // namespace weir::conformance
