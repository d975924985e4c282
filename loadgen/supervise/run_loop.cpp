#include "loadgen/supervise/run_loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace weir::loadgen {

namespace {

using namespace reports::load;

constexpr int kLongestWaitMs = 50;
/// Beyond the workers' own deadline: their last reports on the way.
constexpr std::int64_t kReportGrace = kSecond;
/// A stop file may stand on a file system of a network, which is not asked fifty times a second.
constexpr std::int64_t kStopLookEvery = 250 * kMillisecond;
/// What is measured between our clock and another one; by this its measures begin.
constexpr std::string_view kDelay = "delivery_delay";

}  // namespace

bool stop_file_is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

RunLoop::RunLoop(Supervision supervision)
    : s_(std::move(supervision)),
      seconds_(s_.record.layout(), s_.workers.size(), s_.seams.second_ns),
      plan_(s_.scenario, s_.seams.second_ns),
      watches_(s_.workers.size()),
      clock_(s_.seams.wall_ns, monotonic_ns) {}

std::int64_t RunLoop::now_ns() const { return monotonic_ns() - s_.start_ns; }

std::int64_t RunLoop::whole_second(std::int64_t ns) const {
  return (ns + s_.seams.second_ns - 1) / s_.seams.second_ns * s_.seams.second_ns;
}

bool RunLoop::run() {
  send_first_orders();
  join();
  bool stopped = false;
  while (!over_ && !stopped && s_.signals.load() == 0 && s_.workers.alive() > 0) {
    plan_steps();
    take_in(wait_ms());
    over_ = is_over();
    stopped = !over_ && is_stopped();
  }
  const bool interrupted = s_.signals.load() > 0;
  if (s_.workers.alive() == 0 && !over_ && !interrupted && !stopped) {
    s_.record.invalid(now_ns(), "all workers died: the run ended with them");
  }
  s_.record.closing({.at_ns = over_ ? step_end_ns_ : now_ns(), .cut_short = !over_});
  stop();
  return interrupted;
}

void RunLoop::send_first_orders() {
  s_.workers.send_all(CredentialsOrder{s_.credentials});
  for (const auto& looked : s_.looked) { s_.workers.send_all(AddressesOrder{looked.target, looked.addresses}); }
  for (std::size_t i = 0; i < s_.looked.size(); ++i) {
    for (std::size_t p = 0; p < s_.targets.of_population.size(); ++p) {
      if (s_.targets.of_population[p] == s_.looked[i].target && s_.looked[i].took_ns >= 0) {
        seconds_.own().populations[p].connect[static_cast<std::size_t>(ConnectPhase::dns)].record(
            static_cast<std::uint64_t>(s_.looked[i].took_ns));
      }
    }
  }
  s_.looked.clear();
}

// Steps ---------------------------------------------------------------------------------------------------------------

/// A shard that is late leaves out what is over, and goes on in the middle of the step that is under way.
void RunLoop::join() {
  if (s_.late_ns <= 0) { return; }
  s_.record.incident(
      0, fmt::format("began {:.1f} s late, at that place of the scenario", static_cast<double>(s_.late_ns) / kSecond));
  for (auto at = -s_.late_ns; at < 0; at = step_end_ns_) {
    const auto step = plan_.next();
    if (!step) { return; }
    began(*step, at);
    if (step_end_ns_ > 0) { send_orders(joined(*step, -at, s_.scenario.opens_per_second, s_.options.shards), 0); }
  }
}

void RunLoop::plan_steps() {
  if (step_ && step_->kind == Phase::Kind::search) {
    // Its numbers decide what comes next: they have to be here.
    if (seconds_.given() * s_.seams.second_ns < step_end_ns_) { return; }
    judge_step();
  } else if (step_ && now_ns() < step_end_ns_ - s_.seams.lead_ns) {
    return;
  }
  // What is planned keeps its time, however late its order comes; what depended on a search begins with the next
  // second.
  const bool judged = step_ && step_->kind == Phase::Kind::search;
  const auto at = judged ? std::max(step_end_ns_, whole_second(now_ns() + s_.seams.lead_ns / 2)) : step_end_ns_;
  if (const auto next = plan_.next()) { order(*next, at); }
}

/// Until the next order is to be given, if that is soon.
int RunLoop::wait_ms() const {
  const auto until = (step_end_ns_ - s_.seams.lead_ns - now_ns()) / kMillisecond + 1;
  return until > 0 && until < kLongestWaitMs ? static_cast<int>(until) : kLongestWaitMs;
}

