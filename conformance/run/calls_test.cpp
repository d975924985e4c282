// No tool is called that nobody allowed, whatever a check is after: counted at the endpoint, over the whole catalogue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/faults/fault.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The names of the tools that were called at any fixture of this process that has the "fault" below.
class Called {
 public:
  void add(std::string name) {
    const std::lock_guard lock(mutex_);
    names_.insert(std::move(name));
  }
  std::set<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(names_, {});
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

Called& called() {
  static Called names;
  return names;
}

constexpr const char* kCounted = "testing.calls-counted";

const fixtures::FaultRegistration kCounter{
    std::vector<fixtures::Fault>{{.name = kCounted,
                                  .summary = "No fault: calls are counted.",
                                  .on_message = [](fixtures::Scratch&, const fixtures::Call& call, json::value&) {
                                    if (call.method == "tools/call") {
                                      called().add(std::string(wire::string_or(call.params, "name", "")));
                                    }
                                  }}}};

/// Asks all that can be asked of this era; the listed tools that were called.
std::vector<std::string> called_tools(Era era, const std::vector<wire::SafeTool>& allowed, bool read_only) {
  fixtures::ServerOptions options;
  options.faults = {kCounted};
  options.endpoint.eras = {era};
  const auto server = fixtures::Server::start(std::move(options)).value();
  Target target;
  target.url = wire::parse_url(era == Era::http_sse ? server.sse_url() : server.mcp_url()).value();
  target.profile.safe_tools = allowed;
  target.call_read_only = read_only;
  target.answer_timeout = std::chrono::milliseconds(5000);
  target.detection = wire::mcp::detect({.url = target.url, .timeout = target.answer_timeout, .only = era});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(std::chrono::seconds(30)), nullptr, problems);
  std::set<std::string> listed;
  for (const auto& tool : target.surveys.at(0).tools) { listed.emplace(wire::string_or(tool, "name", "")); }
  EXPECT_FALSE(listed.empty());
  called().take();
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) {
    if (!info.waits || allowed.empty()) { ids.push_back(info.id); }
  }
  (void)run_checks(target, {.checks = ids, .deadline = wire::Deadline::in(std::chrono::seconds(180))});
  std::vector<std::string> names;
  for (const auto& name : called().take()) {
    if (listed.contains(name)) { names.push_back(name); }
  }
  return names;
}

class Calls : public ::testing::TestWithParam<Era> {};

TEST_P(Calls, are_made_of_no_listed_tool_where_none_is_allowed) {
  EXPECT_THAT(called_tools(GetParam(), {}, false), IsEmpty());
}

TEST_P(Calls, are_made_of_the_safe_tools_alone) {
  EXPECT_THAT(called_tools(GetParam(), {{.name = "echo", .arguments = {{"message", "weir"}}}}, false),
              ElementsAre("echo"));
}

INSTANTIATE_TEST_SUITE_P(Eras, Calls, ::testing::Values(Era::http_sse, Era::streamable, Era::stateless),
                         [](const auto& each) {
                           std::string name(to_string(each.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace weir::conformance
