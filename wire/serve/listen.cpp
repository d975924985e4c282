#include "wire/serve/listen.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace weir::wire {

namespace {

struct Address {
  std::string ip = "127.0.0.1";
  std::uint16_t port = 0;
  std::string text() const { return v6() ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port); }
  bool v6() const { return ip.find(':') != std::string::npos; }
  bool loopback() const { return v6() ? ip == "::1" : ip.starts_with("127."); }
  sockaddr_storage storage(socklen_t& length) const {
    sockaddr_storage made{};
    if (v6()) {
      auto* v6_address = reinterpret_cast<sockaddr_in6*>(&made);
      *v6_address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
      ::inet_pton(AF_INET6, ip.c_str(), &v6_address->sin6_addr);
      length = sizeof *v6_address;
    } else {
      auto* v4_address = reinterpret_cast<sockaddr_in*>(&made);
      v4_address->sin_family = AF_INET;
      v4_address->sin_port = htons(port);
      ::inet_pton(AF_INET, ip.c_str(), &v4_address->sin_addr);
      length = sizeof *v4_address;
    }
    return made;
  }
};

tl::unexpected<Error> refuse(const ListenOption& option, const std::string& given, std::string_view why) {
  return bad_input(fmt::format("{} {}: {}", option.name, given, why));
}

Result<Address> parse(const std::string& given, Reach reach, const ListenOption& option) {
  Address address;
  const auto colon = given.rfind(':');
  std::string port = colon == std::string::npos ? given : given.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) {
    address.ip = given.substr(0, colon);
    if (address.ip == "localhost") { address.ip = "127.0.0.1"; }
    if (address.ip.size() > 2 && address.ip.front() == '[' && address.ip.back() == ']') {
      address.ip = address.ip.substr(1, address.ip.size() - 2);
    }
  }
  const auto end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data(), end, address.port);
  in6_addr unused{};
  const bool numeric =
      ::inet_pton(AF_INET, address.ip.c_str(), &unused) == 1 || ::inet_pton(AF_INET6, address.ip.c_str(), &unused) == 1;
  if (port.empty() || parsed.ec != std::errc() || parsed.ptr != end || !numeric) {
    return refuse(option, given, "write it as ADDRESS:PORT, such as 127.0.0.1:9464 (port 0: any that is free)");
  }
  if (reach == Reach::loopback && !address.loopback()) {
    return refuse(option, given,
                  fmt::format("others could read it there, and it asks nobody for a password: add {} to allow it",
                              option.permit));
  }
  return address;
}

}  // namespace

Result<Listener> listen_at(const std::string& given, Reach reach, const ListenOption& option) {
  auto address = parse(given, reach, option);
  if (!address) { return tl::unexpected(address.error()); }
  socklen_t length = 0;
  auto storage = address->storage(length);
  Descriptor made(::socket(address->v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (made.get() >= 0) { ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); }
  auto* name = reinterpret_cast<sockaddr*>(&storage);
  if (made.get() < 0 || ::bind(made.get(), name, length) != 0 || ::listen(made.get(), SOMAXCONN) != 0 ||
      ::getsockname(made.get(), name, &length) != 0) {
    const int error = errno;
    return refuse(option, given,
                  fmt::format("{}; give another address, or port 0 for any that is free",
                              error == EADDRINUSE ? "something listens there already" : std::strerror(error)));
  }
  address->port = ntohs(address->v6() ? reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port
                                      : reinterpret_cast<sockaddr_in*>(&storage)->sin_port);
  return Listener{std::move(made), address->text()};
}

}  // namespace weir::wire
