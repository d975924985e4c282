// What has one cause and shows in several places is told in one: messages of a wrong shape, and what refuses by them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"
#include "fixtures/faults/common.hpp"

namespace weir::conformance {

namespace {

/// Gives each item of a list in the results of this method a _meta that is none.
fixtures::MessageHook spoil_meta(std::string method, std::string items, json::value meta) {
  return fixtures::on_result(std::move(method),
                             [items = std::move(items), meta = std::move(meta)](json::object& result) {
                               if (!result.contains(items)) { return; }
                               for (json::value& item : result[items].as_array()) { item.as_object()["_meta"] = meta; }
                             });
}

const fixtures::FaultRegistration kOfShape(std::vector<fixtures::Fault>{
    {.name = "test.null-among-tools",
     .summary = "A page of tools/list ends with null.",
     .on_message = fixtures::on_result("tools/list",
                                       [](json::object& result) { result["tools"].as_array().emplace_back(nullptr); })},
    {.name = "test.tool-meta-text",
     .summary = "The _meta of each tool is a text.",
     .on_message = spoil_meta("tools/list", "tools", "weir")},
    {.name = "test.block-meta-list",
     .summary = "The _meta of each block of a result is a list.",
     .on_message = spoil_meta("tools/call", "content", json::array{"weir"})},
    {.name = "test.prompt-meta-null",
     .summary = "The _meta of each prompt is null.",
     .on_message = spoil_meta("prompts/list", "prompts", nullptr)},
    {.name = "test.contents-meta-true",
     .summary = "The _meta of what is read is true.",
     .on_message = spoil_meta("resources/read", "contents", true)},
    {.name = "test.errors-by-type",
     .summary = "A call that fails is answered by a block of type 'error', without isError.",
     .on_message = fixtures::on_result("tools/call",
                                       [](json::object& result) {
                                         const json::value* failed = result.if_contains("isError");
                                         if (!failed || *failed != json::value(true)) { return; }
                                         result.erase("isError");
                                         result["content"] = json::array{{{"type", "error"}, {"text", "wrong kind"}}};
                                       })},
    {.name = "test.newest-refused",
     .summary = "initialize of a revision after 2025-06-18 is refused.",
     .on_message =
         [](fixtures::Scratch&, const fixtures::Call& call, json::value& message) {
           const auto* asked = wire::find(call.params, "protocolVersion");
           const bool newer = asked && wire::as_string(asked).value_or("") > wire::mcp::k2025_06_18;
           if (call.method != "initialize" || !newer) { return; }
           message.as_object().erase("result");
           message.as_object()["error"] = {{"code", -32602}, {"message", "Invalid protocol version"}};
         }},
    {.name = "test.ids-on-calls-alone",
     .summary = "Only what tools say is kept to be resumed: answers to pings have no event ids.",
     .on_reply =
         [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           if (request.body.find("\"ping\"") == std::string::npos) { return; }
           std::erase_if(reply.frames, [](const auto& frame) { return frame.bytes.find('{') == std::string::npos; });
           for (auto& frame : reply.frames) {
             if (frame.bytes.starts_with("id:")) { frame.bytes.erase(0, frame.bytes.find('\n') + 1); }
           }
         }},
    {.name = "test.no-level-taken",
     .summary = "Whatever level is set, the answer is an internal error.",
     .on_message = fixtures::refuse_method("logging/setLevel", -32603)}});

}  // namespace

TEST(CausesOfShape, what_is_no_tool_is_one_verdict) {
  EXPECT_THAT(red(judge(Era::streamable, {"test.null-among-tools"},
                        {"tools.list.shape", "tools.description.present", "tools.name.length", "tools.name.charset"})),
              ::testing::ElementsAre("tools.list.shape"));
}

TEST(CausesOfShape, a_meta_that_is_no_object_is_one_verdict_wherever_it_is) {
  const std::vector<std::string> checks = {"jsonrpc.result.object",   "meta.result.object",      "meta.keys.valid",
                                           "prompts.list.shape",      "resources.read.shape",    "tools.list.shape",
                                           "tools.call.result-shape", "tools.call.content-valid"};
  for (const std::string fault : {"meta.call-null", "test.tool-meta-text", "test.block-meta-list",
                                  "test.prompt-meta-null", "test.contents-meta-true"}) {
    EXPECT_THAT(red(judge(Era::streamable, {fault}, checks)), ::testing::ElementsAre("meta.result.object")) << fault;
  }
}

TEST(CausesOfShape, an_error_by_the_type_of_its_block_is_one_verdict) {
  EXPECT_THAT(red(judge(Era::streamable, {"test.errors-by-type"},
                        {"tools.call.content-valid", "tools.call.invalid-arguments-refused"})),
              ::testing::ElementsAre("tools.call.content-valid"));
}

TEST(CausesOfShape, an_error_inside_a_result_is_one_verdict) {
  EXPECT_THAT(
      red(judge(Era::streamable, {"jsonrpc.error-in-result"},
                {"jsonrpc.error.method-not-found", "jsonrpc.result.xor-error", "pagination.cursor.invalid-refused",
                 "session.ids.isolated", "tools.call.result-shape", "tools.call.unknown-refused", "tools.list.shape"})),
      ::testing::ElementsAre("jsonrpc.result.xor-error"));
}

TEST(CausesOfShape, the_newest_revision_refused_leaves_the_older_ones_to_be_judged) {
  const auto outcome = judge(Era::streamable, {"test.newest-refused"},
                             {"lifecycle.version.counter-offer", "preflight.endpoint.stays-up", "ping.result.empty",
                              "lifecycle.version.echoed", "tools.list.shape"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("lifecycle.version.counter-offer"));
  EXPECT_THAT(with(outcome, reports::Verdict::pass),
              ::testing::IsSupersetOf({"ping.result.empty", "tools.list.shape"}));
}

TEST(CausesOfShape, calls_are_resumed_where_they_alone_carry_ids) {
  const std::vector<std::string> checks = {"reconnect.resume.own-stream"};
  EXPECT_THAT(with(judge(Era::streamable, {"test.ids-on-calls-alone"}, checks), reports::Verdict::pass),
              ::testing::ElementsAreArray(checks));
  EXPECT_THAT(red(judge(Era::streamable, {"test.ids-on-calls-alone", "reconnect.resume-every-stream"}, checks)),
              ::testing::ElementsAreArray(checks));
}

TEST(CausesOfShape, levels_that_cannot_be_set_are_one_verdict) {
  EXPECT_THAT(red(judge(Era::streamable, {"test.no-level-taken"},
                        {"logging.set-level.accepted", "logging.set-level.invalid-refused"})),
              ::testing::ElementsAre("logging.set-level.accepted"));
}

}  // namespace weir::conformance
