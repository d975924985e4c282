#include "conformance/checks/cancellation/common.hpp"
#include "conformance/probe/status.hpp"

namespace weir::conformance::cancellation_unknown_ignored {
namespace {

constexpr std::chrono::milliseconds kPatience{1500};
constexpr const char* kId = "weir-never-sent";

/// Of what comes in vain this alone: a server may refuse all that nobody waits for. 404 is the matter of
/// streamable.notification.accepted-202.
bool is_refused_alone(wire::mcp::Dialogue& dialogue, const wire::Exchange& answer) {
  const int status = answer.head.status;
  if (status != kBadRequest && status != 405 && status != 422) { return false; }
  const auto other = dialogue.notify("notifications/progress", {{"progressToken", kId}, {"progress", 1}});
  return other && other->http.ok();
}

/// A cancellation may overtake its request on another connection, and ids may be counted anew by a proxy.
Finding unless_swallowed(Probe& probe, wire::mcp::Dialogue& dialogue) {
  const auto used =
      dialogue.request(harmless_method(probe), nullptr, {.id = kId, .timeout = probe.in(kPatience).left()});
  if (used && used->response) { return pass("ignored, and the session goes on, also under that id"); }
  const auto other = dialogue.request(harmless_method(probe), nullptr, {.id = "weir-never-cancelled"});
  if (!other || !other->response || probe.out_of_time()) {
    return untestable("another request is not answered either");
  }
  return fail("an answer to a request whose id was cancelled before there was one",
              fmt::format("none to {} under that id, while another one is answered: {}", harmless_method(probe),
                          used ? used->describe() : used.error().detail))
      .at("server",
          "Keep no list of cancelled ids: look for a request that is running, and forget the notification "
          "where there is none.");
}

Finding run(Probe& probe) {
  auto dialogue = probe.dialogue();
  if (!dialogue) { return probe.broken(dialogue.error(), "a conversation"); }
  auto ignored = cancel_in_vain(probe, *dialogue, kId);
  if (ignored.verdict != reports::Verdict::pass) { return ignored; }
  const auto again = dialogue->notify("notifications/cancelled", {{"requestId", kId}});
  if (again && is_refused_alone(*dialogue, again->http) && !probe.throttled()) {
    return fail("a cancellation that is ignored, and accepted as other notifications are", describe(again->http));
  }
  return unless_swallowed(probe, *dialogue);
}

const Registration kCheck{{
    .id = "cancellation.unknown.ignored",
    .title = "the cancellation of an unknown request is ignored",
    .level = Level::should,
    .eras = kSessionEras,
    .requirements = {"cancellation.invalid-ignored"},
    .source = "https://modelcontextprotocol.io/specification/{revision}/basic/utilities/cancellation",
    .consequence = "A client that gives up late must not lose its session.",
    .fix = "In the handler of notifications/cancelled do nothing where the request id is unknown: answer 202, and let "
           "a missing entry raise no exception.",
    .faults = {"cancellation.unknown-500", "cancellation.unknown-400", "cancellation.unknown-kept"},
    .run = run,
}};

}  // namespace
}  // namespace weir::conformance::cancellation_unknown_ignored
