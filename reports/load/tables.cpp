#include "reports/load/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/judge/format.hpp"
#include "reports/judge/measures.hpp"
#include "reports/judge/validity.hpp"
#include "wire/base/duration.hpp"
#include "wire/base/text.hpp"

namespace weir::reports::load {
namespace {

Scope whole(const LoadResults& results) { return scope_of(results.total, results.layout, "", ""); }

std::uint64_t positive(std::int64_t value) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value)); }

std::string at(const Histogram& histogram, double quantile) {
  return readable_seconds(wire::seconds_of(histogram.quantile(quantile)));
}
std::string least(const Histogram& histogram) { return readable_seconds(wire::seconds_of(histogram.min())); }
std::string most(const Histogram& histogram) { return readable_seconds(wire::seconds_of(histogram.max())); }

std::string percent(std::uint64_t part, std::uint64_t of) {
  if (of == 0) { return "-"; }
  const double value = 100 * static_cast<double>(part) / static_cast<double>(of);
  // 29,999 of 30,000 is not all of them.
  if (part < of && value > 99.99) { return "99.99 %"; }
  if (part > 0 && value < 0.01) { return "<0.01 %"; }
  return fmt::format("{:.{}f} %", value, value == 100 || value == 0 ? 0 : 2);
}

/// n p50 p90 p99 p99.9 max
std::vector<std::string> quantiles(std::string name, const Histogram& histogram) {
  return {std::move(name),     wire::grouped(histogram.count()),
          at(histogram, 0.5),  at(histogram, 0.9),
          at(histogram, 0.99), at(histogram, 0.999),
          most(histogram)};
}

/// Who had fallen silent when we closed it, or had never said anything.
std::vector<std::string> silence_facts(const Scope& scope) {
  std::vector<std::string> out;
  const auto them = [](std::uint64_t n) { return n == 1 ? "it" : "them"; };
  if (const std::uint64_t ceased = scope.sum(Counter::streams_ceased); ceased > 0) {
    out.push_back(fmt::format("{} had a rhythm of heartbeats or events, and brought nothing any more when we closed {}",
                              counted(ceased, scope.held), them(ceased)));
  }
  if (const std::uint64_t ceased = scope.sum(Counter::events_ceased); ceased > 0) {
    out.push_back(fmt::format("{} had a rhythm of events, and only heartbeats any more when we closed {}",
                              counted(ceased, scope.held), them(ceased)));
  }
  if (const std::uint64_t mute = few_mute(scope); mute > 0) {
    out.push_back(fmt::format("{} never brought a byte, unlike the others", counted(mute, scope.held)));
  }
  return out;
}

std::string several(const Scope& scope) { return fmt::format("{}s", scope.held); }

}  // namespace

std::string streams_title(const LoadResults& results) {
  return whole(results).held == "session" ? "Sessions, without streams" : "Streams";
}

