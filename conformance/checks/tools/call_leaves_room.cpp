#include "conformance/ask/tools.hpp"
#include "conformance/probe/ledger.hpp"

namespace weir::conformance::tools_call_leaves_room {
namespace {

constexpr const char* kId = "weir-slow";
constexpr std::chrono::milliseconds kUnderWay{200};  ///< A call that is not answered by then is slow.
constexpr std::chrono::milliseconds kProlonged{500};
constexpr int kTries = 2;     ///< What is slow by itself, now and then, is not so twice, ...
constexpr int kControls = 4;  ///< ... and is so without a call as well.

std::string seconds(wire::Clock::duration span) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(span).count());
}

/// What becomes of another client while the call runs; nullopt where it ends too soon to see.
std::optional<Finding> ask_beside(Probe& probe, const ToolCall& call) {
  auto one = probe.dialogue();
  auto other = probe.dialogue();
  if (!one || !other) { return untestable("no two conversations: " + (one ? other : one).error().detail); }
  const auto body = call_body(probe, kId, "tools/call", {{"name", call.name}, {"arguments", call.arguments}});
  auto running = probe.http().begin(one->make_post(body), probe.answer_deadline());
  if (!running || is_answered(probe, *one, *running, kId, kUnderWay)) { return std::nullopt; }
  const auto begin = wire::Clock::now();
  const auto reply = other->request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
  const auto waited = wire::Clock::now() - begin;
  const std::string expected = fmt::format("an answer to another client while a call of {} runs", call.name);
  const char* const kFix = "Let tools that block run on threads, or off the event loop: one call must not stop it.";
  const bool over = is_answered(probe, *one, *running, kId, std::chrono::milliseconds(0));
  if (!reply || !reply->response) {
    if (!over || probe.out_of_time()) { return untestable("neither the call nor another client was answered"); }
    return fail(expected, "none within " + seconds(waited)).at("server", kFix);
  }
  if (!reply->is_result()) { return untestable("another client is not served: " + reply->describe()); }
  if (!over) { return pass(fmt::format("another client was answered beside a call of {}", call.name)); }
  if (waited < kProlonged) { return std::nullopt; }
  return fail(expected, fmt::format("one after {}, when the call had ended", seconds(waited))).at("server", kFix);
}

/// Why it is no matter of the call: other requests are left waiting too.
std::optional<std::string> waits_anyway(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return dialogue.error().detail; }
  for (int i = 0; i < kControls; ++i) {
    const auto begin = wire::Clock::now();
    const auto reply = dialogue->request(harmless_method(probe), nullptr, {.timeout = probe.answer_deadline().left()});
    if (!reply) { return reply.error().detail; }
    if (!reply->response || wire::Clock::now() - begin > kProlonged) { return reply->describe(); }
  }
  return std::nullopt;
}

Finding run(Probe& probe) {
  const auto calls = safe_calls(probe);
  if (calls.empty()) { return untestable(why_no_call(probe)); }
  for (const auto& call : calls) {
    std::optional<Finding> finding;
    for (int tries = 0; tries < kTries; ++tries) {
      finding = ask_beside(probe, call);
      if (!finding || finding->verdict != reports::Verdict::fail) { break; }
    }
    if (!finding) { continue; }
    if (finding->verdict != reports::Verdict::fail) { return *finding; }
    if (const auto why = waits_anyway(probe)) {
      return untestable("a client is left waiting without a call as well: " + *why);
    }
    if (const auto& ledger = probe.target().ledger) { ledger->note_stopper(call.name); }
    return *finding;
  }
  return untestable("no call that may be made takes long enough");
}

const Registration kCheck{{
    .id = "tools.call.leaves-room",
    .title = "a slow call keeps nobody else waiting",
    .level = Level::should,
    .eras = kAllEras,
    .capability = "tools",
    .source = "https://modelcontextprotocol.io/specification/{revision}/server/tools",
    .consequence = "One user's slow call stops the service for all others, health checks included.",
    .fix = "Run tools that block on threads or processes, or make their I/O asynchronous (Python: asyncio.to_thread), "
           "and give a synchronous server more workers than slow calls.",
    .faults = {"tools.slow-call-blocks"},
    .fault_eras = {"stateless", "streamable"},
    .fixture = "slow-tool",
    .waits = true,
    .turn = Turn::first,
    .explains = {Trouble::silence},
    .run = run,
}};
const NotByCommand kNoCommand{"tools.call.leaves-room", "a second client asks while the call is under way"};

}  // namespace
}  // namespace weir::conformance::tools_call_leaves_room
