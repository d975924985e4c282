// What the specification allows turns no check red, however few servers do it: every check is asked of the right
// endpoint under each legal variant (fixtures/mcp/legal_variants.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/probe/survey.hpp"
#include "conformance/run/runner.hpp"
#include "fixtures/mcp/server.hpp"

namespace weir::conformance {

namespace {

using reports::Verdict;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kWholeGate{180};
constexpr std::string_view kSecret = "legal-secret-44e0";

enum class Lock { none, api_key, bearer };

struct Setup {
  std::string variant;
  std::vector<Era> eras;
  Lock lock = Lock::none;
  std::string revision = {};
  bool guess = true;  ///< Call read-only tools with arguments made from their schema.
};

struct LegalEndpoint {
  fixtures::Server server;
  Target target;
};

LegalEndpoint start(const Setup& setup) {
  fixtures::ServerOptions options;
  options.faults = {setup.variant};
  options.endpoint.eras = setup.eras;
  wire::Profile profile;
  if (setup.lock == Lock::api_key) {
    options.endpoint.api_key = kSecret;
    profile.api_key = wire::ApiKey{.value = std::string(kSecret)};
  } else if (setup.lock == Lock::bearer) {
    options.endpoint.bearer = kSecret;
    profile.bearer = kSecret;
  }
  if (!setup.revision.empty()) { profile.revision = setup.revision; }
  LegalEndpoint endpoint{.server = fixtures::Server::start(std::move(options)).value(), .target = {}};
  Target& target = endpoint.target;
  target.profile = std::move(profile);
  const bool old = setup.eras == std::vector{Era::http_sse};
  target.url = wire::parse_url(old ? endpoint.server.sse_url() : endpoint.server.mcp_url()).value();
  target.headers = target.profile.all_headers();
  target.call_read_only = setup.guess;
  target.answer_timeout = std::chrono::milliseconds(2000);
  target.detection =
      wire::mcp::detect({.url = target.url, .headers = target.headers, .timeout = target.answer_timeout});
  std::vector<std::string> problems;
  target.surveys = survey(target, wire::Deadline::in(kWholeGate), nullptr, problems);
  EXPECT_THAT(problems, ::testing::IsEmpty());
  EXPECT_EQ(target.surveys.size(), setup.revision.empty() ? setup.eras.size() : 1);
  return endpoint;
}

const std::vector<Era> kSse = {Era::http_sse};
const std::vector<Era> kSessions = {Era::streamable};
const std::vector<Era> kModern = {Era::stateless};
const std::vector<Era> kDual = {Era::streamable, Era::stateless};

std::vector<Setup> legal_setups() {
  return {{"legal.input-required", kModern},
          {"legal.capability-required", kModern},
          {"legal.empty-cursor", kSse},
          {"legal.empty-cursor", kDual},
          {"legal.guesses-refused", kDual},
          {"legal.any-uri", kSse},
          {"legal.any-uri", kDual},
          {"legal.other-dialect", kDual},
          {"legal.meta-in-schema", kDual},
          {"legal.meta-changes", kDual},
          {"legal.host-keys", kDual},
          {"legal.resource-links", kDual},
          {"legal.nothing-to-listen-to", kModern},
          {"legal.vain-messages-refused", kSse},
          {"legal.vain-messages-refused", kDual},
          {"legal.used-ids-refused", kSse},
          {"legal.used-ids-refused", kDual},
          {"legal.session-not-required", kSessions},
          {"legal.answers-polled", kSessions},
          {"legal.calls-polled-late", kSessions},
          {"legal.heartbeat-events", kSse},
          {"legal.heartbeat-events", kDual},
          {"legal.not-resumable", kDual},
          {"legal.slash-redirect", kSse},
          {"legal.slash-redirect", kDual},
          {"legal.streams-at-every-path", kSessions},
          {"legal.calls-ask-first", kSessions},
          {"legal.calls-ask-first", kSse},
          {"legal.tasks", kSessions},
          {"legal.older-eras-preferred", kDual},
          {"legal.older-eras-preferred", kDual, Lock::none, "2026-07-28"},
          {"legal.key-refused-400", kDual, Lock::api_key},
          {"legal.key-refused-404", kSse, Lock::api_key},
          {"legal.challenges-in-one-field", kDual, Lock::bearer},
          {"legal.challenges-in-two-fields", kDual, Lock::bearer},
          {"legal.metadata-elsewhere", kDual, Lock::bearer},
          {"legal.no-route-but-post", kSessions, Lock::bearer},
          {"legal.no-oauth", kDual, Lock::bearer},
          {"tools.name-with-space", kSessions, Lock::none, "2025-06-18"},
          {"tools.name-too-long", kSse},
          {"tools.order-changes", kSessions},
          {"tools.hint-as-string", kSse}};
}

std::string as_name(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return text;
}

std::string variant_name(const ::testing::TestParamInfo<Setup>& info) {
  std::string name = info.param.variant;
  for (const Era era : info.param.eras) { name += "_in_" + std::string(to_string(era)); }
  if (!info.param.revision.empty()) { name += "_asked_for_" + info.param.revision; }
  return as_name(std::move(name));
}

void PrintTo(const Setup& setup, std::ostream* out) { *out << setup.variant; }

}  // namespace

class LegalVariant : public ::testing::TestWithParam<Setup> {};

TEST_P(LegalVariant, turns_no_check_red) {
  const LegalEndpoint endpoint = start(GetParam());
  std::vector<std::string> ids;
  for (const auto& info : catalogue()) {
    // Those that wait are asked where they could see the variant.
    const bool sees = GetParam().variant == "legal.heartbeat-events" || info.id == "tools.task.followed";
    if (!info.waits || sees) { ids.push_back(info.id); }
  }
  const auto outcome = run_checks(endpoint.target, {.checks = ids, .deadline = wire::Deadline::in(kWholeGate)});
  EXPECT_FALSE(outcome.stopped_early);
  for (const auto& check : outcome.checks) {
    const bool red =
        check.verdict == Verdict::fail || check.verdict == Verdict::warn || check.verdict == Verdict::error;
    EXPECT_FALSE(red) << check.id << "@" << check.era << ": " << to_string(check.verdict) << " " << check.message
                      << "; expected " << check.expected << "; got " << check.got;
  }
}

INSTANTIATE_TEST_SUITE_P(Checks, LegalVariant, ::testing::ValuesIn(legal_setups()), variant_name);

namespace {

/// What a check says where it cannot say pass.
struct Says {
  std::string check;
  Setup setup;
  Verdict verdict;
  std::string word;
};

const std::vector<Says>& sayings() {
  using enum Verdict;
  static const std::vector<Says> kSayings = {
      {"tools.call.served", {"legal.input-required", kModern}, untestable, "a result of type input_required"},
      {"tools.call.structured-present", {"legal.input-required", kModern}, untestable, "wants something first"},
      {"tools.call.unknown-refused", {"legal.input-required", kModern}, untestable, "wants something first"},
      {"resources.read.served", {"legal.input-required", kModern}, untestable, "wants something first"},
      {"resources.read.not-found-code", {"legal.input-required", kModern}, untestable, "wants something first"},
      {"prompts.get.served", {"legal.input-required", kModern}, untestable, "wants something first"},
      {"tools.call.served", {"legal.capability-required", kModern}, untestable, "wants a capability"},
      {"tools.call.served", {"legal.guesses-refused", kSessions}, untestable, "made up for it"},
      {"pagination.cursor.string", {"legal.empty-cursor", kSessions}, pass, "cursors"},
      {"pagination.list.ends", {"legal.empty-cursor", kSessions}, pass, "pages"},
      {"pagination.list.ends", {"pagination.cursor-spent", kSessions}, untestable, "could not be read to its end"},
      {"tools.name.charset",
       {"tools.name-with-space", kSessions, Lock::none, "2025-06-18"},
       not_applicable,
       "2025-11-25"},
      {"tools.input-schema.valid", {"legal.other-dialect", kSessions}, untestable, "draft/2019-09"},
      {"resources.read.served", {"legal.long-line", kSessions}, untestable, "4 MiB"},
      {"health.route.ends", {"legal.streams-at-every-path", kSessions}, not_applicable, "names no health route"},
      {"resources.read.no-empty-contents", {"legal.any-uri", kModern}, untestable, "any URI"},
      {"resources.read.not-found", {"legal.any-uri", kSessions}, untestable, "any URI"},
      {"streamable.client-response.accepted", {"legal.vain-messages-refused", kSessions}, untestable, "was refused"},
      {"streamable.notification.accepted-202", {"legal.vain-messages-refused", kSessions}, untestable, "was refused"},
      {"jsonrpc.batch.notifications-only", {"legal.vain-messages-refused", kSessions}, untestable, "even alone"},
      {"session.missing.bad-request", {"legal.session-not-required", kSessions}, not_applicable, "requires none"},
      {"session.terminated.not-found", {"legal.session-not-required", kSessions}, not_applicable, "requires none"},
      {"session.unknown.not-found", {"legal.session-not-required", kSessions}, not_applicable, "requires none"},
      {"session.id.unique", {"legal.session-not-required", kSessions}, not_applicable, "requires none"},
      {"streamable.posts.concurrent", {"legal.answers-polled", kSessions}, untestable, "polled"},
      {"tools.call.served", {"legal.calls-polled-late", kSessions}, untestable, "polled for after 20 s"},
      {"http-sse.message.event-type", {"legal.heartbeat-events", kSse}, pass, "messages"},
      {"header.version.required", {"legal.older-eras-preferred", kDual}, not_applicable, "older revisions"},
      {"stateless.session.ignored", {"legal.older-eras-preferred", kDual}, not_applicable, "older revisions"},
      {"stateless.session.not-minted",
       {"legal.older-eras-preferred", kDual, Lock::none, "2026-07-28"},
       not_applicable,
       "older revisions"},
      {"stateless.get.refused", {"legal.older-eras-preferred", kDual}, not_applicable, "older revisions"},
      {"stateless.connection.no-memory", {"stateless.meta-unchecked", kModern}, untestable, "fresh connection too"},
      {"listen.ack.first", {"legal.nothing-to-listen-to", kModern}, untestable, "declares no listChanged"},
      {"lifecycle.version.of-transport",
       {"lifecycle.agrees-to-2024-11-05", kSessions},
       warn,
       "Streamable HTTP that agrees to 2024-11-05 alone"},
      {"lifecycle.version.of-transport",
       {"lifecycle.offers-2024-11-05", kSessions},
       warn,
       "although 2025-03-26 is agreed to"},
      {"jsonrpc.error.parse-code", {"jsonrpc.garbage-500", kSessions}, untestable, "jsonrpc.error.not-5xx"},
      {"auth.bearer.absent-401", {"auth.calls-locked-alone", kSessions, Lock::bearer}, warn, "tools/call alone"},
      {"auth.bearer.challenge", {"legal.challenges-in-two-fields", kModern, Lock::bearer}, pass, "Bearer"},
      {"auth.metadata.served", {"legal.challenges-in-one-field", kModern, Lock::bearer}, pass, "well-known"},
      {"auth.metadata.served", {"legal.metadata-elsewhere", kModern, Lock::bearer}, untestable, "login.example"},
      {"auth.metadata.served", {"legal.no-oauth", kModern, Lock::bearer}, not_applicable, "nothing tells of OAuth"},
      {"auth.api-key.wrong-refused", {"legal.key-refused-404", kModern, Lock::api_key}, pass, "HTTP 404"},
  };
  return kSayings;
}

std::string name_of_saying(const ::testing::TestParamInfo<Says>& info) {
  return as_name(info.param.check + "_under_" + info.param.setup.variant);
}

void PrintTo(const Says& says, std::ostream* out) { *out << says.check << " under " << says.setup.variant; }

}  // namespace

class Saying : public ::testing::TestWithParam<Says> {};

TEST_P(Saying, tells_why_it_is_not_red) {
  const auto& [id, setup, verdict, word] = GetParam();
  const LegalEndpoint endpoint = start(setup);
  const auto result = run_check(endpoint.target, *find_check(id), setup.eras.back(), wire::Deadline::in(kWholeGate));
  EXPECT_EQ(to_string(result.verdict), to_string(verdict)) << result.message << " " << result.got;
  EXPECT_THAT(result.message, HasSubstr(word));
}

INSTANTIATE_TEST_SUITE_P(Checks, Saying, ::testing::ValuesIn(sayings()), name_of_saying);

}  // namespace weir::conformance