std::vector<std::string> stream_facts(const LoadResults& results) {
  const Scope scope = whole(results);
  std::vector<std::string> out;
  std::string held = fmt::format("{} opened, {} held at most", wire::grouped(scope.sum(Counter::streams_opened)),
                                 wire::grouped(positive(scope.open.peak)));
  if (scope.open.wanted > 0) { held += fmt::format(" of {} wanted", wire::grouped(positive(scope.open.wanted))); }
  if (scope.open.least_ratio >= 1) { held += ", none missing from then on"; }
  if (scope.open.least >= 0 && scope.open.least_ratio < 1) {
    held += fmt::format(", then at times only {:.1f} % of those wanted", scope.open.least_ratio * 100);
  }
  out.push_back(held);
  const std::uint64_t opened = scope.sum(Counter::streams_opened), drops = scope.drops();
  if (opened > 0) {
    std::string dropped = fmt::format("{} dropped ({}), {} closed by us", wire::grouped(drops), percent(drops, opened),
                                      wire::grouped(scope.ends(EndReason::client)));
    if (const double hours = scope.stream_hours(); hours > 0) {
      dropped += fmt::format(", {} per 1,000 {}-hours",
                             readable(Unit::number, static_cast<double>(drops) * 1000 / hours), scope.held);
    }
    out.push_back(dropped);
  }
  if (scope.open.silent[0] > 0) {
    out.push_back(fmt::format(
        "{} open and silent for 30 s, {} for 60 s, {} for 120 s at most", wire::grouped(positive(scope.open.silent[0])),
        wire::grouped(positive(scope.open.silent[1])), wire::grouped(positive(scope.open.silent[2]))));
  }
  for (std::string& fact : silence_facts(scope)) { out.push_back(std::move(fact)); }
  const std::uint64_t back = scope.sum(Counter::reconnects_ok), failed = scope.sum(Counter::reconnects_failed);
  const std::uint64_t waiting = scope.sum(Counter::returns_waiting);
  if (back + failed + waiting > 0) {
    out.push_back(fmt::format("{} came back ({} resumed), {} failed{}", wire::grouped(back),
                              wire::grouped(scope.sum(Counter::reconnects_resumed)), counted(failed, "attempt"),
                              waiting == 0 ? "" : fmt::format(", {} still waiting", wire::grouped(waiting))));
  }
  if (const std::uint64_t polled = scope.ends(EndReason::polled); polled > 0) {
    out.push_back(fmt::format("{} ended by the server to be polled, {} taken up again, {} not",
                              counted(polled, scope.held), wire::grouped(scope.sum(Counter::polls_resumed)),
                              wire::grouped(scope.sum(Counter::polls_failed))));
  }
  if (const std::string late = describe_late_polls(scope); !late.empty()) { out.push_back(late); }
  if (const std::uint64_t sessions = scope.sum(Counter::sessions_opened); sessions > 0) {
    out.push_back(fmt::format("{}, {} lost (404)", counted(sessions, "session"),
                              wire::grouped(scope.sum(Counter::sessions_lost))));
  }
  if (const std::uint64_t tokens = scope.sum(Counter::tokens_refreshed); tokens > 0) {
    out.push_back(fmt::format("{} refreshed", counted(tokens, "token")));
  }
  return out;
}

