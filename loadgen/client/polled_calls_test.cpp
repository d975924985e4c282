// Calls whose answer the server wants to be polled for (2025-11-25 transports, SEP-1699), against the fixture.
#include <gtest/gtest.h>

#include "fixtures/mcp/server.hpp"
#include "loadgen/client/actors_fixture.hpp"
#include "loadgen/client/calls.hpp"
#include "wire/json/jsonrpc.hpp"
#include "wire/mcp/era.hpp"

namespace weir::loadgen {
namespace {

using fixtures::Fault;
using reports::load::CallOutcome;

/// The stream of a call ends behind its first event, and so does each GET that takes it up, `rounds` times in all.
/// `first` stands for {round}. Two calls are never under way at once where this is used.
Fault polled(std::string name, int rounds, const std::string& first) {
  Fault fault{.name = std::move(name), .summary = "The answer to a call is to be polled."};
  fault.on_request = [rounds, first](fixtures::Scratch& scratch, const fixtures::HttpRequest& request,
                                     fixtures::HttpReply& reply) {
    const bool calls = request.method == "POST" && request.body.find("tools/call") != std::string::npos;
    const bool resumes = request.method == "GET" && request.headers.has("Last-Event-ID");
    if (!calls && !resumes) { return false; }
    if (calls) {
      const auto sent = wire::parse_json(request.body);
      scratch["id"] = *wire::find(sent->value, "id");
      scratch["round"] = 0;
    } else if (request.headers.get("Last-Event-ID") != "s/1") {
      reply.status = 400;  // It was to be taken up where it stood.
      return true;
    }
    const std::int64_t round = ++scratch["round"].as_int64();
    std::string stream = round == 1 ? first : "retry: 1\n\n";
    if (round > rounds) {
      stream =
          "id: s/last\ndata: " + wire::jsonrpc::response(scratch["id"], {{"content", wire::json::array{}}}) + "\n\n";
    }
    reply.set_body(std::move(stream), "text/event-stream");
    return true;
  };
  return fault;
}

const fixtures::FaultRegistration kFaults(std::vector<Fault>{
    polled("test.calls-polled", 3, "id: s/1\nretry: 1\ndata:\n\n"),
    polled("test.calls-polled-by-id-alone", 1, "id: s/1\nretry: 1\n\n"),
    polled("test.calls-polled-without-id", 1, "retry: 1\ndata:\n\n"),
    polled("test.calls-polled-for-ever", 1 << 20, "id: s/1\nretry: 1\ndata:\n\n"),
    polled("test.calls-polled-late", 1, "id: s/1\nretry: 3600000\ndata:\n\n")});

struct PolledCalls : ActorsFixture {
  /// One call at a time; its first, or few.
  void start_calls(std::string fault, std::string_view revision = wire::mcp::k2025_11_25) {
    fixtures::ServerOptions options;
    options.faults = {std::move(fault)};
    server = std::make_unique<fixtures::Server>(fixtures::Server::start(std::move(options)).value());
    start(StreamKind::streamable_get, *wire::parse_url(server->mcp_url()), revision);
    numbers.populations[0].tools.resize(plan.calls.size());
    CallsOptions calls_options;
    calls_options.in_flight_most = 1;
    calls_options.populations.push_back({plan, destination.get(), 0});
    calls = std::make_unique<Calls>(*actors, exchanges, std::move(calls_options), numbers);
    actors->listen(*calls);
    add(1);
    ASSERT_TRUE(run_until_open(1));
    calls->scale(loop.now_ns(), 1);
  }
  CallPlan& tool(Nanos timeout = 15 * kSecond) {
    plan.calls.push_back({.tool = "echo", .arguments = {{"message", "hello"}}, .per_second = 50, .timeout = timeout});
    return plan.calls.back();
  }

  template <class Condition>
  bool spin_until(const Condition& condition) {
    return run_until([&] {
      calls->tick(loop.now_ns());
      return condition();
    });
  }
  std::uint64_t got(CallOutcome outcome) { return all().tools[0].outcomes[static_cast<std::size_t>(outcome)]; }
  std::uint64_t got_any() {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : all().tools[0].outcomes) { sum += n; }
    return sum;
  }
  ~PolledCalls() override {
    calls.reset();
    actors.reset();
  }

  std::unique_ptr<fixtures::Server> server;
  std::unique_ptr<Calls> calls;
};

TEST_F(PolledCalls, get_their_answers_from_the_right_server) {
  tool();
  start_calls("legal.answers-polled");
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::ok) >= 6; }));
  EXPECT_EQ(got_any(), got(CallOutcome::ok));
}

TEST_F(PolledCalls, are_taken_up_again_behind_the_same_id_until_the_answer_comes) {
  tool();
  start_calls("test.calls-polled");
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::ok) >= 3; }));
  EXPECT_EQ(got_any(), got(CallOutcome::ok));
}

TEST_F(PolledCalls, are_taken_up_behind_an_id_that_came_without_an_event) {
  tool();
  start_calls("test.calls-polled-by-id-alone");
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::ok) >= 3; }));
  EXPECT_EQ(got_any(), got(CallOutcome::ok));
}

TEST_F(PolledCalls, that_have_no_id_to_come_back_with_are_lost) {
  tool();
  start_calls("test.calls-polled-without-id");
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::lost) >= 3; }));
  EXPECT_EQ(got_any(), got(CallOutcome::lost));
}

TEST_F(PolledCalls, of_an_older_revision_are_lost) {
  tool();
  start_calls("test.calls-polled", wire::mcp::k2025_06_18);
  ASSERT_TRUE(spin_until([&] { return got(CallOutcome::lost) >= 3; }));
  EXPECT_EQ(got_any(), got(CallOutcome::lost));
}

TEST_F(PolledCalls, are_given_up_after_a_named_number_of_times) {
  tool();
  start_calls("test.calls-polled-for-ever");
  ASSERT_TRUE(spin_until([&] { return got_any() >= 1; }));
  EXPECT_EQ(got(CallOutcome::lost), got_any());
}

TEST_F(PolledCalls, keep_their_deadline_however_long_they_are_put_off) {
  tool(100 * kMillisecond);
  start_calls("test.calls-polled-late");
  ASSERT_TRUE(spin_until([&] { return got_any() >= 3; }));
  EXPECT_EQ(got(CallOutcome::timeout), got_any());
  EXPECT_GE(all().tools[0].duration.min(), static_cast<std::uint64_t>(100 * kMillisecond));
}

}  // namespace
}  // namespace weir::loadgen
