// No pass without having seen: every check is asked of servers that know nothing. Their surveys are forged, so that
// no check is spared for want of a handshake, a capability or a thing to name. What passes all the same stands in
// null_passes_test.hpp with its reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/matrix/null_passes_test.hpp"
#include "conformance/matrix/null_server_test.hpp"
#include "conformance/run/runner.hpp"

namespace weir::conformance {

namespace {

using reports::Verdict;

struct NullCase {
  std::string name;
  NullServerOptions server;
};

const std::vector<NullCase>& setups() {
  using enum Nothing;
  static const std::vector<NullCase> kSetups = {{"empty", {empty}},
                                                {"accepted", {accepted}},
                                                {"method_error", {method_error}},
                                                {"params_error", {params_error}},
                                                {"not_found", {not_found}},
                                                {"echo", {echo}},
                                                {"silent_stream", {silent_stream}},
                                                {"endpoint_then_accepted", {accepted, false, true}},
                                                {"opens_then_method_error", {method_error, true}},
                                                {"opens_then_params_error", {params_error, true}},
                                                {"opens_then_served", {served, true}}};
  return kSetups;
}

/// With things to name, or with the lists that a server gives whose every list is an error.
enum class Lists { full, failed };

struct Job {
  const CheckInfo* info = nullptr;
  Era era{};
  Lists lists{};
};

std::vector<Job> jobs() {
  std::vector<Job> all;
  for (const auto& info : catalogue()) {
    for (const Era era : {Era::none, Era::http_sse, Era::streamable, Era::stateless}) {
      if (era == Era::none ? !info.eras.empty() : !info.eras.has(era)) { continue; }
      all.push_back({&info, era, Lists::full});
      if (era != Era::none) { all.push_back({&info, era, Lists::failed}); }
    }
  }
  std::partition(all.begin(), all.end(), [](const Job& job) { return job.info->waits; });
  return all;
}

wire::mcp::Reply failed_list() {
  auto parsed = jsonrpc::parse(R"({"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "no"}})");
  wire::mcp::Reply reply;
  reply.response = wire::mcp::SeenMessage{.message = parsed.value().messages.front()};
  return reply;
}

Survey forged(Era era, const Job& job) {
  Survey facts;
  facts.era = era;
  facts.revision = job.info->until.empty() ? std::string(newest_revision(era)) : job.info->until;
  facts.capabilities = every_capability();
  facts.server_info = {{"name", "nothing"}, {"version", "1"}};
  facts.sessions = era == Era::streamable;
  if (job.lists == Lists::failed) {
    facts.list_replies.assign(4, failed_list());
    return facts;
  }
  const json::object schema{{"type", "object"}, {"properties", {{"message", {{"type", "string"}}}}}};
  facts.tools = {json::object{
      {"name", "echo"}, {"inputSchema", schema}, {"outputSchema", schema}, {"annotations", {{"readOnlyHint", true}}}}};
  facts.resources = {json::object{{"name", "some"}, {"uri", "file:///some"}}};
  facts.resource_templates = {json::object{{"name", "any"}, {"uriTemplate", "file:///{any}"}}};
  facts.prompts = {json::object{{"name", "greet"}},
                   json::object{{"name", "ask"}, {"arguments", json::array{json::object{{"name", "about"}}}}}};
  return facts;
}

bool is_silent(const NullServerOptions& options) {
  return options.nothing == Nothing::silent_stream || options.nothing == Nothing::accepted;
}

Target target_for(const Job& job, const NullServer& server, const wire::mcp::Detection& detection,
                  const NullServerOptions& options) {
  Target target;
  if (const auto* set_up = find_kill_fixture(job.info->fixture)) {
    fixtures::ServerOptions unused;
    set_up->prepare(unused, target.profile);
  }
  target.profile.health.push_back({.path = "/health"});
  target.url = server.url();
  target.detection = detection;
  target.headers = target.profile.all_headers();
  target.call_read_only = true;
  // Those that answer do so at once: only the silent ones are waited for.
  target.answer_timeout = std::chrono::milliseconds(is_silent(options) ? 100 : 2000);
  target.surveys = {forged(job.era == Era::none ? Era::streamable : job.era, job)};
  return target;
}

class Asking {
 public:
  explicit Asking(const NullServerOptions& options) : options_(options), jobs_(jobs()) {}

  /// The checks that pass, with what they say.
  std::map<std::string, std::string> passes() {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (unsigned i = 0; i < kThreads; ++i) {
      threads.emplace_back([this] { work(); });
    }
    for (auto& thread : threads) { thread.join(); }
    return passes_;
  }

 private:
  void work() {
    const NullServer server(options_);
    const auto detection = wire::mcp::detect({.url = server.url(), .timeout = std::chrono::milliseconds(150)});
    for (std::size_t i = next_++; i < jobs_.size(); i = next_++) {
      const Job& job = jobs_[i];
      // Time for every pass of the list, and little for servers that are waited for in vain.
      const std::chrono::milliseconds whole(is_silent(options_) ? 1200 : 6000);
      const Target target = target_for(job, server, detection, options_);
      const auto result = run_check(target, *job.info, job.era, wire::Deadline::in(whole));
      // Who asked nothing judged the lists that this test made up.
      const bool judged_ours = job.lists == Lists::full && target.tap->seen(job.era).empty();
      if (result.verdict != Verdict::pass || judged_ours) { continue; }
      const std::lock_guard lock(mutex_);
      passes_[result.id] += fmt::format("{}@{}: {}; ", result.id, to_string(job.era), result.message);
    }
  }

  const NullServerOptions options_;
  const std::vector<Job> jobs_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::map<std::string, std::string> passes_;
};

}  // namespace

class NullServers : public ::testing::TestWithParam<NullCase> {};

TEST_P(NullServers, satisfy_no_check) {
  const auto& [name, options] = GetParam();
  std::map<std::string, std::string> passes = Asking(options).passes();
  for (const auto& allowed : null_passes()) {
    if (std::find(allowed.servers.begin(), allowed.servers.end(), name) == allowed.servers.end()) { continue; }
    // On a busy machine a server that answers may look as one that does not: then fewer pass.
    passes.erase(std::string(allowed.check));
  }
  for (const auto& [check, said] : passes) {
    ADD_FAILURE() << said << "\n  passes at '" << name << "', which knows nothing";
  }
}

INSTANTIATE_TEST_SUITE_P(Checks, NullServers, ::testing::ValuesIn(setups()),
                         [](const ::testing::TestParamInfo<NullCase>& info) { return info.param.name; });

TEST(NullPasses, name_checks_and_servers_that_there_are) {
  for (const auto& allowed : null_passes()) {
    EXPECT_TRUE(find_check(allowed.check)) << allowed.check;
    EXPECT_FALSE(allowed.reason.empty()) << allowed.check;
    for (const auto& server : allowed.servers) {
      EXPECT_TRUE(std::any_of(setups().begin(), setups().end(), [&](const NullCase& s) { return s.name == server; }))
          << server;
    }
  }
}

}  // namespace weir::conformance
