// Connections against a server process that does as little as it can. CPU is this process's own, user and system: on a
// machine that others use too, it says more than the clock.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <fstream>

#include "loadgen/net/exchange.hpp"
#include "loadgen/net/tls_context.hpp"
#include "loadgen/testing/net.hpp"
#include "loadgen/testing/stream_server.hpp"
#include "wire/testing/certificates.hpp"

namespace weir::loadgen {
namespace {

using testing::Net;
using testing::StreamServer;
using testing::to_local;

constexpr std::uint32_t kAtOnce = 500;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& at) {
    return static_cast<double>(at.tv_sec) + 1e-6 * static_cast<double>(at.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Keeps the channels that it is handed, watched by nobody.
struct Holder final : ExchangeOwner {
  void finished(Ticket, Outcome&& outcome) override {
    failures += outcome.failed != Failed::no ? 1 : 0;
    ++done;
  }
  void handed_over(Ticket, Handover&& handover) override {
    held.push_back(handover.channel);
    ++done;
  }
  std::vector<Channel> held;
  std::size_t done = 0;
  std::size_t failures = 0;
};

void turn(Net& net) {
  net.loop.run_once(net.exchanges.next_ns());
  net.exchanges.tick(net.loop.now_ns());
}

/// Opens streams until `count` are held.
void open_streams(Net& net, Holder& holder, Destination& to, std::size_t count) {
  std::size_t begun = holder.done;
  while (holder.done < count) {
    for (; begun < count && begun - holder.done < kAtOnce; ++begun) {
      net.exchanges.begin(Net::plan(to, "/stream", true), {}, holder);
    }
    turn(net);
  }
}

void close_all(Net& net, Holder& holder) {
  for (Channel& channel : holder.held) {
    net.loop.forget(channel.fd);
    net.channels.close(channel, Channels::How::reset);
  }
}

TlsTarget insecure() { return {*make_load_context("", true), "127.0.0.1", true}; }

std::shared_ptr<SSL_CTX> server_context(bool tls) {
  if (!tls) { return nullptr; }
  auto context = wire::testing::make_server_context(wire::testing::make_root());
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * 4096;
}

/// connect, TLS where asked for, GET, head, hand-over. Arguments: streams held at the end, TLS.
void open_and_hand_over(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const bool tls = state.range(1) != 0;
  double cpu = 0;
  double opened = 0;
  for (auto _ : state) {
    state.PauseTiming();
    StreamServer server(server_context(tls));
    Net net;
    Holder holder;
    holder.held.reserve(count);
    Destination to = to_local(server.port(), tls ? insecure() : TlsTarget{});
    const double before = cpu_seconds();
    state.ResumeTiming();
    open_streams(net, holder, to, count);
    state.PauseTiming();
    cpu += cpu_seconds() - before;
    opened += static_cast<double>(count);
    if (holder.failures != 0) { state.SkipWithError("some connections failed"); }
    close_all(net, holder);
    state.ResumeTiming();
  }
  state.counters["cpu_us_per_stream"] = cpu / opened * 1e6;
  state.counters["streams_per_cpu_second"] = opened / cpu;
}
BENCHMARK(open_and_hand_over)
    ->ArgNames({"streams", "tls"})
    ->Args({10'000, 0})
    ->Args({2'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(3);

/// The cost of the last thousand connections from one address to one destination, against that of the first thousand.
void crowded_destination(benchmark::State& state) {
  for (auto _ : state) {
    StreamServer server;
    Net net;
    Holder holder;
    Destination to = to_local(server.port());
    const auto cost_until = [&](std::size_t count) {
      const double before = cpu_seconds();
      open_streams(net, holder, to, count);
      return cpu_seconds() - before;
    };
    open_streams(net, holder, to, 1'000);
    const double first = cost_until(2'000);
    open_streams(net, holder, to, 18'000);
    const double last = cost_until(19'000);
    state.counters["first_cpu_us"] = first * 1e3;
    state.counters["last_cpu_us"] = last * 1e3;
    state.counters["ratio"] = last / first;
    close_all(net, holder);
  }
}
BENCHMARK(crowded_destination)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

/// User memory of one idle stream below the stream's own state: the slope between two numbers of streams.
void idle_stream_bytes(benchmark::State& state) {
  const bool tls = state.range(0) != 0;
  for (auto _ : state) {
    StreamServer server(server_context(tls));
    Net net;
    Holder holder;
    holder.held.reserve(20'000);
    Destination to = to_local(server.port(), tls ? insecure() : TlsTarget{});
    const auto size_at = [&](std::size_t count) {
      open_streams(net, holder, to, count);
      ::malloc_trim(0);
      return std::pair(resident_bytes(), static_cast<double>(::mallinfo2().uordblks));
    };
    const auto few = size_at(2'000);
    const auto many = size_at(12'000);
    state.counters["resident"] = (many.first - few.first) / 10'000;
    state.counters["heap"] = (many.second - few.second) / 10'000;
    state.counters["compact"] = static_cast<double>(net.channels.tls().compact());
    close_all(net, holder);
  }
}
BENCHMARK(idle_stream_bytes)
    ->ArgName("tls")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1);

/// Reads one event for each wake-up, as a stream would.
struct Reader final : Ready {
  void ready(std::uint32_t slot, std::uint32_t) override {
    const Received received = net->channels.read((*held)[slot]);
    bytes += received.bytes.size();
    ++reads;
  }
  Net* net = nullptr;
  std::vector<Channel>* held = nullptr;
  std::size_t bytes = 0;
  std::size_t reads = 0;
};

/// The same with nothing of ours: epoll_wait and recv, the floor.
struct RawReader {
  explicit RawReader(const std::vector<Channel>& held) : set(::epoll_create1(EPOLL_CLOEXEC)) {
    for (const Channel& channel : held) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = channel.fd;
      ::epoll_ctl(set, EPOLL_CTL_ADD, channel.fd, &event);
    }
  }
  RawReader(const RawReader&) = delete;
  RawReader& operator=(const RawReader&) = delete;
  ~RawReader() { ::close(set); }
  void read(std::size_t bytes) {
    while (bytes > 0) {
      const int count = ::epoll_wait(set, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; ++i) {
        const auto got = ::recv(ready[static_cast<std::size_t>(i)].data.fd, buffer.data(), buffer.size(), 0);
        bytes -= got > 0 ? static_cast<std::size_t>(got) : 0;
      }
    }
  }
  int set;
  std::vector<epoll_event> ready = std::vector<epoll_event>(512);
  std::vector<char> buffer = std::vector<char>(limits::kReadBytes);
};

/// One event to each of 4,000 streams: Loop and Channels in turn with epoll_wait and recv on as many other streams.
void wake_up(benchmark::State& state) {
  const bool tls = state.range(0) != 0;
  constexpr std::size_t kStreams = 4'000;
  constexpr std::size_t kBytes = kStreams * StreamServer::kEvent.size();
  StreamServer server(server_context(tls)), raw_server;
  Net net;
  Holder holder, raw_holder;
  Destination to = to_local(server.port(), tls ? insecure() : TlsTarget{});
  Destination raw_to = to_local(raw_server.port());
  open_streams(net, holder, to, kStreams);
  open_streams(net, raw_holder, raw_to, kStreams);
  Reader reader;
  reader.net = &net;
  reader.held = &holder.held;
  net.loop.handle(Kind::stream, reader);
  for (std::uint32_t i = 0; i < kStreams; ++i) { net.loop.watch(holder.held[i].fd, Kind::stream, i); }
  RawReader raw_reader(raw_holder.held);
  double ours = 0;
  double raw = 0;
  for (auto _ : state) {
    const std::size_t until = reader.bytes + kBytes;
    const double start = cpu_seconds();
    server.broadcast();
    while (reader.bytes < until) { net.loop.run_once(INT64_MAX); }
    const double middle = cpu_seconds();
    raw_server.broadcast();
    raw_reader.read(kBytes);
    ours += middle - start;
    raw += cpu_seconds() - middle;
  }
  const double events = static_cast<double>(state.iterations()) * kStreams;
  state.counters["cpu_ns_per_event"] = ours / events * 1e9;
  state.counters["raw_cpu_ns_per_event"] = raw / events * 1e9;
  state.counters["ratio"] = ours / raw;
  close_all(net, holder);
  close_all(net, raw_holder);
}
BENCHMARK(wake_up)->ArgName("tls")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(100);

/// A POST's worth of exchange on a kept connection.
void kept_exchange(benchmark::State& state) {
  StreamServer server;
  Net net;
  Holder holder;
  Destination to = to_local(server.port());
  double cpu = 0;
  for (auto _ : state) {
    const double before = cpu_seconds();
    for (int i = 0; i < 1'000; ++i) {
      ExchangePlan plan = Net::plan(to, "/answer");
      plan.keep_alive = true;
      const std::size_t until = holder.done + 1;
      net.exchanges.begin(std::move(plan), {}, holder);
      while (holder.done < until) { turn(net); }
    }
    cpu += cpu_seconds() - before;
  }
  state.counters["cpu_us_per_exchange"] = cpu * 1e3 / static_cast<double>(state.iterations());
}
BENCHMARK(kept_exchange)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10);

}  // namespace
}  // namespace weir::loadgen