void RunLoop::order(const PhaseStep& step, std::int64_t at_ns) {
  send_orders(step, at_ns);
  began(step, at_ns);
}

void RunLoop::send_orders(const PhaseStep& step, std::int64_t at_ns) {
  for (std::size_t i = 0; i < s_.workers.size(); ++i) {
    const Share share{.worker = static_cast<std::uint32_t>(i),
                      .workers = static_cast<std::uint32_t>(s_.workers.size()),
                      .shard = s_.options.shard,
                      .shards = s_.options.shards};
    auto order = order_of(s_.scenario, step, share, s_.start_ns + at_ns);
    if (const auto rest = plan_.rest_ns(); rest >= 0) { order.run_end_ns = order.at_ns + step.length_ns + rest; }
    s_.workers.send(i, order);
  }
}

void RunLoop::began(const PhaseStep& step, std::int64_t at_ns) {
  step_ = step;
  ahead_.emplace_back(at_ns, step);
  step_end_ns_ = at_ns + step.length_ns;
}

void RunLoop::judge_step() { plan_.judged(s_.record.judge_step()); }

bool RunLoop::is_over() const {
  return step_ && plan_.rest_ns() == 0 && seconds_.given() * s_.seams.second_ns >= step_end_ns_;
}

/// Who wrote the file wants the end of a run and its verdict: it judges what was until then, as the whole run.
bool RunLoop::is_stopped() {
  const auto now = monotonic_ns();
  if (s_.options.stop_file.empty() || now < next_stop_look_ns_) { return false; }
  next_stop_look_ns_ = now + kStopLookEvery;
  if (!stop_file_is_there(s_.options.stop_file)) { return false; }
  s_.record.incident(std::max<std::int64_t>(0, now_ns()), "the stop file appeared: the run ends early");
  return true;
}

std::int64_t RunLoop::left_ns() const {
  const auto rest = plan_.rest_ns();
  return rest < 0 ? -1 : std::max<std::int64_t>(0, step_end_ns_ + rest - now_ns());
}

// What comes in -------------------------------------------------------------------------------------------------------

void RunLoop::take_in(int timeout_ms) {
  for (const auto& event : s_.workers.wait(timeout_ms)) { take(event); }
  take_names();
  take_tokens();
  watch_for_silence();
  watch_clock();
  s_.record.serve_page(now_ns(), left_ns());
  merge(false);
}

void RunLoop::take(const WorkerEvent& event) {
  const auto heard_before_ns = std::exchange(watches_[event.worker].heard_ns, now_ns());
  if (const auto* ended = std::get_if<Ended>(&event.what)) {
    watches_[event.worker].heard_ns = heard_before_ns;  // An end is no word of it.
    died(event.worker, *ended);
  } else {
    take(event.worker, std::get<Report>(event.what));
  }
}

void RunLoop::take(std::size_t worker, const Report& report) {
  if (const auto* second = std::get_if<SecondReport>(&report)) {
    Snapshot snapshot(s_.record.layout());
    // A run that is ended before it has begun has a second too, which is empty.
    const auto longest = std::max<std::int64_t>(0, now_ns()) + s_.seams.second_ns;
    if (!decode_snapshot(s_.record.layout(), second->snapshot, snapshot) || snapshot.at_ns < 0 ||
        snapshot.at_ns > longest) {
      s_.record.incident(now_ns(), fmt::format("worker {} sent numbers that are none, and was killed", worker));
      s_.workers.kill(worker);
      return;
    }
    seconds_.report(worker, std::move(snapshot));
  } else if (const auto* refused = std::get_if<TokenRefused>(&report)) {
    if (s_.tokens != nullptr) { s_.tokens->refused(refused->generation); }
  } else if (const auto* note = std::get_if<Note>(&report)) {
    s_.record.incident(now_ns(), fmt::format("worker {}: {}", worker, note->text));
  }
}

void RunLoop::died(std::size_t worker, const Ended& ended) {
  if (ended.finished) {
    seconds_.gone(worker);
    return;
  }
  const auto streams = seconds_.lost(worker);
  const auto silent_s = static_cast<double>(now_ns() - watches_[worker].heard_ns) / kSecond;
  const auto text = watches_[worker].killed
                        ? fmt::format("worker {} was killed by us after {:.1f} s without a report, {} streams lost",
                                      worker, silent_s, streams)
                        : fmt::format("worker {} died ({}), {} streams lost", worker, ended.how, streams);
  if (s_.signals.load() > 1) {
    s_.record.incident(now_ns(), text);  // We killed it.
  } else {
    s_.record.invalid(now_ns(), text);
  }
}

