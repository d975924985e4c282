// The first look, asked again where a moment may change what is seen.
#include "conformance/run/first_contact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "conformance/run/judged_test.hpp"
#include "fixtures/faults/common.hpp"
#include "wire/testing/raw_server.hpp"

namespace weir::conformance {
namespace {

using ::testing::ElementsAre;

const fixtures::FaultRegistration kAsleep(fixtures::Fault{
    .name = "test.asleep-at-first",
    .summary = "Nothing is answered before an initialize is asked for the second time.",
    .on_request = [](fixtures::Scratch& scratch, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      json::value& asked = scratch["test.asked"];
      asked = (asked.is_int64() ? asked.as_int64() : 0) + (request.body.find("\"initialize\"") != std::string::npos);
      reply.no_answer = asked.as_int64() < 2;
      return reply.no_answer;
    }});

const fixtures::FaultRegistration kUnrouted(fixtures::Fault{
    .name = "test.messages-unrouted",
    .summary = "POST is answered 404 by a page of the proxy, which knows the path of the stream alone.",
    .on_request = [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      if (request.method != "POST") { return false; }
      reply.status = 404;
      reply.headers = {{"Server", "nginx/1.22.1"}};
      reply.set_body("<html><center><h1>404 Not Found</h1></center></html>", "text/html");
      return true;
    }});

const fixtures::FaultRegistration kQueryLost(fixtures::Fault{
    .name = "test.query-lost",
    .summary = "The query of a POST is lost on the way to the server.",
    .on_request = [](fixtures::Scratch&, const fixtures::HttpRequest& request, fixtures::HttpReply& reply) {
      if (request.method != "POST") { return false; }
      reply.status = 400;
      reply.set_body("sessionId is required; session_id is required", "text/plain");
      return true;
    }});

Target target_of(const fixtures::Server& server) {
  Target target;
  target.url = wire::parse_url(server.mcp_url()).value();
  target.answer_timeout = std::chrono::milliseconds(2'000);  // For a busy machine.
  return target;
}

fixtures::Server server_with(std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  options.faults = std::move(faults);
  return fixtures::Server::start(std::move(options)).value();
}

TEST(FirstContact, of_a_server_that_slept_is_its_second_answer_and_a_warning) {
  const auto server = server_with({"test.asleep-at-first"});
  Target target = target_of(server);
  auto looked = preflight_in_turn(target, Era::streamable, wire::Deadline::in(std::chrono::seconds(20)));
  ASSERT_FALSE(looked.failure) << looked.failure->message;
  EXPECT_TRUE(looked.was_silent);
  target.detection = std::move(looked.detection);
  target.was_silent = looked.was_silent;
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(10)), nullptr, problems);
  const auto outcome =
      run_checks(target, {.checks = {"lifecycle.initialize.result-shape", "sizes.first-contact.fast"}});
  EXPECT_THAT(with(outcome, reports::Verdict::warn), ElementsAre("sizes.first-contact.fast"));
  EXPECT_THAT(with(outcome, reports::Verdict::fail), ElementsAre());
}

TEST(FirstContact, names_the_path_of_the_endpoint_event_that_leads_nowhere) {
  const auto server = server_with({"test.messages-unrouted"});
  Target target;
  target.answer_timeout = std::chrono::milliseconds(800);
  look_at(target, server, Era::http_sse);
  const auto failure = no_conversation(target, {"initialize was not accepted"});
  EXPECT_THAT(failure.message, ::testing::HasSubstr(" is answered 404 (Server: nginx/1.22.1) by a page: the endpoint"));
  EXPECT_THAT(failure.fix, ::testing::HasSubstr("Route the path that the endpoint event names"));
}

TEST(FirstContact, names_the_query_of_the_endpoint_event_that_is_lost) {
  const auto server = server_with({"test.query-lost"});
  Target target;
  target.answer_timeout = std::chrono::milliseconds(2'000);
  look_at(target, server, Era::http_sse);
  const auto failure = no_conversation(target, {"initialize was not accepted"});
  EXPECT_THAT(failure.message, ::testing::HasSubstr("the query of the URI is lost on the way"));
  EXPECT_THAT(failure.fix, ::testing::HasSubstr("Forward query strings"));
}

TEST(FirstContact, of_a_server_that_stays_silent_fails_after_the_second_look) {
  const auto server = server_with({"http.hang"});
  const auto looked =
      preflight_in_turn(target_of(server), Era::streamable, wire::Deadline::in(std::chrono::seconds(20)));
  ASSERT_TRUE(looked.failure);
  EXPECT_EQ(looked.failure->cause, "silent");
}

TEST(FirstContact, names_the_request_of_which_the_server_ended) {
  std::unique_ptr<wire::testing::RawServer> server;
  std::promise<void> asked;
  std::once_flag once;
  server = std::make_unique<wire::testing::RawServer>([&](wire::testing::Peer& peer) {
    (void)peer.read_request();
    std::call_once(once, [&] { asked.set_value(); });
    (void)peer.wait_for_client_end();  // Or that of the server, which closes the port before the connection.
  });
  Target target;
  target.url = server->url("/mcp");
  target.headers = {{"Authorization", "Bearer first-contact-secret"}};
  std::thread end([&] {
    asked.get_future().wait();
    server.reset();
  });
  const auto looked = preflight_in_turn(target, Era::streamable, wire::Deadline::in(std::chrono::seconds(20)));
  end.join();
  ASSERT_TRUE(looked.failure);
  EXPECT_EQ(looked.failure->cause, "ended-by-request");
  EXPECT_THAT(looked.failure->message, ::testing::HasSubstr("took POST initialize with the credentials"));
  EXPECT_THAT(looked.failure->fix, ::testing::HasSubstr("that brings these credentials"));
}

}  // namespace
}  // namespace weir::conformance
