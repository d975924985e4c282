// Every check proves itself twice: it is green against the right fixture, and red against each fault that it names.
#include <gtest/gtest.h>

#include "conformance/matrix/again_test.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

namespace {

using reports::Verdict;

constexpr std::chrono::seconds kWhole{20};
/// A fault that keeps an answer back is red all the sooner; a right answer is waited for longer.
constexpr std::chrono::milliseconds kFaultyTimeout{500};

struct Endpoint {
  fixtures::Server server;
  Target target;
};

wire::Result<Endpoint> start(const CheckInfo& info, Era era, std::vector<std::string> faults) {
  fixtures::ServerOptions options;
  const std::string fault = faults.empty() ? std::string() : faults.front();
  options.faults = std::move(faults);
  if (era == Era::stateless) {
    options.endpoint.eras = {era};  // Some rules do not bind a server that speaks the older revisions as well.
  }
  wire::Profile profile;
  std::chrono::milliseconds hold{0};
  const KillFixture* set_up = nullptr;
  if (!info.fixture.empty()) {
    set_up = find_kill_fixture(info.fixture);
    if (!set_up) {
      return wire::fail(wire::ErrorCode::bad_input, fmt::format("there is no kill fixture '{}'", info.fixture));
    }
    set_up->prepare(options, profile);
    hold = std::chrono::milliseconds(set_up->hold_ms);
  }
  if (!info.until.empty()) { profile.revision = info.until; }
  profile.health.push_back({.path = options.endpoint.health_path});
  auto server = fixtures::Server::start(std::move(options));
  if (!server) { return tl::unexpected(server.error()); }
  const auto url = wire::parse_url(era == Era::http_sse ? server->sse_url() : server->mcp_url());
  Endpoint endpoint{.server = std::move(*server), .target = {}};
  Target& target = endpoint.target;
  target.profile = std::move(profile);
  target.url = url.value();
  target.headers = target.profile.all_headers();
  target.client.ca_file = target.profile.ca_file;
  target.call_read_only = true;
  target.hold = hold;
  target.answer_timeout = std::chrono::milliseconds(2000);
  std::optional<Era> only;
  if (era != Era::none) { only = era; }
  target.detection = wire::mcp::detect({.url = target.url,
                                        .headers = target.headers,
                                        .client = target.client,
                                        .timeout = target.answer_timeout,
                                        .only = only});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(kWhole), nullptr, problems);
  if (era != Era::none && !target.survey(era)) {
    const auto* attempt = target.detection.attempt(era);
    return wire::fail(wire::ErrorCode::rejected, fmt::format("{} is not spoken here: {} {}", to_string(era),
                                                             attempt ? attempt->why : "", fmt::join(problems, "; ")));
  }
  if (set_up && set_up->attach) { set_up->attach(endpoint.server, fault, target); }
  return endpoint;
}

std::vector<Era> eras_of(const CheckInfo& info) {
  if (info.eras.empty()) { return {Era::none}; }
  std::vector<Era> eras;
  for (Era era : {Era::http_sse, Era::streamable, Era::stateless}) {
    if (info.eras.has(era)) { eras.push_back(era); }
  }
  return eras;
}

std::string report(const reports::CheckResult& result) {
  std::string text = fmt::format("{}: {}\n", to_string(result.verdict), result.message);
  for (const auto& line : result.evidence) { text += "    " + line + "\n"; }
  return text + "    " + result.curl;
}

struct Case {
  std::string check;
  Era era;
  std::string fault;  ///< Empty: the control.
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.check << " with " << (c.fault.empty() ? "no fault" : c.fault);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& info : catalogue()) {
    for (Era era : eras_of(info)) {
      all.push_back({info.id, era, {}});
      const bool shows = info.fault_eras.empty() || std::find(info.fault_eras.begin(), info.fault_eras.end(),
                                                              to_string(era)) != info.fault_eras.end();
      for (const auto& fault : info.faults) {
        if (shows) { all.push_back({info.id, era, fault}); }
      }
    }
  }
  return all;
}

/// Of each check one kill shows that its command tells the faulty endpoint from the right one: all of them would take
/// too long. What is red by the clock looks alike but for the times.
bool is_shown_again(const Case& c) {
  const CheckInfo& info = *find_check(c.check);
  const bool elsewhere = (c.era == Era::http_sse && (info.eras.streamable || info.eras.stateless)) ||
                         (c.era == Era::stateless && info.eras.streamable);
  return !info.timed && !elsewhere && c.fault == info.faults.front();
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  const auto& [check, era, fault] = info.param;
  std::string name = fmt::format("{}_in_{}_{}", check, era == Era::none ? "target" : to_string(era),
                                 fault.empty() ? "is_green" : "is_red_by_" + fault);
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

}  // namespace

class KillMatrix : public testing::TestWithParam<Case> {};

TEST_P(KillMatrix, holds) {
  const auto& [id, era, fault] = GetParam();
  const CheckInfo& info = *find_check(id);
  auto endpoint = start(info, era, fault.empty() ? std::vector<std::string>{} : std::vector<std::string>{fault});
  ASSERT_TRUE(endpoint) << endpoint.error().detail;
  if (!fault.empty()) { endpoint->target.answer_timeout = kFaultyTimeout; }
  const auto result = run_check(endpoint->target, info, era, wire::Deadline::in(kWhole));
  if (!fault.empty()) {
    EXPECT_TRUE(result.verdict == Verdict::fail || result.verdict == Verdict::warn) << report(result);
    EXPECT_FALSE(result.expected.empty() || result.got.empty()) << report(result);
    ASSERT_FALSE(result.curl.empty()) << report(result);
    if (is_shown_again(GetParam()) && !result.curl.starts_with("#")) {
      auto right = start(info, era, {});
      ASSERT_TRUE(right) << right.error().detail;
      EXPECT_EQ(why_not_shown(result.curl, endpoint->target, right->target), "") << report(result);
    }
  } else if (result.verdict == Verdict::not_applicable || result.verdict == Verdict::untestable) {
    EXPECT_FALSE(info.green_may_be.empty()) << report(result);
    EXPECT_NE(result.message.find(info.green_may_be), std::string::npos) << report(result);
  } else {
    EXPECT_EQ(result.verdict, Verdict::pass) << report(result);
  }
}

INSTANTIATE_TEST_SUITE_P(Checks, KillMatrix, testing::ValuesIn(cases()), name_of);

}  // namespace weir::conformance
