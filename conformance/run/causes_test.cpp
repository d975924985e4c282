// Which finding is the cause of which: something stays red, and it is the cause.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/run/judged_test.hpp"
#include "fixtures/faults/common.hpp"

namespace weir::conformance {

using reports::Verdict;
using ::testing::HasSubstr;

namespace {

/// A session of which nothing is heard after six requests; the handshake makes one of these.
const fixtures::FaultRegistration kFault(fixtures::Fault{
    .name = "test.session-silent-after-six",
    .summary = "After six requests of a session nothing is answered in it.",
    .on_request = [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      constexpr int kServed = 6;
      const auto session = request.headers.find("Mcp-Session-Id");
      if (!session || request.method != "POST") { return false; }
      json::value& count = scratch["test." + std::string(*session)];
      count = count.is_int64() ? count.as_int64() + 1 : 1;
      reply.no_answer = count.as_int64() > kServed;
      return reply.no_answer;
    }});

bool asks(const fixtures::HttpRequest& request, std::string_view what) {
  return request.method == "POST" && request.body.find(what) != std::string::npos;
}

/// Faults that many checks meet.
const fixtures::FaultRegistration kOfMany(std::vector<fixtures::Fault>{
    {.name = "test.full-by-503",
     .summary = "With test.room-for-eight: who is kept out gets 503.",
     .on_reply =
         [](fixtures::Scratch&, const fixtures::HttpRequest&, fixtures::HttpReply& reply) {
           if (reply.body().find("Maximum sessions") != std::string::npos) { reply.status = 503; }
         }},
    {.name = "test.room-for-eight",
     .summary = "Eight clients are let in, and from then on none.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           constexpr int kRoom = 8;
           if (!asks(request, "\"initialize\"")) { return false; }
           json::value& count = scratch["test.clients"];
           count = count.is_int64() ? count.as_int64() + 1 : 1;
           if (count.as_int64() <= kRoom) { return false; }
           const auto id = jsonrpc::parse(request.body)->messages.front().id;
           reply.set_body(jsonrpc::error(*id, -32603, "Maximum sessions (8) reached"), "application/json");
           return true;
         }},
    {.name = "test.one-client-at-a-time",
     .summary = "A second client is answered 500 until the first one has ended its session.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           json::value& taken = scratch["test.taken"];
           if (request.method == "DELETE") { taken = false; }
           if (!asks(request, "\"initialize\"")) { return false; }
           const bool refused = taken == json::value(true);
           taken = true;
           if (!refused) { return false; }
           reply.status = 500;
           reply.set_body("Error: Already connected to a transport", "text/plain");
           return true;
         }},
    {.name = "test.errors-withheld",
     .summary = "A request that fails is never answered.",
     .on_reply =
         [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           reply.no_answer = asks(request, "weir/") || asks(request, "weir-unknown");
         }},
    {.name = "test.requests-taken",
     .summary = "Requests other than the opening and the lists are taken by 202, without an answer.",
     .on_reply =
         [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           const bool opens = asks(request, "\"initialize\"") || asks(request, "/list\"");
           if (request.method != "POST" || !asks(request, "\"id\"") || opens) { return; }
           reply = fixtures::HttpReply{};
           reply.status = 202;
         }},
    {.name = "test.get-withheld",
     .summary = "The GET of a stream gets no head.",
     .on_request = [](fixtures::Scratch&, const fixtures::HttpRequest& request,
                      fixtures::HttpReply& reply) { return reply.no_answer = request.method == "GET"; }},
    {.name = "test.one-code",
     .summary = "Every error has the code -32000.",
     .on_message =
         [](fixtures::Scratch&, const fixtures::Call&, json::value& message) {
           if (auto* error = fixtures::error_of(message)) { (*error)["code"] = -32000; }
         }},
    {.name = "test.first-request-alone",
     .summary = "The first request is answered, and all others by 500.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           json::value& served = scratch["test.served"];
           const bool refused = served == json::value(true) && request.path == "/mcp";
           served = true;
           if (refused) { reply.status = 500; }
           return refused;
         }},
    {.name = "test.every-other-502",
     .summary = "Every second request is answered 502, as by a proxy one of whose two upstreams is dead.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest&, fixtures::HttpReply& reply) {
           json::value& turn = scratch["test.turn"];
           turn = turn != json::value(true);
           if (turn == json::value(true)) { return false; }
           reply.status = 502;
           return true;
         }},
    {.name = "test.first-session-alone",
     .summary = "The first client is let in, and all others are told 404 whatever they send.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           json::value& served = scratch["test.let-in"];
           const bool refused = served == json::value(true) && request.path == "/mcp";
           served = asks(request, "\"initialize\"") || served == json::value(true);
           if (!refused) { return false; }
           reply.status = 404;
           reply.set_body(jsonrpc::error(nullptr, -32001, "Session not found"), "application/json");
           return true;
         }},
    {.name = "test.slow-beside-a-stream",
     .summary = "Once a stream is open, a new client waits for 2 s, as at a server that is busy with others.",
     .on_reply =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           constexpr int kBusyMs = 2000;
           if (request.method == "GET") { scratch["test.stream"] = true; }
           if (asks(request, "\"initialize\"") && scratch["test.stream"] == json::value(true)) {
             reply.head_delay_ms = kBusyMs;
           }
         }},
    {.name = "test.streams-are-costly",
     .summary = "Each stream takes the whole server for 0.6 s, one after the other, and everybody waits.",
     .on_reply =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           constexpr std::int64_t kCostMs = 600;
           const auto now =
               std::chrono::duration_cast<std::chrono::milliseconds>(wire::Clock::now().time_since_epoch());
           json::value& free_at = scratch["test.free-at"];
           std::int64_t at = std::max<std::int64_t>(free_at.is_int64() ? free_at.as_int64() : 0, now.count());
           if (request.method == "GET") { at += kCostMs; }
           free_at = at;
           reply.head_delay_ms = static_cast<int>(at - now.count());
         }},
    {.name = "test.limit-after-twelve",
     .summary = "Requests after the twelfth are answered 429 for ten seconds.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           constexpr int kLimit = 12;
           json::value& count = scratch["test.count"];
           count = count.is_int64() ? count.as_int64() + 1 : 1;
           if (request.path != "/mcp" || count.as_int64() <= kLimit) { return false; }
           reply.status = 429;
           reply.set_body("<h1>Too Many Requests</h1>", "text/html");
           return true;
         }},
    {.name = "test.first-prompt-lost",
     .summary = "The first request for a prompt is met by a reset, and all others are answered.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           json::value& lost = scratch["test.lost"];
           if (!asks(request, "\"prompts/get\"") || lost == json::value(true)) { return false; }
           lost = true;
           reply.raw = "H";
           reply.ending = fixtures::Ending::reset;
           return true;
         }},
    {.name = "test.responses-withheld",
     .summary = "A response of the client is never answered.",
     .on_reply = [](fixtures::Scratch&, const fixtures::HttpRequest& request,
                    fixtures::HttpReply& reply) { reply.no_answer = asks(request, "weir-never-asked"); }},
    {.name = "test.listen-refused",
     .summary = "A subscription is refused by an error in a stream of its own.",
     .on_reply =
         [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           if (!asks(request, "subscriptions/listen")) { return; }
           const auto id = jsonrpc::parse(request.body)->messages.front().id;
           reply = fixtures::HttpReply{};
           reply.set_body("data: " + jsonrpc::error(*id, -32603, "No subscriptions") + "\n\n", "text/event-stream");
         }},
    {.name = "test.second-stream-cut",
     .summary = "The second stream beside another one gets no answer, but a reset.",
     .on_request =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           json::value& streams = scratch["test.streams"];
           if (request.method != "GET" || request.path != "/sse") { return false; }
           streams = streams.is_int64() ? streams.as_int64() + 1 : 1;
           constexpr int kBeside = 4;  // Behind those of the detection, the survey and the first of the check.
           if (streams.as_int64() < kBeside) { return false; }
           reply.raw = "H";
           reply.ending = fixtures::Ending::reset;
           return true;
         }},
    {.name = "test.session-stuck",
     .summary = "A list that is asked for again in its session gets the head of an answer, and no more.",
     .on_reply =
         [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
           if (!asks(request, "/list\"") || asks(request, "\"cursor\"")) { return; }
           const auto method = jsonrpc::parse(request.body)->messages.front().method;
           json::value& asked = scratch[fmt::format("test.{} {}", request.headers.get("mcp-session-id"), method)];
           if (asked == json::value(true)) {
             reply.set_body(": alive\n\n", "text/event-stream");
             reply.ending = fixtures::Ending::hang;
           }
           asked = true;
         }},
    {.name = "test.one-stream-alone",
     .summary = "A stream that is opened behind another one, with no message between them, is answered 500.",
     .on_request = [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
       const bool opens = request.method == "GET" && request.path == "/sse";
       // Nobody is refused before the first conversation: whoever looks what is spoken opens a stream as well.
       json::value& behind = scratch["test.behind-a-stream"];
       const bool refused = opens && behind == json::value(true);
       if (request.method == "POST") { behind = false; }
       if (opens && behind.is_bool()) { behind = true; }
       if (!refused) { return false; }
       reply.status = 500;
       reply.set_body("Error: Already connected to a transport", "text/plain");
       return true;
     }}});

}  // namespace

