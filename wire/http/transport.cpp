#include "wire/http/transport.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <new>

#include "wire/base/shortage.hpp"
#include "wire/http/event_loop_asio.hpp"
#include "wire/http/tls.hpp"

namespace weir::wire {

namespace asio = boost::asio;
using asio::ip::tcp;
using IoError = boost::system::error_code;

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kDrainBytes = 1024 * 1024;

StreamEnd stream_end(const IoError& ec, bool tls) {
  if (ec == asio::ssl::error::stream_truncated) { return StreamEnd::tls_truncated; }
  if (ec == asio::error::eof) { return tls ? StreamEnd::tls_close : StreamEnd::fin; }
  return ec.category() == asio::error::get_ssl_category() ? StreamEnd::tls_failed : StreamEnd::reset;
}

}  // namespace

/// The operations' handlers share it, so it lives until the last of them has run.
struct Transport::Impl {
  explicit Impl(EventLoop& event_loop) : loop(event_loop), socket(event_loop.impl().io) {}

  EventLoop& loop;
  tcp::socket socket;
  std::optional<asio::ssl::context> context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::string remote;
  std::uint64_t number = 0;
  std::array<char, kReadBytes> buffer;
  std::string outgoing;
  ReadHandler on_read;
  WriteHandler on_write;
  bool write_reset = false;
};

namespace {

struct Attempt {
  bool done = false;
  IoError ec;
};

struct AttemptLog {
  ErrorCode code = ErrorCode::unreachable;
  std::string text;

  void add(const SocketAddress& address, ErrorCode why, std::string_view what) {
    // A refusal tells most: something answered. Silence tells more than a missing route.
    const auto rank = [](ErrorCode c) {
      // What we lack is said before anything else: no answer of the others can be trusted to be the whole.
      if (c == ErrorCode::shortage) { return 3; }
      return c == ErrorCode::connect_refused ? 2 : c == ErrorCode::connect_timeout ? 1 : 0;
    };
    if (text.empty() || rank(why) > rank(code)) { code = why; }
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", address.text(), what);
  }
  void add(const SocketAddress& address, const IoError& ec) {
    if (ec == asio::error::connection_refused) {
      add(address, ErrorCode::connect_refused, "refuses the connection");
    } else if (ec == asio::error::timed_out) {
      add(address, ErrorCode::connect_timeout, "does not answer");
    } else if (const auto shortage = shortage_of(ec.value())) {
      add(address, ErrorCode::shortage, shortage->detail);
    } else {
      add(address, ErrorCode::unreachable, ec.message());
    }
  }
};

/// Close-on-exec from the beginning: a command that another thread starts has no business with our connections.
IoError open_socket(tcp::socket& socket, const tcp::endpoint& endpoint) {
  IoError ec;
  socket.close(ec);
  const int fd = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) { return {errno, boost::system::system_category()}; }
  socket.assign(endpoint.protocol(), fd, ec);
  if (ec) { ::close(fd); }
  return ec;
}

bool connect_one(EventLoop& loop, tcp::socket& socket, const SocketAddress& address, Deadline deadline,
                 AttemptLog& log) {
  IoError ec;
  const tcp::endpoint endpoint(asio::ip::make_address(address.ip, ec), address.port);
  if (const auto failed = open_socket(socket, endpoint)) {
    log.add(address, failed);
    return false;
  }
  auto attempt = std::make_shared<Attempt>();
  socket.async_connect(endpoint, [attempt](const IoError& result) {
    attempt->done = true;
    attempt->ec = result;
  });
  if (!loop.run_until(deadline, [&] { return attempt->done; })) {
    socket.close(ec);
    log.add(address, ErrorCode::connect_timeout, "does not answer");
    return false;
  }
  if (attempt->ec) {
    log.add(address, attempt->ec);
    return false;
  }
  socket.set_option(tcp::no_delay(true), ec);
  return true;
}

/// One address after the other until one answers (RFC 8305 without the race).
Result<std::string> connect_any(EventLoop& loop, tcp::socket& socket, const Transport::Plan& plan) {
  AttemptLog log;
  for (std::size_t i = 0; i < plan.addresses.size(); ++i) {
    // An address that swallows packets leaves its fair share of the time to those after it.
    const auto share = plan.deadline.left() / static_cast<int>(plan.addresses.size() - i);
    if (connect_one(loop, socket, plan.addresses[i], Deadline::in(share).or_sooner(plan.deadline), log)) {
      return plan.addresses[i].text();
    }
  }
  return fail(log.code, fmt::format("cannot connect to {}: {}", plan.where, log.text));
}

}  // namespace

namespace {

struct Handshake {
  bool done = false;
  IoError ec;
  CertificateFault fault;
};

Error error_of(const Handshake& handshake, const Transport::Plan& plan) {
  const bool from_openssl = handshake.ec.category() == asio::error::get_ssl_category();
  const auto code = from_openssl ? static_cast<unsigned long>(handshake.ec.value()) : 0UL;
  const bool ended = handshake.ec == asio::error::eof || handshake.ec == asio::ssl::error::stream_truncated;
  return handshake_error(plan.host, plan.where, handshake.fault, code,
                         ended ? "the peer closed the connection" : handshake.ec.message());
}

}  // namespace

