#include "conformance/checks/reconnect/keep_alive.hpp"

namespace weir::conformance::reconnect_keep_alive_age_kept {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kQuick{1000};
constexpr milliseconds kMargin{150};  ///< Before the announced age: at the age itself both sides may close.

Finding run(Probe& probe) {
  auto kept = keep_connection(probe);
  if (!kept) { return kept.error(); }
  if (!kept->announced) { return not_applicable("no Keep-Alive: timeout= is announced"); }
  const auto wait = std::max(*kept->announced - kMargin, milliseconds(0));
  if (wait > std::max(kQuick, probe.target().hold)) {
    return untestable(fmt::format("{} are announced; --hold {} would prove it", in_seconds(*kept->announced),
                                  kept->announced->count() / 1000));
  }
  probe.pause(wait);
  if (probe.out_of_time()) { return untestable("the run ended before the connection was old enough"); }
  const std::string expected = fmt::format("an answer on a connection that was idle for {} of the {} announced",
                                           in_seconds(wait), in_seconds(*kept->announced));
  const std::string fix = "Announce less than the server keeps: it closes while a request is on its way.";
  if (!kept->connection.reusable()) { return fail(expected, "it had been closed").at("server", fix); }
  const auto second = kept->connection.exchange(kept->next, probe.answer_deadline());
  if (!second) {
    Finding finding = probe.broken(second.error(), expected);
    return finding.verdict == reports::Verdict::fail ? std::move(finding).at("server", fix) : finding;
  }
  return pass(fmt::format("answered after {}", in_seconds(wait)));
}

const Registration kCheck{{
    .id = "reconnect.keep-alive.age-kept",
    .title = "a connection is kept for as long as the server announces",
    .level = Level::should,
    .eras = kTarget,
    .source = "https://www.rfc-editor.org/rfc/rfc9112#section-9.5",
    .consequence =
        "Clients reuse the connection within the announced time, and lose a request that they cannot repeat.",
    .fix = "Announce in Keep-Alive: timeout= at least a second less than the server keeps an idle connection, or raise "
           "its keep-alive timeout above that value.",
    .faults = {"reconnect.keep-alive-early", "reconnect.keep-alive-reset"},
    .fixture = "reconnect-announced",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"reconnect.keep-alive.age-kept", "it is a matter of how long an idle connection lives"};

}  // namespace
}  // namespace weir::conformance::reconnect_keep_alive_age_kept
