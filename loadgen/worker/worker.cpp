#include "loadgen/worker/worker.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <limits>
#include <string>

#include "loadgen/client/calls.hpp"
#include "loadgen/net/tls_context.hpp"
#include "loadgen/worker/schedule.hpp"

namespace weir::loadgen {

namespace {

using reports::load::Counter;
using reports::load::Gauge;
using reports::load::Snapshot;
using reports::load::WorkerGauge;

/// What the supervisor has not taken; beyond it nobody reads any more.
constexpr std::size_t kBacklogBytes = 2 * limits::kFrameBytes;
/// Calls wait so long for the first stream; later ones that find none are counted as not sent.
constexpr std::int64_t kFirstStreamGrace = 2 * kSecond;
constexpr std::int64_t kGather = kMillisecond;
constexpr std::size_t kClosesAtOnce = 256;
constexpr int kOwnFiles = 16;  // The loop, the control socket, standard files.
constexpr int kGood = 0, kLost = 1, kBroken = 2;

/// Our share of what is resident: the pages of the program, and what was forked with us, are there once for all workers
/// and not once for each of them. Where the kernel does not tell (gVisor), all that is resident.
std::int64_t resident_bytes() {
  std::ifstream shares("/proc/self/smaps_rollup");
  for (std::string word; shares >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "Pss:" && shares >> kibibytes) { return kibibytes * 1024; }
  }
  std::int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t nanoseconds(const timeval& time) { return time.tv_sec * kSecond + time.tv_usec * 1'000; }

void measure_process(Snapshot& numbers, std::size_t files) {
  numbers[WorkerGauge::rss_bytes] = resident_bytes();
  const auto heap = ::mallinfo2();
  numbers[WorkerGauge::heap_bytes] = static_cast<std::int64_t>(heap.uordblks + heap.hblkhd);
  numbers[WorkerGauge::open_files] = static_cast<std::int64_t>(files);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  numbers[WorkerGauge::cpu_user_ns] = nanoseconds(usage.ru_utime);
  numbers[WorkerGauge::cpu_system_ns] = nanoseconds(usage.ru_stime);
  numbers[WorkerGauge::alive] = 1;
}

/// The socket to the supervisor: frames in, frames out, never blocking.
class Control {
 public:
  Control(Loop& loop, int fd) : loop_(loop), fd_(fd) { ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK); }
  ~Control() { ::close(fd_); }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  bool watch() { return loop_.watch(fd_, Kind::control, 0, EPOLLIN); }

  void send(const Report& report) {
    pending_ += encode(report);
    flush();
  }
  void flush() {
    while (sent_ < pending_.size()) {
      const auto wrote = ::send(fd_, pending_.data() + sent_, pending_.size() - sent_, MSG_NOSIGNAL);
      if (wrote < 0 && errno == EINTR) { continue; }
      if (wrote < 0) {
        gone_ = gone_ || (errno != EAGAIN && errno != EWOULDBLOCK) || pending_.size() - sent_ > kBacklogBytes;
        break;
      }
      sent_ += static_cast<std::size_t>(wrote);
    }
    if (sent_ == pending_.size()) {
      pending_.clear();
      sent_ = 0;
    }
    if (const bool blocked = !pending_.empty(); blocked != blocked_) {
      blocked_ = blocked;
      loop_.change(fd_, Kind::control, 0, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
  }
  void receive() {
    char bytes[16 * 1024];
    for (;;) {
      const auto got = ::recv(fd_, bytes, sizeof bytes, 0);
      if (got > 0) {
        frames_.feed({bytes, static_cast<std::size_t>(got)});
        continue;
      }
      if (got < 0 && errno == EINTR) { continue; }
      gone_ = gone_ || got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      return;
    }
  }
  std::optional<Order> next() { return frames_.next(); }
  /// The supervisor closed its end, or cannot be understood.
  bool gone() const { return gone_ || frames_.broken(); }

  /// What is still to be sent, as long as somebody takes it.
  void drain() {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
    flush();
  }

 private:
  Loop& loop_;
  int fd_;
  Frames<Order> frames_;
  std::string pending_;
  std::size_t sent_ = 0;
  bool blocked_ = false;
  bool gone_ = false;
};

class Worker final : public Ready {
 public:
  Worker(const WorkerPlan& plan, Loop& loop, int control, const std::shared_ptr<ssl_ctx_st>& tls)
      : plan_(plan),
        loop_(loop),
        control_(loop, control),
        numbers_(plan.layout),
        exchanges_(loop, channels_),
        schedule_(plan.scenario.populations.size(), plan.index, plan.count) {
    make_destinations(tls);
    make_clients();
    loop_.handle(Kind::control, *this);
  }

  int run() {
    if (!control_.watch()) { return kBroken; }
    control_.send(Started{});
    next_second_ns_ = plan_.run_start_ns + plan_.second_ns;
    second_began_ns_ = plan_.run_start_ns;
    held_until_ns_ = plan_.run_start_ns;
    while (!control_.gone()) {
      const auto now = loop_.now_ns();
      if (closing_ && ((actors_->stopped() && channels_.closing() == 0) || now >= stop_deadline_ns_)) {
        finish(now);
        return control_.gone() ? kLost : kGood;
      }
      turn(now);
      let_gather(now);
      loop_.run_once(next_ns());
      // An order to stop does not wait until thousands of handshakes have had their turn.
      if (loop_.in_round()) { ready(0, 0); }
    }
    return kLost;
  }

  void ready(std::uint32_t, std::uint32_t) override {
    control_.receive();
    control_.flush();
    while (auto order = control_.next()) {
      std::visit([this](const auto& given) { obey(given); }, *order);
    }
  }

 private:
  void make_destinations(const std::shared_ptr<ssl_ctx_st>& tls) {
    std::vector<Address> sources;
    for (const auto& source : plan_.sources) {
      if (const auto address = to_address({source, 0})) { sources.push_back(*address); }
    }
    for (const auto& url : plan_.destinations) {
      TlsTarget target;
      if (url.tls()) { target = {tls, url.host, plan_.scenario.target.insecure}; }
      destinations_.push_back(std::make_unique<Destination>(url, target, sources, plan_.index));
    }
  }

  void make_clients() {
    std::vector<PopulationRun> populations;
    for (std::uint32_t i = 0; i < plan_.scenario.populations.size(); ++i) {
      const auto& population = plan_.scenario.populations[i];
      populations.push_back({population, destinations_[plan_.destination_of[i]].get(), i, std::nullopt});
      auto url = wire::parse_url(population.url.empty() ? plan_.scenario.target.url : population.url);
      if (url) { populations.back().own_url = *std::move(url); }
    }
    ActorsOptions actors;
    actors.populations = populations;
    actors.seed = plan_.seed + plan_.index;
    actors.opening_at_once = plan_.opening_at_once;
    actors.note = [this](std::string text) { control_.send(Note{std::move(text)}); };
    actors.token_refused = [this](std::uint64_t generation) { control_.send(TokenRefused{generation}); };
    actors_ = std::make_unique<Actors>(loop_, channels_, exchanges_, std::move(actors), numbers_);
    CallsOptions calls;
    calls.populations = std::move(populations);
    calls.share = plan_.index;
    calls.shares = plan_.count;
    calls.seed = plan_.seed + plan_.index;
    calls_ = std::make_unique<Calls>(*actors_, exchanges_, std::move(calls), numbers_);
    actors_->listen(*calls_);
  }

  // Orders
  // --------------------------------------------------------------------------------------------------------------
  void obey(const PhaseOrder& order) {
    schedule_.order(order);
    actors_->expect_end(order.run_end_ns);
  }
  void obey(const CredentialsOrder& order) {
    actors_->set_credentials(order.credentials);
    calls_->set_credentials(order.credentials);
  }
  void obey(const AddressesOrder& order) {
    std::vector<Address> addresses;
    for (const auto& text : order.addresses) {
      const auto parsed = wire::parse_socket_address(text);
      if (const auto address = parsed ? to_address(*parsed) : std::nullopt) { addresses.push_back(*address); }
    }
    if (order.destination < destinations_.size()) {
      destinations_[order.destination]->set_addresses(std::move(addresses));
    }
  }
  void obey(const StopOrder& order) {
    if (stop_deadline_ns_ < 0) {
      // Calls that are under way get their answers, or half of the time left.
      const auto now = loop_.now_ns();
      calls_->cease(now);
      answers_until_ns_ = now + std::max<std::int64_t>(0, order.deadline_ns - now) / 2;
    }
    stop_deadline_ns_ = order.deadline_ns;
  }

  // A turn of the loop
  // --------------------------------------------------------------------------------------------------
  void turn(std::int64_t now) {
    if (now >= next_second_ns_) {
      // Late by more than a second, it reports what it missed as one span.
      const auto passed = (now - plan_.run_start_ns) / plan_.second_ns;
      report(plan_.run_start_ns + passed * plan_.second_ns);
      next_second_ns_ = plan_.run_start_ns + (passed + 1) * plan_.second_ns;
    }
    if (stop_deadline_ns_ < 0) { act(now); }
    if (!closing_) {
      calls_->tick(now);
      close_if_answered(now);
    }
    exchanges_.tick(now);
    actors_->tick(now);
    channels_.close_some(kClosesAtOnce);
    if (stop_deadline_ns_ < 0) { begin_calls(now); }
  }

  void close_if_answered(std::int64_t now) {
    if (stop_deadline_ns_ >= 0 && (calls_->in_flight() == 0 || now >= answers_until_ns_)) {
      closing_ = true;
      calls_->stop();
      count_held_time(now);
      actors_->stop(stop_deadline_ns_);
    }
  }

  /// The schedule of calls begins with the first stream that could carry one: there is nothing to measure before.
  void begin_calls(std::int64_t now) {
    if (calls_begun_ || calls_from_ns_ == 0) { return; }
    bool open = true;
    for (std::size_t i = 0; i < numbers_.populations.size(); ++i) {
      const bool waits =
          !numbers_.populations[i].tools.empty() && plan_.scenario.populations[i].stream != StreamKind::none;
      open = open && (!waits || numbers_.populations[i][Gauge::streams_open] > 0);
    }
    if (open || now >= calls_from_ns_ + kFirstStreamGrace) {
      calls_begun_ = true;
      calls_->scale(now, call_scale_);
    }
  }

  /// While nobody waits for an answer, a wake-up may serve all that comes within a millisecond: the kernel has stamped
  /// it already, and to be woken costs more than to read.
  void let_gather(std::int64_t now) {
    if (exchanges_.under_way() > 0) { return; }
    const auto until = std::min(now + kGather, next_ns());
    if (until > now) {
      const timespec at{until / kSecond, until % kSecond};
      ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
    }
  }

  void act(std::int64_t now) {
    actions_.clear();
    schedule_.due(now, actions_);
    for (const auto& action : actions_) {
      switch (action.what) {
        case Action::What::add:
          actors_->add(action.population, action.intended_ns);
          break;
        case Action::What::remove:
          actors_->remove(action.population);
          break;
        case Action::What::churn:
          actors_->churn(action.population);
          break;
        case Action::What::drop_all:
          actors_->drop_all(Channels::How::orderly);
          break;
        case Action::What::scale_calls:
          call_scale_ = action.scale;
          calls_from_ns_ = calls_from_ns_ == 0 ? action.intended_ns : calls_from_ns_;
          if (calls_begun_) { calls_->scale(action.intended_ns, action.scale); }
          break;
      }
    }
  }

  std::int64_t next_ns() const {
    auto next = std::min({next_second_ns_, exchanges_.next_ns(), actors_->next_ns()});
    if (closing_) { return channels_.closing() > 0 ? loop_.now_ns() : std::min(next, stop_deadline_ns_); }
    next = std::min(next, calls_->next_ns());
    return stop_deadline_ns_ < 0 ? std::min(next, schedule_.next_ns()) : std::min(next, answers_until_ns_);
  }

  // Reports
  // -------------------------------------------------------------------------------------------------------------
  /// As if what is open now had been so since the latest time: off by less than a second for each stream.
  void count_held_time(std::int64_t until_ns) {
    const std::int64_t span_ms = std::max<std::int64_t>(0, until_ns - held_until_ns_) / kMillisecond;
    for (auto& population : numbers_.populations) {
      const std::int64_t open = std::max<std::int64_t>(0, population[Gauge::streams_open]);
      population[Counter::stream_ms] += static_cast<std::uint64_t>(open * span_ms);
    }
    held_until_ns_ += span_ms * kMillisecond;
  }

  void report(std::int64_t until_ns) {
    count_held_time(until_ns);
    actors_->look(loop_.now_ns());
    exchanges_.trim();
    std::size_t held = 0;
    for (std::size_t i = 0; i < numbers_.populations.size(); ++i) {
      auto& population = numbers_.populations[i];
      // The schedule alone says it: an actor knows only what it has been told already.
      population[Gauge::streams_target] = stop_deadline_ns_ < 0 ? schedule_.wanted(i) : 0;
      held += static_cast<std::size_t>(std::max<std::int64_t>(0, population[Gauge::streams_open]));
    }
    measure_process(numbers_, kOwnFiles + held + exchanges_.under_way() + exchanges_.kept());
    numbers_.at_ns = until_ns - plan_.run_start_ns;
    numbers_.span_ns = until_ns - second_began_ns_;
    numbers_.phase = schedule_.phase();
    second_began_ns_ = until_ns;
    SecondReport second;
    encode_snapshot(numbers_, second.snapshot);
    numbers_.clear();
    control_.send(second);
  }

  void finish(std::int64_t now) {
    report(std::max(now, second_began_ns_));
    control_.send(Finished{});
    control_.drain();
  }

  const WorkerPlan& plan_;
  Loop& loop_;
  Control control_;
  Snapshot numbers_;
  Channels channels_;
  Exchanges exchanges_;
  std::vector<std::unique_ptr<Destination>> destinations_;
  std::unique_ptr<Actors> actors_;
  std::unique_ptr<Calls> calls_;
  Schedule schedule_;
  std::vector<Action> actions_;
  std::int64_t next_second_ns_ = kNever;
  std::int64_t second_began_ns_ = 0;
  std::int64_t held_until_ns_ = 0;  ///< Until when Counter::stream_ms is counted.
  std::int64_t stop_deadline_ns_ = -1;
  std::int64_t answers_until_ns_ = kNever;
  bool closing_ = false;
  bool calls_begun_ = false;
  double call_scale_ = 0;
  std::int64_t calls_from_ns_ = 0;
};

bool speaks_tls(const WorkerPlan& plan) {
  return std::any_of(plan.destinations.begin(), plan.destinations.end(), [](const auto& url) { return url.tls(); });
}

}  // namespace

int run_worker(const WorkerPlan& plan, int control) {
  auto loop = Loop::make();
  if (!loop) {
    ::close(control);
    return kBroken;
  }
  std::shared_ptr<ssl_ctx_st> tls;
  if (speaks_tls(plan)) {
    auto context = make_load_context(plan.scenario.target.ca_file, plan.scenario.target.insecure);
    if (!context) {
      ::close(control);
      return kBroken;
    }
    tls = *context;
  }
  Worker worker(plan, *loop, control, tls);
  return worker.run();
}

}  // namespace weir::loadgen
