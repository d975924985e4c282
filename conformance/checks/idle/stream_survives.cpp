#include <algorithm>

#include "conformance/checks/idle/watch.hpp"

namespace weir::conformance::idle_stream_survives {
namespace {

using wire::Counts;

/// A stream that lives so long may be ended for its age: clients reconnect a few times in an hour.
constexpr double kLongLifeSeconds = 300;

/// A server that has nothing to tell may end a subscription by its result (2026-07-28, subscriptions/listen); by an
/// error it refuses it.
bool ends_with(jsonrpc::Kind kind, const std::vector<wire::SseItem>& items) {
  const auto last = std::find_if(items.rbegin(), items.rend(), [](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return event != nullptr && !event->data.empty();
  });
  if (last == items.rend()) { return false; }
  const auto parsed = jsonrpc::parse(std::get<wire::SseEvent>(*last).data);
  return parsed && parsed->messages.size() == 1 && parsed->messages.front().kind == kind;
}

/// A server of streamable may end its own stream whenever it likes, and says so: by a last chunk, soon, or with what a
/// client needs to come back (2025-11-25 transports, "Listening for Messages from the Server").
bool ends_on_purpose(const Probe& probe, const IdleWatch& watch) {
  constexpr double kSoonSeconds = 2;
  const auto& items = watch.exchange.items;
  if (probe.is(Era::stateless)) {
    return watch.exchange.end == wire::EndClass::clean && ends_with(jsonrpc::Kind::response, items);
  }
  const bool may_come_back = std::any_of(items.begin(), items.end(), [](const wire::SseItem& item) {
    const auto* event = std::get_if<wire::SseEvent>(&item);
    return std::holds_alternative<wire::SseRetry>(item) || (event != nullptr && event->has_id);
  });
  return probe.is(Era::streamable) && watch.exchange.end == wire::EndClass::clean &&
         (may_come_back || watch.age_s < kSoonSeconds);
}

std::string expected_of(const Probe& probe, const IdleBudget& budget) {
  const double hold_s = std::chrono::duration<double>(watch_span(probe)).count();
  return budget.stated ? fmt::format("an idle stream that lives, with a byte at least every {:g} s", budget.seconds)
                       : fmt::format("an idle stream that lives for {:g} s", hold_s);
}

Finding cut(const IdleWatch& watch, const NamedHop* hop, const std::string& expected) {
  const bool by_age = watch.ended_by_age();
  const double seconds = by_age ? watch.age_s : watch.gap_before_end_s;
  if (by_age && seconds >= kLongLifeSeconds) {
    return pass(fmt::format("{}; ended at the age of {:.0f} s ({}): clients reconnect", watch.describe(), seconds,
                            to_string(watch.exchange.end)));
  }
  std::string got = fmt::format("cut {} {:.1f} s{} ({})", by_age ? "at the age of" : "after", seconds,
                                by_age ? "" : " of silence", to_string(watch.exchange.end));
  const std::string known = cutters_at(seconds, by_age ? Counts::age : Counts::silence);
  if (hop != nullptr) {
    got += ": " + describe(*hop);
  } else if (!known.empty()) {
    got += ": " + known;
  }
  const std::string where = hop ? fmt::format("{} ({})", hop->setting, hop->name) : "the idle time-out on the way";
  return fail(expected, std::move(got))
      .at(hop ? std::string(hop->name) : "the hop that ends it",
          by_age ? "Raise the limit on the whole duration of a response, or send event streams another way."
                 : fmt::format("Let the server send a comment at least every {:.3g} s, and raise {}.",
                               seconds / IdleBudget::kMargin, where));
}

Finding run(Probe& probe) {
  const auto watched = watch_idle_stream(probe, AtEnd::ask);
  if (!watched) { return watched.error(); }
  const auto& headers = watched->exchange.head.headers;
  const auto& profile = probe.target().profile;
  const auto budget = idle_budget(profile, headers);
  const std::string expected = expected_of(probe, budget);
  if (watched->ended() && ends_on_purpose(probe, *watched)) {
    return not_applicable(probe.is(Era::stateless)
                              ? "the server ends a subscription that has nothing to tell by its result"
                              : "the server ends its own streams: streamable.get.stays-open says what follows");
  }
  if (watched->ended() && probe.is(Era::stateless) && ends_with(jsonrpc::Kind::error, watched->exchange.items)) {
    return untestable("the subscription is refused by an error, which listen.ack.first judges");
  }
  if (watched->ended()) { return cut(*watched, hop_in_front(profile.edge, headers), expected); }
  if (probe.out_of_time()) { return untestable("the run ended while the stream was watched: " + watched->describe()); }
  if (!watched->deaf.empty()) {
    return fail("a stream that is alive at the end of the hold, and not only open", watched->deaf)
        .at("server, or the hop that forgot the stream",
            "Close streams that are given up, and send a heartbeat on every other one: its loss shows a dead one.");
  }
  if (!watched->doubt.empty()) { return untestable("the stream is open, but " + watched->doubt); }
  if (budget.stated && watched->longest_gap_s > budget.seconds) {
    return fail(expected, fmt::format("{:.1f} s without a byte; {}", watched->longest_gap_s, watched->describe()))
        .at(budget.hop.empty() ? budget.whose : budget.hop,
            fmt::format("Let the server send a comment at least every {:.3g} s.", budget.safe_seconds()));
  }
  if (watched->beats.empty() && probe.target().hold.count() == 0) {
    return untestable(
        fmt::format("nothing came and nothing ended within {:.1f} s: hold it with --hold SECONDS", watched->watched_s));
  }
  return pass(fmt::format("lived for {:.1f} s; {}", watched->watched_s, watched->describe()));
}

const Registration kCheck{{
    .id = "idle.stream.survives",
    .title = "a stream on which nothing happens lives, and is not silent beyond the idle budget",
    .level = Level::must,
    .eras = kAllEras,
    .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
              "edit-load-balancer-attributes.html#connection-idle-timeout",
    .consequence = "Clients lose the stream between two calls, and with it notifications or the whole session.",
    .fix = "Send a comment on every open stream within 2/5 of the shortest idle timeout on the way, lift limits on "
           "the whole duration of a response, and close streams that are given up.",
    .faults = {"idle.cut-in-silence", "idle.no-heartbeat", "idle.goes-deaf"},
    .fixture = "idle-held",
    .waits = true,
    .run = run,
}};
const NotByCommand kNoCommand{"idle.stream.survives", "it comes only after the stream has been idle for long"};

}  // namespace
}  // namespace weir::conformance::idle_stream_survives
