#include "loadgen/supervise/conductor.hpp"

namespace weir::loadgen {

namespace {

using namespace reports::load;

constexpr int kTurnMs = 50;
/// Beyond the workers' own deadline: their last reports on the way.
constexpr std::int64_t kReportGrace = kSecond;

}  // namespace

Conductor::Conductor(Orchestra orchestra)
    : o_(std::move(orchestra)),
      seconds_(o_.record.layout(), o_.workers.size(), o_.stage.second_ns),
      plan_(o_.scenario, o_.stage.second_ns),
      watches_(o_.workers.size()) {}

std::int64_t Conductor::now_ns() const { return monotonic_ns() - o_.start_ns; }

std::int64_t Conductor::whole_second(std::int64_t ns) const {
  return (ns + o_.stage.second_ns - 1) / o_.stage.second_ns * o_.stage.second_ns;
}

RunEnd Conductor::conduct() {
  greet();
  while (!over_ && o_.signals.load() == 0 && o_.workers.alive() > 0) {
    plan_steps();
    turn(turn_ms());
    over_ = is_over();
  }
  end_.interrupted = o_.signals.load() > 0;
  if (o_.workers.alive() == 0 && !over_ && !end_.interrupted) {
    o_.record.invalid(now_ns(), "all workers died: the run ended with them");
  }
  stop();
  end_.search = plan_.search();
  return end_;
}

void Conductor::greet() {
  o_.workers.send_all(CredentialsOrder{o_.credentials});
  for (const auto& looked : o_.looked) { o_.workers.send_all(AddressesOrder{looked.target, looked.addresses}); }
  for (std::size_t i = 0; i < o_.looked.size(); ++i) {
    for (std::size_t p = 0; p < o_.targets.of_population.size(); ++p) {
      if (o_.targets.of_population[p] == o_.looked[i].target && o_.looked[i].took_ns >= 0) {
        seconds_.own().populations[p].connect[static_cast<std::size_t>(ConnectPhase::dns)].record(
            static_cast<std::uint64_t>(o_.looked[i].took_ns));
      }
    }
  }
  o_.looked.clear();
}

// Steps ---------------------------------------------------------------------------------------------------------------

void Conductor::plan_steps() {
  if (step_ && step_->kind == Phase::Kind::search) {
    // Its numbers decide what comes next: they have to be here.
    if (seconds_.given() * o_.stage.second_ns < step_end_ns_) { return; }
    judge_step();
  } else if (step_ && now_ns() < step_end_ns_ - o_.stage.lead_ns) {
    return;
  }
  // What is planned keeps its time, however late its order comes; what depended on a search begins with the next
  // second.
  const bool judged = step_ && step_->kind == Phase::Kind::search;
  const auto at = judged ? std::max(step_end_ns_, whole_second(now_ns() + o_.stage.lead_ns / 2)) : step_end_ns_;
  if (const auto next = plan_.next()) { give(*next, at); }
}

/// Until the next order is to be given, if that is soon.
int Conductor::turn_ms() const {
  const auto until = (step_end_ns_ - o_.stage.lead_ns - now_ns()) / kMillisecond + 1;
  return until > 0 && until < kTurnMs ? static_cast<int>(until) : kTurnMs;
}

void Conductor::give(const PhaseStep& step, std::int64_t at_ns) {
  for (std::size_t i = 0; i < o_.workers.size(); ++i) {
    const Share share{.worker = static_cast<std::uint32_t>(i),
                      .workers = static_cast<std::uint32_t>(o_.workers.size()),
                      .shard = o_.options.shard,
                      .shards = o_.options.shards};
    o_.workers.send(i, order_of(o_.scenario, step, share, o_.start_ns + at_ns));
  }
  step_ = step;
  ahead_.emplace_back(at_ns, step);
  step_end_ns_ = at_ns + step.length_ns;
}

void Conductor::judge_step() { plan_.judged(o_.record.judge_step()); }

bool Conductor::is_over() const {
  return step_ && plan_.rest_ns() == 0 && seconds_.given() * o_.stage.second_ns >= step_end_ns_;
}

std::int64_t Conductor::left_ns() const {
  const auto rest = plan_.rest_ns();
  return rest < 0 ? -1 : std::max<std::int64_t>(0, step_end_ns_ + rest - now_ns());
}

// What comes in -------------------------------------------------------------------------------------------------------

void Conductor::turn(int timeout_ms) {
  for (const auto& event : o_.workers.wait(timeout_ms)) { take(event); }
  take_names();
  take_tokens();
  watch_for_silence();
  merge(false);
}

void Conductor::take(const WorkerEvent& event) {
  watches_[event.worker].heard_ns = now_ns();
  if (const auto* ended = std::get_if<Ended>(&event.what)) {
    died(event.worker, *ended);
  } else {
    take(event.worker, std::get<Report>(event.what));
  }
}

void Conductor::take(std::size_t worker, const Report& report) {
  if (const auto* second = std::get_if<SecondReport>(&report)) {
    Snapshot snapshot(o_.record.layout());
    const auto longest = now_ns() + o_.stage.second_ns;
    if (!decode_snapshot(o_.record.layout(), second->snapshot, snapshot) || snapshot.at_ns < 0 ||
        snapshot.at_ns > longest) {
      o_.record.incident(now_ns(), fmt::format("worker {} sent numbers that are none, and was killed", worker));
      o_.workers.kill(worker);
      return;
    }
    seconds_.report(worker, std::move(snapshot));
  } else if (const auto* refused = std::get_if<TokenRefused>(&report)) {
    if (o_.tokens != nullptr) { o_.tokens->refused(refused->generation); }
  } else if (const auto* note = std::get_if<Note>(&report)) {
    o_.record.incident(now_ns(), fmt::format("worker {}: {}", worker, note->text));
  }
}

void Conductor::died(std::size_t worker, const Ended& ended) {
  if (ended.finished) {
    seconds_.gone(worker);
    return;
  }
  const auto streams = seconds_.lost(worker);
  const auto text = fmt::format("worker {} died ({}), {} streams lost", worker, ended.how, streams);
  if (o_.signals.load() > 1) {
    o_.record.incident(now_ns(), text);  // We killed it.
  } else {
    o_.record.invalid(now_ns(), text);
  }
}

void Conductor::take_names() {
  for (auto& looked : o_.names.take()) {
    for (std::size_t p = 0; p < o_.targets.of_population.size(); ++p) {
      if (o_.targets.of_population[p] == looked.target) {
        seconds_.own().populations[p].connect[static_cast<std::size_t>(ConnectPhase::dns)].record(
            static_cast<std::uint64_t>(looked.took_ns));
      }
    }
    if (!looked.failure.empty()) {
      o_.record.incident(now_ns(), fmt::format("{}; the addresses known before stay in use", looked.failure));
    } else if (!looked.addresses.empty()) {
      o_.record.incident(now_ns(), fmt::format("{} has new addresses: {}", o_.targets.urls[looked.target].host,
                                               fmt::join(looked.addresses, ", ")));
      o_.workers.send_all(AddressesOrder{looked.target, std::move(looked.addresses)});
    }
  }
}

void Conductor::take_tokens() {
  if (o_.tokens == nullptr) { return; }
  for (auto& news : o_.tokens->take()) {
    if (!news.failure.empty()) {
      o_.record.incident(now_ns(), news.failure);
      continue;
    }
    o_.credentials.bearer = std::move(news.bearer);
    o_.credentials.generation = news.generation;
    o_.workers.send_all(CredentialsOrder{o_.credentials});
    ++seconds_.own().populations[0][Counter::tokens_refreshed];
  }
}

void Conductor::watch_for_silence() {
  const auto now = now_ns();
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    auto& watch = watches_[i];
    const auto silent = now - std::max<std::int64_t>(0, watch.heard_ns);
    if (!o_.workers.alive(i) || silent < o_.stage.hung_ns) {
      watch.incident = false;
    } else if (!watch.incident) {
      watch.incident = true;
      o_.record.incident(
          now, fmt::format("worker {} has not reported for {:.1f} s", i, static_cast<double>(silent) / kSecond));
    } else if (silent >= 2 * o_.stage.hung_ns && !watch.killed) {
      watch.killed = true;
      o_.workers.kill(i);
    }
  }
}

void Conductor::merge(bool all) {
  for (;;) {
    auto second = all ? seconds_.rest() : seconds_.next(now_ns());
    if (!second) { return; }
    // The first second of a step is the one that ends after the step's start.
    for (; !ahead_.empty() && second->at_ns > ahead_.front().first; ahead_.pop_front()) {
      o_.record.begin(ahead_.front().second, ahead_.front().first);
    }
    o_.record.add(*second);
    o_.record.show(now_ns(), left_ns());
    if (o_.stage.on_second) { o_.stage.on_second(o_.workers, *second); }
  }
}

// The end -------------------------------------------------------------------------------------------------------------

void Conductor::stop() {
  const auto deadline = monotonic_ns() + o_.stage.stop_ns;
  o_.workers.send_all(StopOrder{deadline});
  while (o_.workers.alive() > 0 && o_.signals.load() < 2 && monotonic_ns() < deadline + kReportGrace) { turn(kTurnMs); }
  o_.workers.kill_all();
  while (o_.workers.alive() > 0) { turn(kTurnMs); }
  merge(false);
  merge(true);
}

}  // namespace weir::loadgen
