#include "conformance/ask/dialogue.hpp"
#include "conformance/probe/ledger.hpp"
#include "conformance/probe/status.hpp"
#include "wire/target/edge_sign.hpp"

namespace weir::conformance::preflight_answers_steady {
namespace {

constexpr int kTimes = 18;
constexpr std::chrono::milliseconds kLongest{4000};

std::string hop_of(const wire::Exchange& answer) {
  if (const auto sign = wire::edge_sign(answer)) { return std::string(sign->hop); }
  const auto server = answer.head.headers.get("server");
  constexpr int kBadGateway = 502, kGatewayTimeout = 504;
  if (!server.empty()) { return wire::excerpt(server, 40); }
  return answer.head.status >= kBadGateway && answer.head.status <= kGatewayTimeout ? "a gateway" : "the server";
}

/// What the other checks have asked already shows it: a question that opens a session is not asked again for nothing.
bool seen_enough(const Ledger& ledger) {
  constexpr std::size_t kEnough = 50;
  return ledger.requests() >= kEnough && ledger.server_errors().empty();
}

Finding run(Probe& probe) {
  const auto& ledger = probe.target().ledger;
  if (ledger && seen_enough(*ledger)) {
    return pass(fmt::format("none of {} requests was answered 5xx", ledger->requests()));
  }
  const wire::Request* question = known_question(probe.target());
  if (!question) { return no_era(probe); }
  const wire::Deadline deadline = probe.in(kLongest);
  int asked = 0, refused = 0, status = 0;
  std::string hop;
  for (; asked < kTimes && !deadline.passed() && !probe.throttled(); ++asked) {
    auto stream = probe.http().open(*question, deadline);
    if (!stream) { continue; }
    hear_out(probe, *stream);
    probe.end_afterwards(stream->exchange());
    if (stream->exchange().head.status < kServerErrors) { continue; }
    stream->read_to_end(deadline);
    ++refused;
    status = stream->exchange().head.status;
    hop = hop_of(stream->exchange());
  }
  if (asked == 0 || refused == asked) { return untestable("the same request is not answered any more"); }
  if (refused == 0) { return pass(fmt::format("the same request, answered {} times", asked)); }
  auto got = fmt::format("{} of {} were answered {} by {}", refused, asked, status, hop);
  if (ledger && !ledger->server_errors().empty()) {
    got += fmt::format(" (in the whole run {})", ledger->server_errors());
  }
  return fail("the same answer to the same request, each time", std::move(got))
      .at(hop, fmt::format("Look into the log of {} for the targets behind it that fail.", hop));
}

const Registration kCheck{{
    .id = "preflight.answers.steady",
    .title = "a right request is not answered 5xx now and then",
    .level = Level::must,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9110#section-15.6",
    .consequence = "Calls fail by chance: one of several targets is broken, and users see it one time in a few.",
    .fix = "Find in the log of the hop which target failed and repair it or take it out; behind a balancer, keep "
           "the server's keep-alive timeout above the balancer's idle timeout.",
    .faults = {"http.502-now-and-then"},
    .turn = Turn::last,
    .explains = {Trouble::server_error},
    .run = run,
}};
const NotByCommand kNoCommand{"preflight.answers.steady", "only some of many answers are such"};

}  // namespace
}  // namespace weir::conformance::preflight_answers_steady
