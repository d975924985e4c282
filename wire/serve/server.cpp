#include "wire/serve/server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <list>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "wire/base/shortage.hpp"
#include "wire/base/time.hpp"

namespace weir::wire {

namespace {

constexpr std::size_t kPlaces = 64;               // Connected at a time; beyond them the oldest has to go.
constexpr std::size_t kFeedReaders = 32;          // Of them; they are asked back later.
constexpr std::size_t kRequestBytes = 16 * 1024;  // Of a head.
constexpr std::size_t kAtOnceBytes = 64 * 1024;   // Of a feed, for one reader.
constexpr int kSocketBytes = 128 * 1024;          // That the kernel keeps for one that does not read.
constexpr std::uint64_t kRetryMs = 1'000;
constexpr std::chrono::seconds kHeartbeat{10};
constexpr std::chrono::seconds kStuck{60};           // Nothing of what is due to it was taken for so long.
constexpr std::chrono::milliseconds kLeave{1'000};   // To close, for one that has all.
constexpr std::chrono::milliseconds kAskAgain{250};  // What an answer waits for.
constexpr std::chrono::milliseconds kBreath{10};     // Until there may be a descriptor again.

std::string head_of(const Served& served, bool chunked) {
  std::string head = fmt::format("HTTP/1.1 {}\r\nDate: {}\r\n", served.status, http_date(unix_seconds_now()));
  for (const Header& field : served.fields.fields()) { head += fmt::format("{}: {}\r\n", field.name, field.value); }
  if (chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!served.feed && !served.status.starts_with("204")) {  // Which has none: RFC 9110 section 8.6.
    head += fmt::format("Content-Length: {}\r\n", served.body ? served.body->size() : 0);
  }
  return head + "Connection: close\r\n\r\n";
}

/// Whoever asks. Nobody is waited for: who says nothing, or reads nothing, holds a place until others want it.
class Guest {
 public:
  explicit Guest(Descriptor socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  short events() const { return static_cast<short>((hears_ ? POLLIN : 0) | (state_ == State::speaks ? POLLOUT : 0)); }
  bool reads_feed() const { return feed_ != nullptr; }
  /// Somebody else has to do something first.
  bool waits() const { return state_ == State::waits || (state_ == State::idle && feed_); }
  /// When it must be looked at although nothing came of it.
  Clock::time_point due() const { return due_; }

  /// Whether there is more to come of it.
  bool go_on(const Answering& answering, bool may_read_feed, Clock::time_point now) {
    if (!listen()) { return false; }
    if (state_ == State::waits) { answer(answering, may_read_feed, now); }
    if (state_ == State::leaves) { return hears_ && now < due_; }
    while (state_ == State::speaks || (state_ == State::idle && feed_)) {
      if (state_ == State::idle && !take_feed(now)) { return true; }
      if (state_ == State::speaks && !speak(now)) { return now < due_; }
      if (broken_) { return false; }
    }
    return state_ != State::leaves || hears_;
  }

 private:
  enum class State {
    asks,    ///< Its request has not come whole.
    waits,   ///< There is no answer yet.
    speaks,  ///< Something is unsent.
    idle,    ///< A reader of a feed that has nothing new.
    leaves,  ///< Has all, and is given a moment to close first: else what it still sends would destroy the answer.
  };

  bool listen() {
    std::array<char, 4096> block{};
    const ssize_t count = hears_ ? ::recv(fd(), block.data(), block.size(), 0) : 0;
    if (count < 0) { return errno == EAGAIN || errno == EINTR; }
    hears_ = hears_ && count > 0;
    if (!hears_ && (feed_ || state_ == State::asks)) { return false; }
    if (state_ != State::asks) { return true; }
    said_.append(block.data(), static_cast<std::size_t>(count));
    if (auto asked = read_asked(said_)) {
      asked_ = *std::move(asked);
      said_.clear();
      state_ = State::waits;
    }
    return said_.size() <= kRequestBytes;
  }

  void answer(const Answering& answering, bool may_read_feed, Clock::time_point now) {
    const bool head_only = asked_.method == "HEAD";
    auto served = asked_.method == "GET" || head_only ? asked_of(answering) : refused_method();
    if (!served) {
      due_ = now + kAskAgain;
      return;
    }
    if (served->feed && !head_only && !may_read_feed) {
      served = Served::refusal("503 Service Unavailable", "as many as may read it do");
      served->fields.set("Retry-After", "5");
    }
    chunked_ = served->feed && asked_.version == 11;
    unsent_ = head_of(*served, chunked_);
    if (!head_only) {
      body_ = served->body;
      feed_ = served->feed;
      after_ = served->after;
      if (feed_) { add(EventFeed::greeting(kRetryMs)); }
    }
    state_ = State::speaks;
    due_ = now + kStuck;
  }

  std::optional<Served> asked_of(const Answering& answering) const {
    try {
      return answering(asked_);
    } catch (const std::exception& error) { return Served::refusal("500 Internal Server Error", error.what()); }
  }
  static std::optional<Served> refused_method() {
    auto served = Served::refusal("405 Method Not Allowed", "ask with GET");
    served.fields.set("Allow", "GET, HEAD");
    return served;
  }

  /// Whether everything is sent.
  bool speak(Clock::time_point now) {
    while (!unsent_.empty() || body_) {
      const std::string_view whole = unsent_.empty() ? std::string_view(*body_) : unsent_;
      const std::string_view left = whole.substr(sent_);
      const ssize_t count = left.empty() ? 0 : ::send(fd(), left.data(), left.size(), MSG_NOSIGNAL);
      if (count < 0) {
        broken_ = errno != EAGAIN && errno != EINTR;
        return broken_;
      }
      due_ = now + kStuck;
      sent_ += static_cast<std::size_t>(count);
      if (sent_ < whole.size()) { return false; }
      sent_ = 0;
      unsent_.empty() ? body_.reset() : unsent_.clear();
    }
    state_ = feed_ ? State::idle : State::leaves;
    due_ = now + (feed_ ? std::chrono::milliseconds(kHeartbeat) : kLeave);
    if (!feed_) { ::shutdown(fd(), SHUT_WR); }
    return true;
  }

  /// Whether there is something to be sent.
  bool take_feed(Clock::time_point now) {
    std::string more;
    bool last = false;
    while (more.size() < kAtOnceBytes && !last) {
      const EventFeed::Piece piece = feed_->next(after_);
      after_ = piece.after;
      last = piece.last;
      if (piece.bytes.empty()) { break; }
      more += piece.bytes;
    }
    if (more.empty() && !last) {
      if (now < due_) { return false; }
      more = ":\n\n";
    }
    if (!more.empty()) { add(more); }
    if (last) {
      if (chunked_) { unsent_ += "0\r\n\r\n"; }
      feed_.reset();
    }
    state_ = State::speaks;
    due_ = now + kStuck;
    return true;
  }

  void add(std::string_view bytes) {
    unsent_ += chunked_ ? fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes) : std::string(bytes);
  }

  Descriptor socket_;
  State state_ = State::asks;
  bool hears_ = true;    ///< It has not closed its side.
  bool broken_ = false;  ///< Nothing can be sent to it.
  std::string said_;
  Asked asked_;
  bool chunked_ = false;
  std::string unsent_;  ///< Goes before the body.
  std::shared_ptr<const std::string> body_;
  std::size_t sent_ = 0;  ///< Of what goes next.
  std::shared_ptr<const EventFeed> feed_;
  std::uint64_t after_ = 0;
  Clock::time_point due_ = Clock::time_point::max();
};

}  // namespace

Served Served::of(std::string type, std::string body) {
  Served served;
  served.fields.set("Content-Type", std::move(type));
  served.body = std::make_shared<const std::string>(std::move(body));
  return served;
}

Served Served::refusal(std::string status, std::string why) {
  Served served = of("text/plain; charset=utf-8", std::move(why) + "\n");
  served.status = std::move(status);
  return served;
}

struct Server::Impl {
  ~Impl() {
    if (!thread.joinable()) { return; }
    ending = true;
    wake();
    thread.join();
  }