TEST(Causes, streams_that_share_an_endpoint_are_one_verdict) {
  auto asked = whole("http-sse.");
  for (const std::string area : {"jsonrpc.", "tools.list.", "lifecycle."}) {
    for (auto& id : whole(area)) { asked.push_back(std::move(id)); }
  }
  const auto outcome = judge(Era::http_sse, {"http-sse.endpoint-shared"}, asked);
  EXPECT_THAT(with(outcome, Verdict::fail), ::testing::ElementsAre("http-sse.endpoint.distinct"));
  EXPECT_GT(with(outcome, Verdict::untestable).size(), 3U) << "whose answers went to another stream did not judge";
}

TEST(Causes, characters_that_are_lost_in_an_id_are_one_verdict) {
  const std::string segments = "http.request.segments", utf8 = "http.body.utf8";
  for (const auto& [fault, id] : {std::pair{"http.segments-decoded-apart", segments}, {"http.body-latin-1", utf8}}) {
    const auto outcome = judge(Era::streamable, {fault}, {id, segments, "jsonrpc.answer.asked-for"});
    EXPECT_THAT(red(outcome), ::testing::ElementsAre(id)) << fault;
  }
}

TEST(Causes, an_id_of_another_type_is_one_verdict) {
  const std::string echoed = "jsonrpc.id.echoed";
  for (const Era era : {Era::http_sse, Era::streamable, Era::stateless}) {
    const auto outcome = judge(era, {"jsonrpc.id-stringified"}, {echoed, "jsonrpc.answer.asked-for"});
    EXPECT_THAT(red(outcome), ::testing::ElementsAre(echoed));
  }
}

