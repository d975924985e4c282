// Every check proves itself twice in each revision: it is green against the right fixture, and red against each fault
// that it names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "conformance/matrix/again_test.hpp"
#include "conformance/matrix/kill_fixture_test.hpp"
#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

namespace {

using reports::Verdict;

constexpr std::chrono::seconds kWhole{60};
constexpr std::chrono::milliseconds kPatience{2000};
/// A fault that keeps an answer back is red all the sooner. On a busy machine it can hide another fault: what is not
/// red then is asked once more, with all the patience.
constexpr std::chrono::milliseconds kShortPatience{500};

struct Endpoint {
  fixtures::Server server;
  Target target;
};

wire::Result<Endpoint> start(const CheckInfo& info, Era era, std::string_view revision, std::vector<std::string> faults,
                             std::chrono::milliseconds patience) {
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
  if (revision != newest_revision(era)) { profile.revision = std::string(revision); }
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
  target.answer_timeout = kPatience;
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
  target.answer_timeout = patience;
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
  std::string revision;  ///< Empty for checks of the target.
  std::string fault;     ///< Empty: the control.
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.check << " with " << (c.fault.empty() ? "no fault" : c.fault);
}

/// Each revision is another conversation: from 2025-06-18 on every request names it, from 2025-11-25 on an answer's
/// stream begins with an id and can be taken up again, and what is listed and answered has other members in each. A
/// check that differs by revision proves itself in every one that it declares. Any other one meets of these differences
/// what the fixture makes of them, and 2025-06-18 has none that is not in the oldest or in the newest: it proves itself
/// in these two.
std::vector<std::string_view> proved_in(const CheckInfo& info, Era era) {
  if (era == Era::none) { return {""}; }
  auto revisions = revisions_of(info, era);
  if (!info.by_revision && revisions.size() > 2) { revisions = {revisions.front(), revisions.back()}; }
  return revisions;
}

/// The control first.
std::vector<std::string> faults_of(const CheckInfo& info, Era era) {
  std::vector<std::string> faults = {""};
  const bool shows = info.fault_eras.empty() ||
                     std::find(info.fault_eras.begin(), info.fault_eras.end(), to_string(era)) != info.fault_eras.end();
  if (shows) { faults.insert(faults.end(), info.faults.begin(), info.faults.end()); }
  return faults;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& info : catalogue()) {
    for (Era era : eras_of(info)) {
      for (const std::string_view revision : proved_in(info, era)) {
        for (auto& fault : faults_of(info, era)) {
          all.push_back({info.id, era, std::string(revision), std::move(fault)});
        }
      }
    }
  }
  return all;
}

/// Why this revision cannot show it yet; nullptr where it can.
const ShownSince* hidden(const CheckInfo& info, const std::string& revision, const std::string& fault) {
  const auto found = std::find_if(info.shown_since.begin(), info.shown_since.end(), [&](const ShownSince& shown) {
    return shown.fault == fault && !revision.empty() && revision < shown.revision;
  });
  return found == info.shown_since.end() ? nullptr : &*found;
}

/// Of each check one kill shows that its command tells the faulty endpoint from the right one: all of them would take
/// too long. What is red by the clock looks alike but for the times.
bool is_shown_again(const Case& c) {
  const CheckInfo& info = *find_check(c.check);
  const bool elsewhere = (c.era == Era::http_sse && (info.eras.streamable || info.eras.stateless)) ||
                         (c.era == Era::stateless && info.eras.streamable);
  const bool newest = c.era == Era::none || c.revision == revisions_of(info, c.era).back();
  return newest && !info.timed && !elsewhere && c.fault == info.faults.front();
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  const auto& [check, era, revision, fault] = info.param;
  const bool newest = revision == newest_revision(era);
  std::string name =
      fmt::format("{}_in_{}_{}{}", check, era == Era::none ? "target" : to_string(era), newest ? "" : revision + "_",
                  fault.empty()                                 ? "is_green"
                  : hidden(*find_check(check), revision, fault) ? "does_not_show_" + fault
                                                                : "is_red_by_" + fault);
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

bool is_red(const reports::CheckResult& result) {
  return result.verdict == Verdict::fail || result.verdict == Verdict::warn;
}

bool is_unasked(const reports::CheckResult& result) {
  return result.verdict == Verdict::not_applicable || result.verdict == Verdict::untestable;
}

struct Asked {
  std::shared_ptr<const Endpoint> endpoint;
  reports::CheckResult result;
};

/// A whole run asks everything of one endpoint; so do the controls that need nothing of their own.
std::map<std::pair<Era, std::string>, std::shared_ptr<const Endpoint>>& right_endpoints() {
  static std::map<std::pair<Era, std::string>, std::shared_ptr<const Endpoint>> all;
  return all;
}

wire::Result<std::shared_ptr<const Endpoint>> endpoint_for(const Case& asked, std::chrono::milliseconds patience) {
  const CheckInfo& info = *find_check(asked.check);
  const bool shared = asked.fault.empty() && info.fixture.empty();
  const auto kept = right_endpoints().find({asked.era, asked.revision});
  if (shared && kept != right_endpoints().end()) { return kept->second; }
  const std::vector<std::string> faults(asked.fault.empty() ? 0 : 1, asked.fault);
  auto started = start(info, asked.era, asked.revision, faults, patience);
  if (!started) { return tl::unexpected(started.error()); }
  auto endpoint = std::make_shared<const Endpoint>(std::move(*started));
  if (shared) { right_endpoints()[{asked.era, asked.revision}] = endpoint; }
  return endpoint;
}

wire::Result<Asked> ask(const Case& asked, std::chrono::milliseconds patience) {
  auto endpoint = endpoint_for(asked, patience);
  if (!endpoint) { return tl::unexpected(endpoint.error()); }
  auto result = run_check((*endpoint)->target, *find_check(asked.check), asked.era, wire::Deadline::in(kWhole));
  return Asked{std::move(*endpoint), std::move(result)};
}

void expect_green(const CheckInfo& info, const std::string& revision, const reports::CheckResult& result) {
  if (hidden(info, revision, "")) {
    EXPECT_TRUE(is_unasked(result)) << "it can be seen here: shown_since is too late\n" << report(result);
  } else if (is_unasked(result)) {
    EXPECT_FALSE(info.green_may_be.empty()) << report(result);
    EXPECT_NE(result.message.find(info.green_may_be), std::string::npos) << report(result);
  } else {
    EXPECT_EQ(result.verdict, Verdict::pass) << report(result);
  }
}

void expect_shown_again(const Case& asked, const Endpoint& endpoint, const reports::CheckResult& result) {
  ASSERT_FALSE(result.curl.empty()) << report(result);
  if (!is_shown_again(asked) || result.curl.starts_with("#")) { return; }
  auto right = start(*find_check(asked.check), asked.era, asked.revision, {}, kPatience);
  ASSERT_TRUE(right) << right.error().detail;
  EXPECT_EQ(why_not_shown(result.curl, endpoint.target, right->target), "") << report(result);
}

void expect_red(const CheckInfo& info, const std::string& revision, const std::string& fault,
                const reports::CheckResult& result) {
  if (hidden(info, revision, fault)) {
    EXPECT_FALSE(is_red(result)) << "it shows here: shown_since is too late\n" << report(result);
    return;
  }
  EXPECT_TRUE(is_red(result)) << report(result);
  EXPECT_FALSE(result.expected.empty() || result.got.empty()) << report(result);
}

}  // namespace

