// The floor that the load generator is compared with: a client that holds streams by epoll and recv and does nothing
// else. It parses nothing, keeps one byte per stream, and shares no line with the product; whatever the product costs
// beyond this, in the same run on the same machine, is the product's.
//
//   weir-raw-client --to 127.0.0.1:8080 [--to ...] [--path /events] [--streams N] [--source 127.0.0.2-40]
//                   [--seconds S] [--count]
//
// Prints one line of JSON. CPU seconds and events are those of the hold, after the last stream has had its first bytes;
// with --count an event is a blank line (two newlines one after another).
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kExitUsage = 2;
constexpr int kExitUnreachable = 3;
constexpr int kBatch = 512;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kUnanswered = 512;  // Connections that wait for their first bytes at one time.
constexpr double kPatienceSeconds = 30;

struct Arguments {
  std::vector<sockaddr_in> to, from;
  std::string path = "/events";
  int streams = 1000;
  double seconds = 10;
  bool count = false;
};

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// "127.0.0.1" or "127.0.0.2-40" with `port` (0 for a source address).
bool add_addresses(std::string host, int port, std::vector<sockaddr_in>& into) {
  int last = -1;
  if (auto dash = host.find('-'); dash != host.npos) {
    last = std::atoi(host.c_str() + dash + 1);
    host.resize(dash);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) { return false; }
  auto first = ntohl(address.sin_addr.s_addr);
  auto end = last < 0 ? first : (first & ~0xffU) | static_cast<unsigned>(last & 0xff);
  for (auto at = first; at <= end; ++at) {
    address.sin_addr.s_addr = htonl(at);
    into.push_back(address);
  }
  return end >= first;
}

bool parse(int argc, char** argv, Arguments& arguments) {
  const option options[] = {{"to", required_argument, nullptr, 't'},
                            {"path", required_argument, nullptr, 'p'},
                            {"streams", required_argument, nullptr, 'n'},
                            {"source", required_argument, nullptr, 's'},
                            {"seconds", required_argument, nullptr, 'd'},
                            {"count", no_argument, nullptr, 'c'},
                            {nullptr, 0, nullptr, 0}};
  for (int found = 0; (found = getopt_long(argc, argv, "", options, nullptr)) != -1;) {
    std::string value = optarg ? optarg : "";
    auto colon = value.rfind(':');
    bool good = true;
    if (found == 't') {
      good = colon != value.npos &&
             add_addresses(value.substr(0, colon), std::atoi(value.c_str() + colon + 1), arguments.to);
    }
    if (found == 's') { good = add_addresses(value, 0, arguments.from); }
    if (found == 'p') { arguments.path = value; }
    if (found == 'n') { arguments.streams = std::atoi(value.c_str()); }
    if (found == 'd') { arguments.seconds = std::atof(value.c_str()); }
    if (found == 'c') { arguments.count = true; }
    if (!good || found == '?') { return false; }
  }
  return optind == argc && !arguments.to.empty() && arguments.streams > 0 && arguments.seconds >= 0;
}

long rss_kb() {
  long pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1) { pages = 0; }
    std::fclose(file);
  }
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

struct Cpu {
  double user_s, sys_s;
};
Cpu cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

class Client {
 public:
  explicit Client(const Arguments& arguments) : arguments_(arguments), epoll_(epoll_create1(0)) {
    request_ = "GET " + arguments.path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
  }

  /// All streams have had their first bytes; false, with a word on stderr, where that could not be.
  bool connect_all() {
    auto give_up = now_seconds() + kPatienceSeconds;
    while (answered_ < arguments_.streams) {
      while (opened_ < arguments_.streams && opened_ - answered_ < kUnanswered) {
        if (!open_one()) { return false; }
      }
      turn(100);
      if (now_seconds() > give_up || ended_ > 0) {
        std::fprintf(stderr, "weir-raw-client: %d of %d streams answered, %ld ended\n", answered_, arguments_.streams,
                     ended_);
        return false;
      }
    }
    return true;
  }