TEST(Causes, a_server_that_is_full_is_one_verdict) {
  for (const std::vector<std::string>& faults :
       {std::vector<std::string>{"test.room-for-eight"}, {"test.full-by-503", "test.room-for-eight"}}) {
    const auto outcome =
        judge(Era::streamable, faults,
              {"preflight.endpoint.stays-up", "lifecycle.version.echoed", "streamable.origin.forbidden",
               "lifecycle.server.consistent", "session.id.unique", "session.terminated.not-found"});
    EXPECT_THAT(red(outcome), ::testing::ElementsAre("preflight.endpoint.stays-up"));
    const auto& verdict = *std::find_if(outcome.checks.begin(), outcome.checks.end(),
                                        [](const auto& check) { return check.verdict == Verdict::fail; });
    EXPECT_THAT(verdict.got, HasSubstr("Maximum sessions (8) reached"));
  }
}

TEST(Causes, one_client_at_a_time_is_one_verdict) {
  const auto outcome = judge(Era::streamable, {"test.one-client-at-a-time"},
                             {"preflight.endpoint.stays-up", "session.conversation.kept", "affinity.session.shared",
                              "session.ids.isolated", "session.id.unique", "streamable.origin.forbidden"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("session.conversation.kept"));
}

TEST(Causes, one_dead_upstream_of_two_is_one_verdict_and_no_end_of_the_service) {
  auto checks = whole("jsonrpc.");
  checks.insert(checks.end(), {"preflight.answers.steady", "preflight.endpoint.stays-up", "session.id.unique"});
  EXPECT_THAT(red(judge(Era::streamable, {"test.every-other-502"}, checks)),
              ::testing::ElementsAre("preflight.answers.steady"));
}

TEST(Causes, a_server_of_one_request_is_one_verdict_that_says_so) {
  const auto outcome = judge(Era::streamable, {"test.first-request-alone"},
                             {"preflight.endpoint.stays-up", "lifecycle.version.echoed", "streamable.origin.forbidden",
                              "session.id.unique", "http.options.answered"});
  ASSERT_THAT(red(outcome), ::testing::ElementsAre("preflight.endpoint.stays-up"));
  const auto& verdict = *std::find_if(outcome.checks.begin(), outcome.checks.end(),
                                      [](const auto& check) { return check.verdict == Verdict::fail; });
  EXPECT_THAT(verdict.got, HasSubstr("the first request of the run was answered, and none since"));
  EXPECT_THAT(verdict.fix, HasSubstr("a new server and transport"));
}

TEST(Causes, a_server_of_one_session_is_no_fault_of_the_credentials) {
  const auto outcome = judge(
      Era::streamable, {"test.first-session-alone"},
      {"auth.bearer.absent-401", "auth.bearer.wrong-401", "auth.bearer.query-refused", "preflight.endpoint.stays-up"},
      {}, "causes-token-77b0");
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("preflight.endpoint.stays-up"));
}