Table ends_table(const LoadResults& results) {
  Table table{"How they ended", {"end", several(whole(results)), "age min", "p50", "max", "silence p50", "max"}, {}};
  const PopulationNumbers all = results.total.numbers.whole();
  for (std::size_t i = 0; i < kEndReasons; ++i) {
    if (all.ends[i] == 0) { continue; }
    const Histogram& age = all.age[i];
    const Histogram& silence = all.idle_age[i];
    std::vector<std::string> row = {std::string(to_string(static_cast<EndReason>(i))), wire::grouped(all.ends[i])};
    const auto add = [&](bool known, const std::string& text) { row.push_back(known ? text : "-"); };
    add(!age.empty(), least(age));
    add(!age.empty(), at(age, 0.5));
    add(!age.empty(), most(age));
    add(!silence.empty(), at(silence, 0.5));
    add(!silence.empty(), most(silence));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table failures_table(const LoadResults& results) {
  const Scope scope = whole(results);
  Table table{fmt::format("Attempts that gave no {}", scope.held), {"why", "attempts"}, {}};
  for (std::size_t i = 0; i < kOpenFailures; ++i) {
    const auto failure = static_cast<OpenFailure>(i);
    const std::uint64_t count = scope.failed(failure);
    if (count > 0) { table.rows.push_back({std::string(to_string(failure)), wire::grouped(count)}); }
  }
  return table;
}

Table times_table(const LoadResults& results) {
  const Scope scope = whole(results);
  Table table{"Times", {"", "n", "p50", "p90", "p99", "p99.9", "max"}, {}};
  const auto add = [&](std::string name, const Histogram& histogram) {
    if (!histogram.empty()) { table.rows.push_back(quantiles(std::move(name), histogram)); }
  };
  for (std::size_t i = 0; i < kConnectPhases; ++i) {
    const auto phase = static_cast<ConnectPhase>(i);
    add(fmt::format("connect {}", to_string(phase)), scope.connect(phase));
  }
  // What has not ended is as long as the longest of its kind, or longer.
  const auto add_open = [&](const std::string& name, Timer timer, Open open) {
    const Histogram over = scope.timer(timer);
    add(name, over);
    if (const std::uint64_t longest = scope.longest(open); longest > over.max()) {
      table.rows.push_back(
          {fmt::format("{}, not over", name), "-", "-", "-", "-", "-", readable_seconds(wire::seconds_of(longest))});
    }
  };
  const std::uint64_t waiting = scope.sum(Counter::returns_waiting);
  add_open(waiting == 0 ? "reconnect" : fmt::format("reconnect ({} not over)", wire::grouped(waiting)),
           Timer::reconnect_duration, Open::reconnect);
  add_open("heartbeat gap", Timer::heartbeat_gap, Open::heartbeat_gap);
  add_open("event gap", Timer::event_gap, Open::event_gap);
  add_open("byte gap", Timer::byte_gap, Open::byte_gap);
  add("delivery delay", scope.timer(Timer::delivery_delay));
  if (const Histogram queue = scope.timer(Timer::open_queue); queue.max() > 0) { add("wait to open", queue); }
  return table;
}

std::vector<std::string> event_facts(const LoadResults& results) {
  const Scope scope = whole(results);
  std::vector<std::string> out;
  const std::uint64_t events = scope.sum(Counter::events), heartbeats = scope.sum(Counter::heartbeats);
  if (events + heartbeats == 0) { return out; }
  out.push_back(fmt::format("{} and {} in {}", counted(events, "event"), counted(heartbeats, "heartbeat"),
                            readable_bytes(static_cast<double>(scope.sum(Counter::bytes)))));
  if (const std::uint64_t numbered = scope.sum(Counter::events_sequenced); numbered > 0) {
    out.push_back(fmt::format("of {} with a sequence number: {} lost, {} repeated, {} out of order",
                              wire::grouped(numbered), wire::grouped(scope.sum(Counter::events_lost)),
                              wire::grouped(scope.sum(Counter::events_repeated)),
                              wire::grouped(scope.sum(Counter::events_out_of_order))));
  }
  if (const std::uint64_t blind = scope.sum(Counter::reconnects_blind); blind > 0) {
    out.push_back(describe_blind(scope));
  }
  const std::uint64_t ahead = scope.sum(Counter::events_ahead);
  if (const std::uint64_t timed = scope.timer(Timer::delivery_delay).count() + ahead; timed > 0) {
    out.push_back(fmt::format(
        "of {} with a time: {} held back and sent on together{}", wire::grouped(timed),
        wire::grouped(scope.sum(Counter::events_coalesced)),
        ahead == 0 ? ""
                   : fmt::format(", {} sent after they came, by a clock that is ahead of ours", wire::grouped(ahead))));
  }
  if (const std::uint64_t requests = scope.sum(Counter::server_requests); requests > 0) {
    out.push_back(fmt::format("{} of the server answered", counted(requests, "request")));
  }
  return out;
}

Table calls_table(const LoadResults& results) {
  Table table{
      "Calls, from their intended start", {"tool", "due", "ok", "p50", "p90", "p99", "p99.9", "max", "not ok"}, {}};
  for (const Layout::Population& population : results.layout.populations) {
    for (const std::string& tool : population.tools) {
      const Scope scope = scope_of(results.total, results.layout, population.name, tool);
      const std::uint64_t due = scope.calls_judged();
      const std::uint64_t under_way = scope.outcome(CallOutcome::unfinished);
      if (due + under_way == 0) { continue; }
      const std::string name =
          results.layout.populations.size() > 1 ? fmt::format("{} of {}", tool, population.name) : tool;
      const Histogram latency = scope.call_latency();
      const auto time = [&](const std::string& text) { return latency.empty() ? std::string("-") : text; };
      std::string others;
      const auto other = [&](std::string_view what, std::uint64_t count) {
        if (count > 0) { others += fmt::format("{}{} {}", others.empty() ? "" : ", ", wire::grouped(count), what); }
      };
      for (std::size_t i = 1; i < kCallOutcomes; ++i) {
        const auto outcome = static_cast<CallOutcome>(i);
        if (outcome != CallOutcome::unfinished) { other(to_string(outcome), scope.outcome(outcome)); }
      }
      other(fmt::format("not sent: no {}", scope.held), scope.dropped(DropCause::no_stream));
      other("not sent: too many in flight", scope.dropped(DropCause::in_flight));
      other("under way at the end, not counted", under_way);
      table.rows.push_back({wire::printable(name), wire::grouped(due), percent(scope.outcome(CallOutcome::ok), due),
                            time(at(latency, 0.5)), time(at(latency, 0.9)), time(at(latency, 0.99)),
                            time(at(latency, 0.999)), time(most(latency)), others.empty() ? "-" : others});
    }
  }
  return table;
}

Table populations_table(const LoadResults& results) {
  Table table{"Populations", {"population", "wanted", "open max", "opened", "dropped", "not opened", "lost"}, {}};
  if (results.layout.populations.size() < 2) { return table; }
  for (const Layout::Population& population : results.layout.populations) {
    const Scope scope = scope_of(results.total, results.layout, population.name, "");
    table.rows.push_back(
        {wire::printable(population.name), wire::grouped(positive(scope.open.wanted)),
         wire::grouped(positive(scope.open.peak)), wire::grouped(scope.sum(Counter::streams_opened)),
         wire::grouped(scope.drops()), wire::grouped(scope.open_failures()),
         scope.sum(Counter::events_sequenced) == 0 ? "-" : wire::grouped(scope.sum(Counter::events_lost))});
  }
  return table;
}

Table phases_table(const LoadResults& results) {
  Table table{"Phases", {"phase", "start", "length", "wanted", "open max", "opened", "dropped", "calls", "not ok"}, {}};
  for (const PhaseResult& phase : results.phases) {
    const Scope scope = scope_of(phase, results.layout, "", "");
    if (phase.numbers.span_ns == 0) { continue; }
    const std::uint64_t calls = scope.calls_judged();
    table.rows.push_back({wire::printable(phase.info.name), readable_seconds(wire::seconds_of(phase.info.start_ns)),
                          readable_seconds(scope.seconds()), wire::grouped(positive(phase.info.streams)),
                          wire::grouped(positive(phase.open.peak)), wire::grouped(scope.sum(Counter::streams_opened)),
                          wire::grouped(scope.drops()), calls == 0 ? "-" : wire::grouped(calls),
                          calls == 0 ? "-" : wire::grouped(calls - scope.outcome(CallOutcome::ok))});
  }
  return table;
}

namespace {

std::string describe_cut(const ClockCut& cut, std::string_view what, std::string_view unit) {
  const double middle = (cut.low_seconds + cut.high_seconds) / 2;
  const auto whole_second = [](double value) { return fmt::format("{:.{}f}", value, value < 9.95 ? 1 : 0); };
  return fmt::format("{} {} s ({}, {:.1f}-{:.1f} s {}{}){}", what, whole_second(middle), counted(cut.streams, "stream"),
                     cut.low_seconds, cut.high_seconds, unit,
                     cut.population.empty() ? "" : ", " + wire::printable(cut.population),
                     cut.matches.empty() ? "" : ": " + cut.matches);
}

}  // namespace

std::vector<std::string> describe_cuts(const LoadResults& results) {
  std::vector<std::string> out;
  for (const ClockCut& cut : results.idle_cuts) { out.push_back(describe_cut(cut, "idle cut at", "of silence")); }
  for (const ClockCut& cut : results.age_cuts) {
    out.push_back(describe_cut(cut, cut.of_some ? "some ended at the age of" : "cut at the age of",
                               cut.of_some ? "old, while others became older" : "old, whatever was sent"));
  }
  return out;
}

std::string describe_search(const LoadResults& results) {
  const SearchResult& search = *results.search;
  std::string out = search.largest_passing < 0
                        ? "Search: not even the first step passed"
                        : fmt::format("Search: {} within the thresholds",
                                      counted(positive(search.largest_passing), whole(results).held));
  if (search.smallest_failing >= 0) {
    out += fmt::format(", {} no more", wire::grouped(positive(search.smallest_failing)));
  } else if (search.limited_by.empty()) {
    out += ", the last step included";
  }
  if (!search.limited_by.empty()) { out += fmt::format(" (limited by {})", wire::printable(search.limited_by)); }
  return out;
}

std::string describe_validity(const LoadResults& results) {
  const Scope scope = whole(results);
  std::string out;
  const auto add = [&](std::string_view text) { out.append(out.empty() ? "" : ", ").append(text); };
  const auto lag = [&](std::string_view name, Timer timer) {
    if (const Histogram histogram = scope.timer(timer); !histogram.empty()) {
      add(fmt::format("{} lag p99 {}", name, at(histogram, 0.99)));
    }
  };
  lag("schedule", Timer::schedule_lag);
  lag("client", Timer::client_lag);
  if (!out.empty()) { out += fmt::format(" (bound {})", readable_seconds(results.run.lag_bound_seconds)); }
  if (const std::string busy = describe_busy(results.total.workers); !busy.empty()) { add(busy); }
  if (const std::int64_t rss = results.total.workers.rss_peak_bytes; rss > 0) {
    add(fmt::format("{} of memory", readable_bytes(static_cast<double>(rss))));
  }
  return out.empty() ? "" : "Generator: " + out;
}

std::string describe_identity(const RunInfo& run) {
  std::vector<std::string> facts;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) { facts.push_back(name.empty() ? value : fmt::format("{} {}", name, value)); }
  };
  add("run", run.run_id);
  add("scenario", run.scenario_hash);
  add(run.shard.merged.empty() ? "shard" : "shards", run.shard.text());
  if (run.shard.late_ns > 0) {
    facts.back() += fmt::format(" ({} late)", readable_seconds(wire::seconds_of(run.shard.late_ns)));
  }
  for (const auto& [name, value] : run.labels) { facts.push_back(fmt::format("{}={}", name, value)); }
  const ServerInfo& server = run.server;
  std::string said = server.name;
  if (!server.version.empty()) { said += (said.empty() ? "version " : " ") + server.version; }
  if (!server.revision.empty()) { said += fmt::format("{}({})", said.empty() ? "" : " ", server.revision); }
  add("", said);
  add("Weir", run.tool_version);
  add("", run.kernel);
  return fmt::format("{}", fmt::join(facts, ", "));
}

