// What the checks of tools share: which calls are allowed, and which must be refused.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

struct ToolCall {
  std::string name;
  json::object arguments;
  bool guessed = false;  ///< The arguments are made from the schema alone: a refusal of them tells nothing.
};

/// Calls that may be made: the profile's safe tools, and with call_read_only those tools with readOnlyHint for which
/// valid arguments can be made from their schema. At most five, and none that was seen to stop the service meanwhile.
std::vector<ToolCall> safe_calls(const Probe& probe);
/// Of what may be called, what can be called as a task (2025-11-25 basic/utilities/tasks, "Tool-Level Negotiation");
/// none where the server does not take calls as tasks. What can be called as a task alone is none of the safe calls.
std::vector<ToolCall> task_calls(const Probe& probe);
/// Why there is none.
std::string why_no_call(const Probe& probe);

/// Messages that come unasked, or twice, come soon after the answer.
inline constexpr std::chrono::milliseconds kLinger{60};
/// Makes one of the calls; every other one asks for progress.
wire::Result<wire::mcp::Reply> call_in_turn(Probe& probe, const std::vector<ToolCall>& calls, std::size_t i);
/// The replies to all of them, asked once for whoever looks at them; null where one was not answered.
std::shared_ptr<const std::vector<wire::mcp::Reply>> shared_replies(Probe& probe, const std::vector<ToolCall>& calls);

/// Makes each of the safe calls and judges its reply; the first finding counts. `judge` gives nothing for a reply that
/// is right, and counts in `looked` those that it had something to say about; `nothing` says why there were none.
/// Replies that ask for something first, and errors for guessed arguments, are not shown to it. A call without an
/// answer is red where the check `judges_silence`, and else untestable.
using JudgeCall = std::function<std::optional<Finding>(const ToolCall&, const wire::mcp::Reply&, int& looked)>;
Finding judge_calls(Probe& probe, const char* nothing, const JudgeCall& judge, bool judges_silence = false);
/// For a call of a safe tool that nobody answers, where that is not what the check is about.
Finding unanswered_call(std::string_view tool, const wire::Error& error);

/// Whether the answer with this id has come within `patience`, or its stream has ended: in the POST's own exchange, on
/// the stream that took it up where the server closed it behind an event id (`call` is that one then), or on the held
/// stream.
bool is_answered(Probe& probe, wire::mcp::Dialogue& dialogue, wire::HttpStream& call, const json::value& id,
                 std::chrono::milliseconds patience);

/// A call that every server must refuse: all required arguments of one tool, each of another kind than its schema says.
/// Only of tools that may be called: a server that checks nothing would run it.
std::optional<ToolCall> refusable_call(const Probe& probe);
/// The same of this listed tool, whether it may be called or not.
std::optional<ToolCall> refusable_call(const json::value& tool);

/// Whether the reply is a result with `isError`.
bool is_tool_error(const wire::mcp::Reply& reply);

/// A result that says neither what came of the call nor that it failed: tools.call.result-shape tells of it.
bool is_shapeless(const wire::mcp::Reply& reply);

/// The text of the first block of a result's content, in which servers say what they refuse; empty where there is none.
std::string_view first_text(const wire::mcp::Reply& reply);

/// The output schema of a listed tool; nullptr where there is none.
const json::value* output_schema(const Survey& survey, std::string_view tool);

/// What is wrong with a schema in the dialect that `revision` implies where `$schema` is absent: 2020-12 since
/// 2025-11-25, before that either of the two.
std::optional<std::string> schema_problem(const json::value& schema, std::string_view revision);

/// The dialect that `$schema` names, where Weir does not know it: such a schema cannot be judged.
std::optional<std::string> unknown_dialect(const json::value& schema);

/// Judges this member of every listed tool; untestable where one is of an unknown dialect and none is wrong.
Finding schemas_valid(Probe& probe, std::string_view member);

}  // namespace weir::conformance