void RunLoop::take_names() {
  for (auto& looked : s_.names.take()) {
    for (std::size_t p = 0; p < s_.targets.of_population.size(); ++p) {
      if (s_.targets.of_population[p] == looked.target) {
        seconds_.own().populations[p].connect[static_cast<std::size_t>(ConnectPhase::dns)].record(
            static_cast<std::uint64_t>(looked.took_ns));
      }
    }
    if (!looked.failure.empty()) {
      s_.record.incident(now_ns(), fmt::format("{}; the addresses known before stay in use", looked.failure));
    } else if (!looked.addresses.empty()) {
      s_.record.incident(now_ns(), fmt::format("{} has new addresses: {}", s_.targets.urls[looked.target].host,
                                               fmt::join(looked.addresses, ", ")));
      s_.workers.send_all(AddressesOrder{looked.target, std::move(looked.addresses)});
    }
  }
}

void RunLoop::take_tokens() {
  if (s_.tokens == nullptr) { return; }
  for (auto& news : s_.tokens->take()) {
    if (!news.failure.empty()) {
      s_.record.incident(now_ns(), news.failure);
      continue;
    }
    s_.record.keep_secret(news.bearer);
    s_.credentials.bearer = std::move(news.bearer);
    s_.credentials.generation = news.generation;
    s_.workers.send_all(CredentialsOrder{s_.credentials});
    ++seconds_.own().populations[0][Counter::tokens_refreshed];
  }
}

void RunLoop::watch_for_silence() {
  const auto now = now_ns();
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    auto& watch = watches_[i];
    const auto silent = now - std::max<std::int64_t>(0, watch.heard_ns);
    if (!s_.workers.alive(i) || silent < s_.seams.hung_ns) {
      watch.incident = false;
    } else if (!watch.incident) {
      watch.incident = true;
      s_.record.incident(
          now, fmt::format("worker {} has not reported for {:.1f} s", i, static_cast<double>(silent) / kSecond));
    } else if (silent >= 2 * s_.seams.hung_ns && !watch.killed) {
      watch.killed = true;
      s_.workers.kill(i);
    }
  }
}

/// Ends, gaps and latencies are timed by another clock. A delay of delivery compares ours with the sender's: what is
/// judged by that cannot be told any more.
void RunLoop::watch_clock() {
  const auto by = clock_.set_by();
  if (by == 0) { return; }
  const auto& thresholds = s_.scenario.thresholds;
  const bool judged = std::any_of(thresholds.begin(), thresholds.end(),
                                  [](const auto& one) { return one.measure.starts_with(kDelay); });
  const auto text = describe_set_clock(by);
  const auto at = std::max<std::int64_t>(0, now_ns());
  judged ? s_.record.invalid(at, fmt::format("{}, and {} compares it with the endpoint's", text, kDelay))
         : s_.record.incident(at, text);
}

void RunLoop::merge(bool all) {
  for (;;) {
    auto second = all ? seconds_.rest() : seconds_.next(now_ns());
    if (!second) { return; }
    // The first second of a step is the one that ends after the step's start.
    for (; !ahead_.empty() && second->at_ns > ahead_.front().first; ahead_.pop_front()) {
      s_.record.begin(ahead_.front().second, ahead_.front().first);
    }
    s_.record.add(*second);
    s_.record.show(now_ns(), left_ns());
    if (s_.seams.on_second) { s_.seams.on_second(s_.workers, *second); }
  }
}

// The end -------------------------------------------------------------------------------------------------------------

void RunLoop::stop() {
  const auto deadline = monotonic_ns() + s_.seams.stop_ns;
  s_.workers.send_all(StopOrder{deadline});
  // Whoever closes very many streams on a busy machine is late, and no more hung than within the run.
  const auto grace = [&] {
    return s_.signals.load() > 0 ? kReportGrace : std::max<std::int64_t>(kReportGrace, 2 * s_.seams.hung_ns);
  };
  while (s_.workers.alive() > 0 && s_.signals.load() < 2 && monotonic_ns() < deadline + grace()) {
    take_in(kLongestWaitMs);
  }
  s_.workers.kill_all();
  while (s_.workers.alive() > 0) { take_in(kLongestWaitMs); }
  merge(false);
  merge(true);
}

}  // namespace weir::loadgen