  void hold() {
    events_ = bytes_ = 0;
    for (auto end = now_seconds() + arguments_.seconds, now = now_seconds(); now < end; now = now_seconds()) {
      turn(static_cast<int>((end - now) * 1000) + 1);
    }
  }

  long events() const { return events_; }
  long bytes() const { return bytes_; }
  long ended() const { return ended_; }

 private:
  bool open_one() {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto at = static_cast<std::size_t>(opened_);
    if (!arguments_.from.empty()) {
      // The port is then chosen with the destination in view, so that one can serve several.
      setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
      const auto& from = arguments_.from[at % arguments_.from.size()];
      if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) { return failed("bind"); }
    }
    const auto& to = arguments_.to[at % arguments_.to.size()];
    if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) { return failed("connect"); }
    if (send(fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) { return failed("send"); }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) { return failed("epoll_ctl"); }
    if (streams_.size() <= static_cast<std::size_t>(fd)) { streams_.resize(static_cast<std::size_t>(fd) + 1024); }
    ++opened_;
    return true;
  }

  bool failed(const char* step) const {
    std::fprintf(stderr, "weir-raw-client: %s of stream %d: %s\n", step, opened_, std::strerror(errno));
    return false;
  }

  void turn(int timeout_ms) {
    epoll_event events[kBatch];
    int count = epoll_wait(epoll_, events, kBatch, timeout_ms);
    for (int at = 0; at < count; ++at) { read(events[at].data.fd); }
  }

  void read(int fd) {
    auto got = recv(fd, buffer_, kReadBytes, MSG_DONTWAIT);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) { return; }
      close(fd);
      ++ended_;
      return;
    }
    bytes_ += got;
    char& state = streams_[static_cast<std::size_t>(fd)];
    if (state == 0) {
      ++answered_;
      state = 1;
    }
    if (arguments_.count) { count(state, static_cast<std::size_t>(got)); }
  }

  /// `state` is 2 after a newline, else 1.
  void count(char& state, std::size_t size) {
    const char* at = buffer_;
    const char* end = buffer_ + size;
    if (state == 2 && *at == '\n') { ++events_; }
    for (;;) {
      at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      if (!at || ++at == end) { break; }
      if (*at == '\n') { ++events_; }
    }
    state = end[-1] == '\n' ? 2 : 1;
  }

  const Arguments& arguments_;
  int epoll_;
  std::string request_;
  std::vector<char> streams_;  // By descriptor: 0 until its first bytes.
  int opened_ = 0;
  int answered_ = 0;
  long ended_ = 0, events_ = 0, bytes_ = 0;
  char buffer_[kReadBytes];
};

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) { return; }
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fprintf(stderr,
                 "usage: weir-raw-client --to ADDRESS:PORT [--to ...] [--path /events] [--streams 1000]\n"
                 "                       [--source 127.0.0.2-40] [--seconds 10] [--count]\n");
    return kExitUsage;
  }
  raise_descriptor_limit();
  static Client client(arguments);
  auto rss_before_kb = rss_kb();
  auto start = now_seconds();
  auto idle = cpu();
  if (!client.connect_all()) { return kExitUnreachable; }
  auto connect_seconds = now_seconds() - start;
  auto before = cpu();
  client.hold();
  auto after = cpu();
  std::printf(
      "{\"streams\":%d,\"connect_seconds\":%.4f,\"connect_cpu_s\":%.4f,\"seconds\":%.3f,\"events\":%ld,\"bytes\":%ld,"
      "\"ended\":%ld,\"user_cpu_s\":%.4f,\"sys_cpu_s\":%.4f,\"rss_kb_before\":%ld,\"rss_kb_after\":%ld}\n",
      arguments.streams, connect_seconds, before.user_s + before.sys_s - idle.user_s - idle.sys_s, arguments.seconds,
      client.events(), client.bytes(), client.ended(), after.user_s - before.user_s, after.sys_s - before.sys_s,
      rss_before_kb, rss_kb());
  return 0;
}