std::string describe_not_counted(const LoadResults& results) {
  if (results.not_counted.empty()) { return ""; }
  return fmt::format("Written by Weir {}, which did not count yet: {}; they stand at zero here.",
                     results.run.tool_version, fmt::join(results.not_counted, ", "));
}

std::string summary_of(const LoadResults& results) {
  const Scope scope = whole(results);
  const std::string dropped = wire::grouped(scope.drops());
  std::string out = fmt::format("{} held, {} dropped", counted(positive(scope.open.peak), scope.held), dropped);
  if (results.search && results.search->largest_passing >= 0) {
    out = fmt::format("{} found to hold, {} tried, {} dropped",
                      counted(positive(results.search->largest_passing), scope.held),
                      wire::grouped(positive(scope.open.peak)), dropped);
  }
  if (const std::uint64_t calls = scope.calls_judged(); calls > 0) {
    out += fmt::format(", {} ({} ok)", counted(calls, "call"), percent(scope.outcome(CallOutcome::ok), calls));
  }
  const auto told = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) { out += fmt::format(", {}", fmt::format(fmt::runtime(what), wire::grouped(count))); }
  };
  told(scope.sum(Counter::streams_ceased), "{} fallen silent");
  told(scope.sum(Counter::events_ceased), "{} without events in the end");
  told(few_mute(scope), "{} never heard of");
  told(scope.sum(Counter::events_lost), "{} events lost");
  told(scope.sum(Counter::reconnects_blind), "{} back without an id");
  return out + ", " + readable_seconds(wire::seconds_of(results.duration_ns));
}

}  // namespace weir::reports::load