  void wake() const {
    const char bell = 1;
    // A pipe that is full rings already.
    while (::send(bells[1].get(), &bell, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EINTR) {}
  }

  void serve() {
    while (!ending) {
      std::vector<pollfd> polled{{bells[0].get(), POLLIN, 0}, {listener.socket.get(), POLLIN, 0}};
      for (const Guest& one : guests) { polled.push_back({one.fd(), one.events(), 0}); }
      if (::poll(polled.data(), polled.size(), wait_ms()) < 0 && errno != EINTR) { return; }
      const bool rung = hear_bells();
      const auto now = Clock::now();
      auto event = polled.begin() + 2;
      for (auto one = guests.begin(); one != guests.end(); ++event) {
        const bool due = event->revents != 0 || one->due() <= now || (rung && one->waits());
        one = !due || go_on(*one, now) ? std::next(one) : guests.erase(one);
      }
      if (polled[1].revents != 0) { welcome(); }
      count();
    }
  }

  int wait_ms() const {
    auto due = Clock::time_point::max();
    for (const Guest& one : guests) { due = std::min(due, one.due()); }
    if (due == Clock::time_point::max()) { return -1; }
    return static_cast<int>(Deadline{due}.left().count()) + 1;
  }

  bool hear_bells() const {
    std::array<char, 256> heard{};
    bool rung = false;
    while (::recv(bells[0].get(), heard.data(), heard.size(), MSG_DONTWAIT) > 0) { rung = true; }
    return rung;
  }

  bool go_on(Guest& one, Clock::time_point now) {
    const bool before = one.reads_feed();
    const bool more = one.go_on(answering, reading < kFeedReaders, now);
    if (!before && one.reads_feed()) { ++reading; }
    return more;
  }

  void count() {
    connected = guests.size();
    reading = static_cast<std::size_t>(
        std::count_if(guests.begin(), guests.end(), [](const Guest& one) { return one.reads_feed(); }));
  }

  void welcome() {
    Descriptor socket(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() < 0) {
      // Without a descriptor to spare the connection stays in the queue: another one makes room.
      if (errno != EMFILE && errno != ENFILE) { return; }
      if (!make_room()) { std::this_thread::sleep_for(kBreath); }
      return;
    }
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBytes, sizeof kSocketBytes);
    if (guests.size() >= kPlaces) { make_room(); }
    guests.emplace_back(std::move(socket));
  }