TEST(Causes, a_head_that_waits_for_an_event_is_one_verdict) {
  const auto outcome = judge(Era::streamable, {"streamable.get-head-withheld"},
                             {"delivery.head.flushed", "reconnect.stream.reopens", "streamable.get.no-responses",
                              "streamable.get.stays-open", "streamable.get.stream-or-405"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("streamable.get.stream-or-405"));
}

TEST(Causes, a_server_that_is_busy_keeps_nobody_out) {
  const auto outcome = judge(Era::streamable, {"test.slow-beside-a-stream"}, {"reconnect.streams.leave-room"}, {}, {},
                             std::chrono::milliseconds(5000));
  EXPECT_THAT(red(outcome), ::testing::ElementsAre());
}

TEST(Causes, a_server_that_is_busy_opening_streams_keeps_nobody_out) {
  const auto outcome = judge(Era::streamable, {"test.streams-are-costly"}, {"reconnect.streams.leave-room"}, {}, {},
                             std::chrono::milliseconds(2000));
  EXPECT_THAT(red(outcome), ::testing::ElementsAre());
  EXPECT_THAT(with(outcome, Verdict::pass), ::testing::ElementsAre("reconnect.streams.leave-room"));
}

TEST(Causes, a_limit_of_the_rate_is_no_end) {
  const auto outcome = judge(Era::streamable, {"test.limit-after-twelve"},
                             {"preflight.endpoint.stays-up", "lifecycle.version.echoed", "session.id.unique",
                              "jsonrpc.id.echoed", "tools.list.served", "http.options.answered"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre());
}

TEST(Causes, headers_that_are_not_compared_are_told_by_the_rules_and_not_by_what_follows) {
  const auto outcome = judge(Era::stateless, {"header.mismatch-ignored"},
                             {"header.method.required", "header.method.matches-body", "header.method.case-sensitive",
                              "header.mismatch.error-shape"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("header.method.matches-body", "header.method.required"));
}

TEST(Causes, a_connection_that_is_lost_by_chance_is_no_fault_of_what_was_asked) {
  const auto outcome = judge(Era::streamable, {"test.first-prompt-lost"}, {"prompts.get.served"});
  ASSERT_THAT(red(outcome), ::testing::IsEmpty()) << outcome.checks.front().message;
  EXPECT_THAT(outcome.checks.front().message, HasSubstr("when asked again"));
}

TEST(Causes, a_notification_that_is_answered_is_one_verdict) {
  const auto outcome = judge(
      Era::streamable, {"jsonrpc.notification-answered"},
      {"jsonrpc.notification.no-reply", "streamable.notification.accepted-202", "streamable.notification.empty-body"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("jsonrpc.notification.no-reply"));
}

TEST(Causes, a_cache_that_answers_for_others_is_one_verdict) {
  const auto outcome = judge(Era::streamable, {"http.answers-cached"}, {"http.answer.fresh", "session.id.unique"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("http.answer.fresh"));
  EXPECT_THAT(outcome.checks.back().message, HasSubstr("came out of a cache (see http.answer.fresh)"));
}

TEST(Causes, credentials_that_some_replicas_do_not_know_are_one_verdict) {
  auto checks = whole("jsonrpc.");
  const auto alone = judge(Era::streamable, {"auth.refused-now-and-then"}, checks, {}, "weir-token");
  EXPECT_THAT(red(alone), ::testing::Not(::testing::IsEmpty()));
  checks.push_back("auth.credentials.steady");
  const auto outcome = judge(Era::streamable, {"auth.refused-now-and-then"}, checks, {}, "weir-token");
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("auth.credentials.steady"));
}

TEST(Causes, a_lock_that_any_key_opens_is_one_verdict) {
  const auto outcome = judge(Era::streamable, {"auth.key-any"},
                             {"auth.api-key.wrong-refused", "auth.api-key.prefix-refused"}, "causes-key-77b0");
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("auth.api-key.wrong-refused"));
}

TEST(Causes, responses_that_are_never_answered_are_one_verdict) {
  const auto outcome = judge(Era::streamable, {"test.responses-withheld"},
                             {"streamable.client-response.accepted", "streamable.notification.empty-body",
                              "streamable.notification.accepted-202"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("streamable.client-response.accepted"));
}

TEST(Causes, a_subscription_that_is_refused_is_no_idle_cut) {
  const auto outcome = judge(Era::stateless, {"test.listen-refused"}, {"idle.stream.survives", "listen.ack.first"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("listen.ack.first"));
}

TEST(Causes, a_process_that_ends_while_its_eras_are_found_is_one_verdict) {
  Target target;
  {
    const auto server = fixtures::Server::start({}).value();
    target.url = wire::parse_url(server.sse_url()).value();
    target.detection = wire::mcp::detect({.url = target.url, .only = Era::http_sse});
  }
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  ASSERT_TRUE(target.none_opened());
  const auto outcome =
      run_checks(target, {.checks = {"affinity.session.shared", "http-sse.endpoint.distinct",
                                     "http-sse.endpoint.usable-at-once", "preflight.endpoint.stays-up"}});
  ASSERT_THAT(red(outcome), ::testing::ElementsAre("preflight.endpoint.stays-up"));
  EXPECT_THAT(with(outcome, Verdict::untestable), ::testing::SizeIs(3));
  EXPECT_THAT(outcome.checks.back().got, HasSubstr("the questions that found its eras"));
}

TEST(Causes, errors_that_are_withheld_are_one_verdict) {
  const auto outcome = judge(Era::streamable, {"test.errors-withheld"},
                             {"jsonrpc.error.method-not-found", "session.ids.isolated", "tools.call.unknown-refused",
                              "ping.result.empty", "resources.read.not-found", "prompts.get.unknown-refused"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("jsonrpc.error.method-not-found"));
  EXPECT_THAT(with(outcome, Verdict::pass), ::testing::ElementsAre("ping.result.empty"));
}

TEST(Causes, a_stream_that_never_begins_is_one_verdict) {
  const std::vector<std::string> asked = {"delivery.events.spread",       "delivery.head.flushed",
                                          "streamable.get.no-responses",  "streamable.get.stays-open",
                                          "streamable.get.stream-or-405", "reconnect.stream.reopens",
                                          "reconnect.session.goes-on",    "idle.stream.survives"};
  EXPECT_THAT(red(judge(Era::streamable, {"test.get-withheld"}, asked)),
              ::testing::ElementsAre("streamable.get.stream-or-405"));
  EXPECT_THAT(red(judge(Era::streamable, {"test.get-withheld", "delivery.events-together"}, asked)),
              ::testing::ElementsAre("delivery.events.spread"));
}

TEST(Causes, refusals_without_their_status_are_no_errors_without_an_id) {
  const auto outcome = judge(Era::streamable, {"session.missing-200"},
                             {"header.protocol-version.invalid", "jsonrpc.error.id", "session.missing.bad-request"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("header.protocol-version.invalid", "session.missing.bad-request"));
}

TEST(Causes, headers_that_a_preflight_is_refused_for_are_one_verdict) {
  const auto outcome = judge(Era::streamable, {"cors.headers-refused"},
                             {"cors.preflight.headers", "cors.preflight.methods", "cors.preflight.open"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("cors.preflight.headers"));
}

TEST(Causes, a_list_without_end_is_one_verdict) {
  const auto outcome =
      judge(Era::streamable, {"pagination.never-ends"},
            {"pagination.cursor.invalid-refused", "pagination.list.ends", "pagination.pages.no-repeats"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("pagination.list.ends"));
}

TEST(Causes, one_code_for_all_errors_is_one_verdict) {
  const auto outcome =
      judge(Era::streamable, {"test.one-code"},
            {"jsonrpc.error.invalid-params", "jsonrpc.error.method-not-found", "pagination.cursor.invalid-refused"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("jsonrpc.error.method-not-found"));
}

TEST(Causes, requests_that_are_taken_without_an_answer_are_one_verdict) {
  const auto outcome =
      judge(Era::streamable, {"test.requests-taken"},
            {"streamable.request.content-type", "ping.result.empty", "streamable.posts.concurrent",
             "jsonrpc.error.method-not-found", "jsonrpc.batch.accepted", "tools.call.unknown-refused"});
  EXPECT_THAT(red(outcome), ::testing::ElementsAre("streamable.request.content-type"));
}

TEST(Causes, what_is_lost_beside_others_is_asked_alone_in_a_session_that_is_not_stuck) {
  const auto outcome = judge(Era::streamable, {"test.session-stuck"}, {"streamable.posts.concurrent"});
  ASSERT_THAT(red(outcome), ::testing::ElementsAre("streamable.posts.concurrent")) << outcome.checks.front().message;
}

TEST(Causes, a_stream_that_keeps_others_out_is_told_so) {
  const auto outcome = judge(Era::http_sse, {"test.one-stream-alone"}, {"http-sse.endpoint.distinct"});
  ASSERT_THAT(red(outcome), ::testing::ElementsAre("http-sse.endpoint.distinct")) << outcome.checks.front().message;
  EXPECT_THAT(outcome.checks.front().got, HasSubstr("Already connected"));
}

TEST(Causes, a_process_that_ends_at_a_second_stream_is_told_to_make_one_for_each) {
  const auto outcome = judge(Era::http_sse, {"test.second-stream-cut"}, {"http-sse.endpoint.distinct"});
  ASSERT_THAT(red(outcome), ::testing::ElementsAre("http-sse.endpoint.distinct")) << outcome.checks.front().message;
  EXPECT_THAT(outcome.checks.front().fix, HasSubstr("for each stream"));
}

TEST(Causes, that_explain_each_other_leave_one_of_them_red) {
  const std::vector<std::string> both = {"session.conversation.kept", "tools.call.leaves-room"};
  for (const auto& [fault, id] :
       {std::pair{"test.session-silent-after-six", both[0]}, std::pair{"tools.slow-call-blocks", both[1]}}) {
    const auto alone = judge(Era::streamable, {fault}, {id});
    EXPECT_EQ(red(alone).size(), 1U) << fault << " shows nothing";
  }
  const auto outcome = judge(Era::streamable, {"test.session-silent-after-six", "tools.slow-call-blocks"}, both);
  EXPECT_EQ(red(outcome).size(), 1U);
  EXPECT_EQ(with(outcome, Verdict::untestable).size(), 1U);
}

}  // namespace weir::conformance
