#include <algorithm>

#include "conformance/ask/dialogue.hpp"
#include "conformance/probe/ledger.hpp"

namespace weir::conformance::preflight_answers_regular {
namespace {

constexpr int kTimes = 12;
constexpr int kEnough = 2;
constexpr std::chrono::milliseconds kPatience{2000};
constexpr std::size_t kManyRequests = 50;

constexpr const char* kFixSilence =
    "Look what else runs at such moments: a lock, a pool that is used up, one slow target of several.";
constexpr const char* kFixLoss =
    "Read each request to its end, and write the whole answer, before its connection is closed.";

constexpr const char* kFixCertificate =
    "Put one and the same valid certificate on every listener and target behind this name.";

const Survey* opened_survey(const Probe& probe) {
  for (const Survey& survey : probe.target().surveys) {
    if (!survey.open_error) { return &survey; }
  }
  return nullptr;
}

/// Requests under an id that is a string are left without an answer, all of them: no matter of chance, and
/// jsonrpc.id.echoed says so.
bool silent_by_id(const Probe& probe) {
  const auto& surveys = probe.target().surveys;
  return std::any_of(surveys.begin(), surveys.end(), [](const Survey& survey) { return !survey.string_ids; });
}

Finding run(Probe& probe) {
  const auto& ledger = probe.target().ledger;
  // Whoever asks by a connection of its own may meet it again: what was seen is enough.
  if (std::string refused = ledger ? ledger->refused_certificates(probe.target().url) : ""; !refused.empty()) {
    return fail("a certificate that clients take, on every connection", std::move(refused)).at("TLS", kFixCertificate);
  }
  const std::string silences = ledger && !silent_by_id(probe) ? ledger->silences() : std::string();
  const std::string losses = ledger && silences.empty() ? ledger->losses() : std::string();
  const std::string& seen = losses.empty() ? silences : losses;
  if (ledger && ledger->requests() >= kManyRequests && seen.empty()) {
    return pass(fmt::format("{} requests", ledger->requests()));
  }
  const Survey* survey = opened_survey(probe);
  if (!survey) { return untestable("no conversation can be opened"); }
  auto dialogue = open_dialogue(probe, *survey);
  if (!dialogue) { return untestable("no conversation: " + dialogue.error().detail); }
  int asked = 0, silent = 0;
  for (; asked < kTimes && silent < kEnough && !probe.out_of_time() && !probe.throttled(); ++asked) {
    const auto reply = dialogue->request(survey->means, nullptr, {.timeout = probe.in(kPatience).left()});
    const bool heard = reply && (reply->response || reply->http.head.status >= 400);
    silent += !heard;
  }
  if (probe.out_of_time() || probe.throttled()) { return untestable("the run ended before"); }
  if (asked == silent) { return untestable("nothing is answered any more"); }
  if (silent == 0 && seen.empty()) { return pass(fmt::format("{} of {} were answered", asked, asked)); }
  return fail("an answer to every right request",
              !seen.empty() ? seen
                            : fmt::format("{} of {} times {} got no answer within {} s", silent, asked, survey->means,
                                          std::chrono::duration_cast<std::chrono::seconds>(kPatience).count()))
      .at("server", losses.empty() ? kFixSilence : kFixLoss);
}

const Registration kCheck{{
    .id = "preflight.answers.regular",
    .title = "a right request is not left without an answer now and then",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/lifecycle#timeouts",
    .consequence = "Calls hang by chance, and each user waits for a time-out now and then.",
    .fix = "Compare targets and listeners behind this name one by one: replace one that hangs, drops connections "
           "or has another certificate, and look for locks and used-up pools.",
    .faults = {"http.silent-now-and-then"},
    .turn = Turn::last,
    .explains = {Trouble::silence},
    .run = run,
}};
const NotByCommand kNoCommand{"preflight.answers.regular", "only some of many answers are missing"};

}  // namespace
}  // namespace weir::conformance::preflight_answers_regular