Result<void> Transport::handshake(const std::shared_ptr<Impl>& impl, const Plan& plan) {
  SSL_CTX_up_ref(plan.tls.get());
  impl->context.emplace(plan.tls.get());
  impl->tls.emplace(impl->socket, *impl->context);
  if (auto ready = expect_host(impl->tls->native_handle(), plan.host, plan.insecure); !ready) { return ready; }
  auto state = std::make_shared<Handshake>();
  IoError ec;
  impl->tls->set_verify_mode(plan.insecure ? asio::ssl::verify_none : asio::ssl::verify_peer, ec);
  impl->tls->set_verify_callback(
      [state, insecure = plan.insecure](bool preverified, asio::ssl::verify_context& context) {
        return insecure || note_fault(preverified, context.native_handle(), state->fault);
      },
      ec);
  impl->tls->async_handshake(asio::ssl::stream_base::client, [state, impl](const IoError& result) {
    state->done = true;
    state->ec = result;
  });
  if (!impl->loop.run_until(plan.deadline, [&] { return state->done; })) {
    impl->socket.close(ec);
    return fail(ErrorCode::timeout, fmt::format("the TLS handshake with {} did not end in time", plan.where));
  }
  if (state->ec) { return tl::unexpected(error_of(*state, plan)); }
  return {};
}

Result<Transport> Transport::connect(EventLoop& loop, const Plan& plan, Milestones& milestones) {
  auto impl = std::make_shared<Impl>(loop);
  auto remote = connect_any(loop, impl->socket, plan);
  if (!remote) { return tl::unexpected(remote.error()); }
  impl->remote = std::move(*remote);
  static std::atomic<std::uint64_t> connections{0};
  impl->number = ++connections;
  milestones.connected = milestones.tls = Clock::now();
  if (plan.tls) {
    if (auto secured = handshake(impl, plan); !secured) { return tl::unexpected(secured.error()); }
    milestones.tls = Clock::now();
  }
  return Transport(std::move(impl));
}

Transport::Transport(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transport::Transport(Transport&&) noexcept = default;
Transport& Transport::operator=(Transport&& other) noexcept {
  if (this != &other) {
    close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}
Transport::~Transport() { close(); }

const std::string& Transport::remote() const { return impl_->remote; }

std::uint64_t Transport::number() const { return impl_->number; }

bool Transport::open() const { return impl_ && impl_->socket.is_open(); }

bool Transport::has_unread() const {
  char byte = 0;
  const auto got = ::recv(impl_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) {
    return !impl_->tls;  // Under TLS it may be a session ticket.
  }
  return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void Transport::read(ReadHandler handler) {
  impl_->on_read = std::move(handler);
  const auto done = [impl = impl_](const IoError& ec, std::size_t size) {
    if (auto callback = std::exchange(impl->on_read, nullptr)) {
      const bool reset = impl->write_reset && ec == asio::error::eof;  // The failed write has used the error up.
      const bool bytes = size > 0;
      callback({impl->buffer.data(), size},
               bytes ? StreamEnd::fin : (reset ? StreamEnd::reset : stream_end(ec, impl->tls.has_value())));
    }
  };
  if (impl_->tls) {
    impl_->tls->async_read_some(asio::buffer(impl_->buffer), done);
  } else {
    impl_->socket.async_read_some(asio::buffer(impl_->buffer), done);
  }
}

void Transport::write(std::string bytes, WriteHandler handler) {
  impl_->outgoing = std::move(bytes);
  impl_->on_write = std::move(handler);
  const auto done = [impl = impl_](const IoError& ec, std::size_t) {
    impl->write_reset = ec == asio::error::connection_reset || ec == asio::error::broken_pipe;
    if (auto callback = std::exchange(impl->on_write, nullptr)) { callback(!ec, impl->write_reset); }
  };
  if (impl_->tls) {
    asio::async_write(*impl_->tls, asio::buffer(impl_->outgoing), done);
  } else {
    asio::async_write(impl_->socket, asio::buffer(impl_->outgoing), done);
  }
}

void Transport::shutdown_send() {
  if (!open()) { return; }
  if (impl_->tls) {
    // It sends close_notify at once and then waits for the peer's, which nobody here waits for. Without the memory for
    // it, FIN has to do: a destructor comes here.
    try {
      impl_->tls->async_shutdown([impl = impl_](const IoError&) {});
      impl_->loop.poll();
    } catch (const std::bad_alloc&) { impl_->on_read = nullptr; }
  }
  IoError ec;
  impl_->socket.shutdown(tcp::socket::shutdown_send, ec);
}

void Transport::close() {
  if (!open()) { return; }
  impl_->on_read = nullptr;
  impl_->on_write = nullptr;
  shutdown_send();
  // Bytes left unread would turn the close into RST.
  IoError ec;
  impl_->socket.non_blocking(true, ec);
  for (std::size_t drained = 0; drained < kDrainBytes && !ec;) {
    drained += impl_->socket.read_some(asio::buffer(impl_->buffer), ec);
  }
  impl_->socket.close(ec);
}

void Transport::reset() {
  if (!open()) { return; }
  impl_->on_read = nullptr;
  impl_->on_write = nullptr;
  IoError ec;
  impl_->socket.set_option(asio::socket_base::linger(true, 0), ec);
  impl_->socket.close(ec);
}

}  // namespace weir::wire