class KillMatrix : public ::testing::TestWithParam<Case> {
 protected:
  static void TearDownTestSuite() { right_endpoints().clear(); }
};

TEST_P(KillMatrix, holds) {
  const auto& [id, era, revision, fault] = GetParam();
  const CheckInfo& info = *find_check(id);
  auto asked = ask(GetParam(), fault.empty() ? kPatience : kShortPatience);
  const bool shows = !fault.empty() && !hidden(info, revision, fault);
  if (shows && asked && !is_red(asked->result)) { asked = ask(GetParam(), kPatience); }
  ASSERT_TRUE(asked) << asked.error().detail;
  const auto& [endpoint, result] = *asked;
  if (fault.empty()) {
    expect_green(info, revision, result);
  } else {
    expect_red(info, revision, fault, result);
    if (shows) { expect_shown_again(GetParam(), *endpoint, result); }
  }
}

INSTANTIATE_TEST_SUITE_P(Checks, KillMatrix, ::testing::ValuesIn(cases()), name_of);

namespace {

/// Whether the check proves itself by this in a revision before and in one after.
bool lies_between(const std::vector<Case>& all, const Case& pair) {
  const auto proved = [&](auto&& comes) {
    return std::any_of(all.begin(), all.end(), [&](const Case& other) {
      return other.check == pair.check && other.era == pair.era && other.fault == pair.fault && comes(other.revision);
    });
  };
  return proved([&](const std::string& other) { return other < pair.revision; }) &&
         proved([&](const std::string& other) { return other > pair.revision; });
}

}  // namespace

TEST(KillMatrixCases, leave_no_pair_of_any_revision_unproved) {
  const auto all = cases();
  std::set<std::tuple<std::string, Era, std::string, std::string>> proved;
  for (const auto& [check, era, revision, fault] : all) { proved.emplace(check, era, revision, fault); }
  std::vector<std::string> unproved;
  for (const auto& info : catalogue()) {
    for (const Era era : {Era::http_sse, Era::streamable, Era::stateless}) {
      if (info.eras.empty() || !info.eras.has(era)) { continue; }
      for (const std::string_view revision : wire::mcp::kRevisions) {
        const auto of_era = wire::mcp::revisions_of(era);
        const bool spoken = std::find(of_era.begin(), of_era.end(), revision) != of_era.end();
        if (!spoken || revision < info.since || (!info.until.empty() && revision > info.until)) { continue; }
        for (const auto& fault : faults_of(info, era)) {
          const bool by_others = !info.by_revision && lies_between(all, {info.id, era, std::string(revision), fault});
          if (by_others || proved.contains({info.id, era, std::string(revision), fault})) { continue; }
          unproved.push_back(fmt::format("{} in {} with '{}'", info.id, revision, fault));
        }
      }
    }
  }
  EXPECT_THAT(unproved, ::testing::IsEmpty());
}

/// What no revision could show would be no fault of the check.
TEST(KillMatrixCases, show_every_fault_in_the_newest_revision) {
  for (const auto& info : catalogue()) {
    for (const auto& shown : info.shown_since) {
      for (const Era era : eras_of(info)) {
        const auto revisions = revisions_of(info, era);
        const bool later = !revisions.empty() && shown.revision > revisions.back();
        EXPECT_FALSE(later) << info.id << ", " << shown.fault << ": " << shown.revision;
      }
    }
  }
}

}  // namespace weir::conformance