  /// The oldest that reads no feed goes.
  bool make_room() {
    const auto goes = std::find_if(guests.begin(), guests.end(), [](const Guest& one) { return !one.reads_feed(); });
    if (goes == guests.end()) { return false; }
    guests.erase(goes);
    return true;
  }

  Listener listener;
  Answering answering;
  std::array<Descriptor, 2> bells;
  std::list<Guest> guests;  ///< The oldest first.
  std::atomic<std::size_t> reading{0};
  std::atomic<std::size_t> connected{0};
  std::atomic<bool> ending{false};
  std::thread thread;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::start(Listener listener, Answering answering) {
  auto impl = std::make_unique<Impl>();
  impl->listener = std::move(listener);
  impl->answering = std::move(answering);
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return fail(ErrorCode::shortage,
                fmt::format("{} cannot be served: {}", impl->listener.address, std::strerror(errno)));
  }
  impl->bells = {Descriptor(pair[0]), Descriptor(pair[1])};
  try {
    impl->thread = std::thread([own = impl.get()] { own->serve(); });
  } catch (const std::system_error&) { return tl::unexpected(thread_shortage()); }
  return Server(std::move(impl));
}

const std::string& Server::address() const { return impl_->listener.address; }
void Server::wake() { impl_->wake(); }
std::size_t Server::readers() const { return impl_->reading; }
std::size_t Server::guests() const { return impl_->connected; }

}  // namespace weir::wire
