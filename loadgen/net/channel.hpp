// One connection as eight bytes: a descriptor and, under TLS, the index of its state. Non-blocking; reads go into one
// buffer that all channels of a worker share and come with the kernel's receive time-stamp (SO_TIMESTAMPNS).
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "loadgen/limits.hpp"
#include "loadgen/net/loop.hpp"
#include "loadgen/net/port_windows.hpp"
#include "wire/base/descriptor.hpp"
#include "wire/http/http.hpp"
#include "wire/tls/connections.hpp"
#include "wire/tls/received.hpp"

namespace weir::loadgen {

using wire::tls::Received;
using wire::tls::Step;
using wire::tls::would_block;
using Tls = wire::tls::Connections;
using TlsTarget = wire::tls::ClientTarget;

struct Channel {
  int fd = -1;
  std::uint32_t tls = 0;  ///< 1 + index in the worker's Tls; 0 for plain.
  bool open() const { return fd >= 0; }
};
static_assert(sizeof(Channel) == 8);

/// An IPv4 or IPv6 address with port, as the kernel takes it.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  std::string text() const;  ///< "203.0.113.7:443"
};

enum class ConnectFailure : std::uint8_t {
  none,
  refused,
  unreachable,
  timeout,
  reset,
  tls,
  out_of_ports,
  out_of_files
};

/// The kernel stamps nothing while no socket of the machine asks for it, and begins a moment after the first one has:
/// what this one holds is there for the first bytes of a run. Invalid where there is no descriptor left.
wire::Descriptor keep_time_stamps();

/// Opens, reads, writes and closes channels. One for each worker.
class Channels {
 public:
  Channels();
  ~Channels();
  Channels(const Channels&) = delete;
  Channels& operator=(const Channels&) = delete;

  struct Opened {
    Channel channel;
    ConnectFailure failure = ConnectFailure::none;  ///< refused, unreachable, out_of_ports, out_of_files at once.
  };
  /// Starts to connect, from `source` (port 0: the kernel's, chosen at connect by IP_BIND_ADDRESS_NO_PORT) unless null.
  /// TCP_NODELAY and SO_TIMESTAMPNS are set. The descriptor becomes writable when it is decided. A source that this
  /// machine does not have is unreachable.
  Opened connect(const Address& destination, const Address* source);
  /// After writability, or after a write that was refused: none when connected.
  ConnectFailure connected(const Channel& channel);
  static ConnectFailure connect_failure(int error_number);
  bool begin_tls(Channel& channel, const TlsTarget& target);
  Step handshake(const Channel& channel) { return tls_.handshake(channel.tls - 1); }
  std::string tls_failure(const Channel& channel) const { return tls_.failure(channel.tls - 1); }

  /// Bytes taken (0: would block, or not connected yet), -1: broken; of a plain channel, errno then says why.
  std::int64_t write(const Channel& channel, std::string_view bytes);
  /// One recvmsg of at most limits::kReadBytes; the bytes live until the next read of any channel: level-triggered
  /// readiness brings the rest.
  Received read(const Channel& channel);
  void settle(const Channel& channel);

  enum class How : std::uint8_t {
    orderly,  ///< close_notify under TLS, then FIN; what is unread is dropped first, so that it makes no RST.
    reset,    ///< RST.
    later     ///< As orderly, when close_some() comes to it: thousands at once would stop the loop for seconds.
  };
  void close(Channel& channel, How how = How::orderly);
  /// Closes at most so many of those put off; the rest go with the process.
  void close_some(std::size_t most);
  std::size_t closing() const { return closing_.size(); }

  Tls& tls() { return tls_; }

 private:
  bool start(int fd, const Address& destination, const Address* source);

  std::unique_ptr<char[]> buffer_;
  std::deque<Channel> closing_;  ///< In blocks: a vector would hold it twice while it grows.
  Tls tls_{limits::kReadBytes};
  PortWindows ports_;
};

}  // namespace weir::loadgen
